// SPDX-License-Identifier: Apache-2.0
// What lies on a boot medium: which loader goes under which name. Called by MediaWorkshop; pure.
//
//   BIOS   syslinux or isolinux -> ipxe.krn (ipxe.lkrn) with boot.ipx (the first script) as its initrd
//   UEFI   EFI/BOOT/BOOT*.EFI -> ipxe.efi, which reads autoexec.ipxe where it is new enough, else asks DHCP
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "boot/loader_catalog.hpp"

namespace bootferry::app {

struct MediumPart {
  std::filesystem::path source;
  std::string target;  ///< with '/', below the medium's root
};

/// ipxe.lkrn, the script, and the configuration of syslinux; all names are lower-case and fit into 8.3,
/// which FAT and isolinux both find. not_found names what is missing.
[[nodiscard]] Result<std::vector<MediumPart>> bios_parts(const boot::LoaderCatalog::Files& loaders,
                                                         const std::filesystem::path& script,
                                                         const std::filesystem::path& config);
/// For each architecture that there is a loader for; a signed set goes whole.
[[nodiscard]] Result<std::vector<MediumPart>> uefi_parts(const boot::LoaderCatalog::Files& loaders,
                                                         const std::filesystem::path& script);
/// Of syslinux and isolinux.
[[nodiscard]] std::string_view syslinux_config();

}  // namespace bootferry::app
