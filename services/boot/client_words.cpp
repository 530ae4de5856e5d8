// SPDX-License-Identifier: Apache-2.0
#include "boot/client_words.hpp"

namespace bootferry::boot {
namespace {

std::string_view spoken_name(Architecture architecture) {
  switch (architecture) {
    case Architecture::bios:
      return "BIOS";
    case Architecture::efi_ia32:
      return "UEFI IA32";
    case Architecture::efi_x64:
      return "UEFI x64";
    case Architecture::efi_arm32:
      return "UEFI ARM32";
    case Architecture::efi_arm64:
      return "UEFI ARM64";
    case Architecture::raspberry_pi:
      return "Raspberry Pi";
    case Architecture::unknown:
      break;
  }
  return "unknown architecture";
}

}  // namespace

std::string describe(const ClientFacts& facts) {
  const std::string architecture(spoken_name(facts.architecture));
  switch (facts.firmware) {
    case Firmware::pxe:
      return architecture + " PXE";
    case Firmware::http_boot:
      return architecture + " HTTP boot";
    case Firmware::ipxe:
      return "iPXE, " + architecture;
    case Firmware::ipxe_poor:
      return "iPXE without HTTP or iSCSI, " + architecture;
  }
  return architecture;
}

}  // namespace bootferry::boot
