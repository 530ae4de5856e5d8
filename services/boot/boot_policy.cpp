// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_policy.hpp"

#include <fmt/format.h>

#include "boot/offer.hpp"

namespace bootferry::boot {
namespace {

/// The iPXE for an architecture; undionly and snponly drive the NIC through the firmware, so they work with any card.
std::string_view find_loader_file(Architecture architecture) {
  switch (architecture) {
    case Architecture::bios:
      return "undionly.kpxe";
    case Architecture::efi_x64:
      return "snponly.efi";
    case Architecture::efi_ia32:
      return "snponly-ia32.efi";
    case Architecture::efi_arm64:
      return "snponly-arm64.efi";
    case Architecture::raspberry_pi:
      return "bootcode.bin";  // its ROM's own firmware; a Pi with UEFI on its card says that it is an efi-arm64
    case Architecture::efi_arm32:
    case Architecture::unknown:
      return "";
  }
  return "";
}

}  // namespace

std::string BootSettings::http_base() const { return fmt::format("http://{}:{}", server.to_string(), http_port); }

std::string script_url(const MacAddress& mac, const BootSettings& settings) {
  return fmt::format("{}/boot/{}.ipxe", settings.http_base(), mac.to_string());
}

LoaderDecision decide_loader(const ClientFacts& facts, const RegistrySnapshot& registry, const BootSettings& settings) {
  if (const Offer offer = offer_of(facts.mac, registry); offer.ignored)
    return Ignore{fmt::format("It is left alone: so says {}.", offer.why)};
  if (facts.firmware == Firmware::ipxe) return RunScript{script_url(facts.mac, settings)};
  const std::string_view file = find_loader_file(facts.architecture);
  if (file.empty()) {
    return Ignore{fmt::format("There is no loader for its architecture ({}).", name_of(facts.architecture))};
  }
  if (!settings.loaders.contains(file)) {
    return Ignore{
        fmt::format("Its architecture ({}) needs the loader {}, which is not here; put the file into the loaders "
                    "folder of the state directory.",
                    name_of(facts.architecture), file)};
  }
  return SendLoader{std::string(file), fmt::format("{}/loaders/{}", settings.http_base(), file)};
}

}  // namespace bootferry::boot
