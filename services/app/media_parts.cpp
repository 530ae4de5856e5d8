// SPDX-License-Identifier: Apache-2.0
#include "app/media_parts.hpp"

#include <fmt/format.h>

#include <array>

#include "boot/loader_table.hpp"

namespace bootferry::app {
namespace {

using Files = boot::LoaderCatalog::Files;

// snponly drives the card that the firmware booted from, and here that is a disk: only builds with drivers will do.
struct Removable {
  std::string_view target;  ///< UEFI 2.10, 3.5.1.1
  std::array<std::string_view, 3> loaders;
};
constexpr std::array<Removable, 3> removable{{
    {"EFI/BOOT/BOOTX64.EFI", {"ipxe.efi", "x86_64-efi/ipxe.efi", "ipxe-x64.efi"}},
    {"EFI/BOOT/BOOTIA32.EFI", {"ipxe-ia32.efi", "i386-efi/ipxe.efi", "ipxe-i386.efi"}},
    {"EFI/BOOT/BOOTAA64.EFI", {"ipxe-arm64.efi", "arm64-efi/ipxe.efi", "ipxe-aa64.efi"}},
}};

Error missing(std::string_view name) {
  return {ErrorKind::not_found, fmt::format("The loader {} is not here; install the package ipxe, or put it into the "
                                            "loaders folder of the state directory.",
                                            name)};
}

/// A shim starts what lies beside it under the name that its maker chose.
bool add_signed_set(const Files& loaders, std::vector<MediumPart>& parts) {
  const std::string folder(boot::secure_boot_folder);
  const auto shim = loaders.contains(folder + "shimx64.efi") ? loaders.find(folder + "shimx64.efi")
                                                             : loaders.find(folder + "shimx64.efi.signed");
  const auto ipxe = loaders.find(folder + "ipxe.efi");
  if (shim == loaders.end() || ipxe == loaders.end()) return false;
  parts.push_back({shim->second.file, "EFI/BOOT/BOOTX64.EFI"});
  parts.push_back({ipxe->second.file, "EFI/BOOT/ipxe.efi"});
  parts.push_back({loaders.at(folder + "grubx64.efi").file, "EFI/BOOT/grubx64.efi"});
  return true;
}

}  // namespace

Result<std::vector<MediumPart>> bios_parts(const Files& loaders, const std::filesystem::path& script,
                                           const std::filesystem::path& config) {
  const auto ipxe = loaders.find("ipxe.lkrn");
  if (ipxe == loaders.end()) return std::unexpected(missing("ipxe.lkrn"));
  return std::vector<MediumPart>{{ipxe->second.file, "ipxe.krn"}, {script, "boot.ipx"}, {config, "syslinux.cfg"}};
}

Result<std::vector<MediumPart>> uefi_parts(const Files& loaders, const std::filesystem::path& script) {
  std::vector<MediumPart> parts;
  const bool is_signed = add_signed_set(loaders, parts);
  for (const Removable& one : removable) {
    if (is_signed && one.target.ends_with("BOOTX64.EFI")) continue;
    for (const std::string_view name : one.loaders) {
      const auto found = loaders.find(name);
      if (found == loaders.end()) continue;
      parts.push_back({found->second.file, std::string(one.target)});
      break;
    }
  }
  if (parts.empty()) return std::unexpected(missing("ipxe.efi"));
  // iPXE looks beside itself, older ones of those that look at all in the root.
  parts.push_back({script, "EFI/BOOT/autoexec.ipxe"});
  parts.push_back({script, "autoexec.ipxe"});
  return parts;
}

std::string_view syslinux_config() {
  return "DEFAULT bootferry\n"
         "PROMPT 0\n"
         "LABEL bootferry\n"
         "  SAY Bootferry: starting iPXE ...\n"
         "  LINUX /ipxe.krn\n"
         "  INITRD /boot.ipx\n";
}

}  // namespace bootferry::app
