// SPDX-License-Identifier: Apache-2.0
#include "boot/loader_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bootferry::boot {
namespace {

using Names = std::span<const std::string_view>;

// undionly and snponly drive the card through the firmware, so they work with any card; the others bring drivers.
// A folder is how ipxe.org lays out its downloads; a suffix is how Debian and others name them.
constexpr std::array<std::string_view, 4> bios{"undionly.kpxe", "undionly.kkpxe", "ipxe.pxe", "ipxe.kpxe"};
// An iPXE in the card's ROM has taken the card from the firmware: undionly would find none.
constexpr std::array<std::string_view, 3> bios_native{"ipxe.pxe", "ipxe.kpxe", "undionly.kpxe"};
// A signed set starts with Secure Boot off as well as on, so it comes first for who has one.
constexpr std::array<std::string_view, 8> x64{
    "secureboot/shimx64.efi", "secureboot/shimx64.efi.signed", "secureboot/ipxe-shim.efi", "snponly.efi", "ipxe.efi",
    "x86_64-efi/snponly.efi", "x86_64-efi/ipxe.efi",           "snponly-x64.efi"};
constexpr std::array<std::string_view, 6> ia32{"snponly-ia32.efi",  "ipxe-ia32.efi",    "i386-efi/snponly.efi",
                                               "i386-efi/ipxe.efi", "snponly-i386.efi", "ipxe-i386.efi"};
constexpr std::array<std::string_view, 6> arm64{"secureboot/shimaa64.efi", "snponly-arm64.efi",  "ipxe-arm64.efi",
                                                "arm64-efi/snponly.efi",   "arm64-efi/ipxe.efi", "snp-arm64.efi"};
constexpr std::array<std::string_view, 4> arm32{"snponly-arm32.efi", "ipxe-arm32.efi", "arm32-efi/snponly.efi",
                                                "arm32-efi/ipxe.efi"};

// Its ROM's own firmware; a Pi with UEFI on its card says that it is an efi-arm64.
constexpr std::array<std::string_view, 1> raspberry_pi{"bootcode.bin"};

/// A shim alone would only say that it finds nothing to start.
bool has_second_stage(const LoaderCatalog::Files& files) {
  return std::ranges::any_of(
      std::array<std::string_view, 3>{"ipxe.efi", "snponly.efi", "grubx64.efi"},
      [&](std::string_view name) { return files.contains(fmt::format("{}{}", secure_boot_folder, name)); });
}

bool can_be_sent(std::string_view name, const LoaderCatalog::Files& files) {
  return files.contains(name) && (!name.starts_with(secure_boot_folder) || has_second_stage(files));
}

bool fits(Architecture machine, Architecture loader) {
  return machine == loader || loader == Architecture::unknown || machine == Architecture::unknown;
}

std::string explain_missing(Architecture architecture, Names names) {
  if (names.empty()) {
    return fmt::format(
        "There is no loader for its architecture ({}). A loader of your own for this machine alone may "
        "be named in its settings.",
        name_of(architecture));
  }
  const auto plain = std::ranges::find_if(names, [](std::string_view name) { return !name.contains('/'); });
  const bool in_debian = architecture == Architecture::bios || architecture == Architecture::efi_x64;
  return fmt::format(
      "Its architecture ({}) needs the loader {}, which is not here; {} the loaders folder of the state directory, "
      "where it is used at once.",
      name_of(architecture), *plain,
      in_debian ? "install the package ipxe, or put the file into"
                : "Debian 12's package ipxe does not have it: put one from ipxe.org, under this name, into");
}

/// Of a test's bare names nothing is known, so nothing is objected to.
bool is_known(const LoaderFile& file) { return !file.file.empty() && file.size.value != 0; }

Result<std::string> check_wish(std::string_view wish, Architecture architecture, const LoaderCatalog::Files& files) {
  const auto at = files.find(wish);
  if (at == files.end()) {
    return fail(
        ErrorKind::not_found,
        fmt::format("The loader {} was chosen for it, which is not here; put the file into the loaders folder of "
                    "the state directory, or let the loader be chosen by its architecture.",
                    wish));
  }
  if (is_known(at->second) && !fits(architecture, at->second.facts.architecture)) {
    return fail(
        ErrorKind::invalid,
        fmt::format("The loader {} was chosen for it, which is for {}, but the machine is {}; choose another, or "
                    "let the loader be chosen by its architecture.",
                    wish, name_of(at->second.facts.architecture), name_of(architecture)));
  }
  return at->first;
}

}  // namespace

Names loader_names(Architecture architecture, Firmware firmware) {
  switch (architecture) {
    case Architecture::bios:
      return firmware == Firmware::ipxe_poor ? Names(bios_native) : Names(bios);
    case Architecture::efi_x64:
      return x64;
    case Architecture::efi_ia32:
      return ia32;
    case Architecture::efi_arm64:
      return arm64;
    case Architecture::efi_arm32:
      return arm32;
    case Architecture::raspberry_pi:
      return raspberry_pi;
    case Architecture::unknown:
      return {};
  }
  return {};
}

Result<std::string> choose_loader(Architecture architecture, Firmware firmware, std::string_view wish,
                                  const LoaderCatalog& loaders) {
  const auto files = loaders.files();
  if (!wish.empty()) return check_wish(wish, architecture, *files);
  const Names names = loader_names(architecture, firmware);
  for (const std::string_view name : names) {
    if (can_be_sent(name, *files)) return std::string(name);
  }
  return fail(ErrorKind::not_found, explain_missing(architecture, names));
}

}  // namespace bootferry::boot
