// SPDX-License-Identifier: Apache-2.0
#include "images/check/el_torito.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "images/check/little_endian.hpp"

namespace bootferry::images::check {
namespace {

constexpr std::uint64_t cd_sector = 2048, first_descriptor = 16;
constexpr unsigned most_descriptors = 64;
constexpr std::size_t entry_size = 32;
constexpr std::size_t catalog_sectors = 4;  // 256 entries; discs have a handful

enum class Platform : std::uint8_t { x86 = 0, power_pc = 1, mac = 2, efi = 0xEF };

struct BootEntry {
  Platform platform = Platform::x86;
  bool bootable = false;
  std::uint8_t media = 0;  ///< 0 none, 1 to 3 a floppy, 4 a hard disk
  std::uint16_t sectors = 0;
  std::uint32_t at = 0;
};

std::string name_of(Platform platform) {
  switch (platform) {
    case Platform::x86:
      return "BIOS";
    case Platform::power_pc:
      return "PowerPC";
    case Platform::mac:
      return "Mac";
    case Platform::efi:
      return "UEFI";
  }
  return fmt::format("platform {:02X}h", static_cast<unsigned>(platform));
}

std::string name_of_media(std::uint8_t media) {
  static constexpr std::string_view names[] = {"no emulation", "a floppy of 1.2 MB", "a floppy of 1.44 MB",
                                               "a floppy of 2.88 MB", "a hard disk"};
  return media < std::size(names) ? std::string(names[media]) : fmt::format("unknown emulation {}", media);
}

// All 16-bit words of the validation entry add up to 0.
bool checksum_fits(ByteView validation) {
  unsigned sum = 0;
  for (std::size_t at = 0; at < entry_size; at += 2) sum += u16_at(validation, at);
  return sum % 0x10000 == 0;
}

BootEntry decode_entry(ByteView entry, Platform platform) {
  return {platform, u8_at(entry, 0) == 0x88, static_cast<std::uint8_t>(u8_at(entry, 1) & 0x0F), u16_at(entry, 6),
          u32_at(entry, 8)};
}

// The default entry, then sections: a header that counts its entries, each perhaps with extensions behind it.
std::vector<BootEntry> decode_catalog(ByteView catalog) {
  std::vector<BootEntry> found;
  const auto entry_at = [&](std::size_t index) { return catalog.subspan(index * entry_size, entry_size); };
  const std::size_t count = catalog.size() / entry_size;
  found.push_back(decode_entry(entry_at(1), Platform{u8_at(catalog, 1)}));
  std::size_t index = 2;
  while (index < count) {
    const std::uint8_t header = u8_at(entry_at(index), 0);
    if (header != 0x90 && header != 0x91) break;
    const Platform platform{u8_at(entry_at(index), 1)};
    const unsigned entries = u16_at(entry_at(index), 2);
    ++index;
    for (unsigned i = 0; i < entries && index < count; ++i, ++index) {
      found.push_back(decode_entry(entry_at(index), platform));
      while (index + 1 < count && u8_at(entry_at(index), 1) & 0x20 && u8_at(entry_at(index + 1), 0) == 0x44) ++index;
    }
    if (header == 0x91) break;
  }
  return found;
}

void check_entry(DiskReader& reader, const BootEntry& entry, Report& report) {
  const std::string platform = name_of(entry.platform);
  if (!reader.holds(std::uint64_t{entry.at} * cd_sector, cd_sector)) {
    report.add(Severity::error, "cd-boot-image",
               fmt::format("The boot image for {} is said to be at sector {}, beyond the end of the disc.", platform,
                           entry.at),
               "The ISO image was cut: add it again whole.");
    return;
  }
  if (entry.platform != Platform::x86 || entry.media == 0)
    return report.ok("cd-boot-image",
                     fmt::format("It boots under {} ({}, sector {}).", platform, name_of_media(entry.media), entry.at));
  report.add(
      Severity::warning, "cd-emulation",
      fmt::format("It boots under {} by emulating {}, which iPXE cannot: it starts discs without emulation only.",
                  platform, name_of_media(entry.media)),
      entry.media < 4
          ? "Give it to machines as a CD (bootferry client set MAC --cd IMAGE), not as a disk: then its floppy is "
            "drive 0x00, and the CD is beside it."
          : "Install from it on a machine with a CD drive.");
}

Result<std::optional<std::uint32_t>> find_catalog(DiskReader& reader) {
  for (unsigned i = 0; i < most_descriptors; ++i) {
    const std::uint64_t at = (first_descriptor + i) * cd_sector;
    if (!reader.holds(at, cd_sector)) break;
    auto sector = reader.read(at, cd_sector);
    if (!sector) return std::unexpected(sector.error());
    if (text_of(ByteView(*sector).subspan(1, 5)) != "CD001" || (*sector)[0] == 0xFF) break;
    const bool boots = (*sector)[0] == 0 && text_of(ByteView(*sector).subspan(7, 23)) == "EL TORITO SPECIFICATION";
    if (boots) return u32_at(*sector, 0x47);
  }
  return std::nullopt;
}

}  // namespace

Result<bool> is_cd(DiskReader& reader) {
  if (!reader.holds(first_descriptor * cd_sector, cd_sector)) return false;
  auto sector = reader.read(first_descriptor * cd_sector, cd_sector);
  if (!sector) return std::unexpected(sector.error());
  return text_of(ByteView(*sector).subspan(1, 5)) == "CD001";
}

Result<std::optional<EmulatedFloppy>> find_emulated_floppy(DiskReader& reader) {
  constexpr std::uint64_t sizes[] = {0, 1'228'800, 1'474'560, 2'949'120};  // of media 1 to 3
  const auto place = find_catalog(reader);
  if (!place) return std::unexpected(place.error());
  const std::uint64_t at = std::uint64_t{place->value_or(0)} * cd_sector;
  if (!*place || !reader.holds(at, cd_sector)) return std::nullopt;
  const auto catalog = reader.read(at, cd_sector);
  if (!catalog) return std::unexpected(catalog.error());
  // A BIOS looks at the default entry only.
  const BootEntry entry = decode_catalog(*catalog).front();
  const bool emulates = entry.bootable && entry.platform == Platform::x86 && entry.media >= 1 && entry.media <= 3;
  if (!emulates || !reader.holds(std::uint64_t{entry.at} * cd_sector, cd_sector)) return std::nullopt;
  return EmulatedFloppy{{std::uint64_t{entry.at} * cd_sector}, {sizes[entry.media]}};
}

Result<void> check_cd(DiskReader& reader, Report& report) {
  report.kind = "cd";
  auto place = find_catalog(reader);
  if (!place) return std::unexpected(place.error());
  if (!*place) {
    report.add(Severity::note, "cd-not-bootable", "The disc has no boot catalog (El Torito): nothing boots from it.");
    return {};
  }
  const std::uint64_t at = std::uint64_t{**place} * cd_sector;
  if (!reader.holds(at, cd_sector)) {
    report.add(Severity::error, "cd-catalog",
               fmt::format("The boot catalog is said to be at sector {}, beyond the end of the disc.", **place),
               "The ISO image was cut: add it again whole.");
    return {};
  }
  const std::uint64_t length = std::min<std::uint64_t>(reader.size() - at, catalog_sectors * cd_sector);
  auto catalog = reader.read(at, length / cd_sector * cd_sector);
  if (!catalog) return std::unexpected(catalog.error());
  const ByteView validation = ByteView(*catalog).first(entry_size);
  if (u8_at(validation, 0) != 1 || u16_at(validation, 30) != 0xAA55 || !checksum_fits(validation)) {
    report.add(Severity::error, "cd-catalog", "The boot catalog begins with a wrong checksum or signature.",
               "Firmware refuses such a disc: make the ISO image anew.");
    return {};
  }
  report.ok("cd-catalog", "The disc has a boot catalog (El Torito), and its checksum is right.");
  bool bios = false, efi = false;
  for (const BootEntry& entry : decode_catalog(*catalog)) {
    if (!entry.bootable) continue;
    bios = bios || entry.platform == Platform::x86;
    efi = efi || entry.platform == Platform::efi;
    check_entry(reader, entry, report);
  }
  if (!bios && !efi) {
    report.add(Severity::warning, "cd-not-bootable", "The boot catalog names nothing that a PC starts.");
    return {};
  }
  if (!efi) report.add(Severity::note, "cd-no-uefi", "It has no boot image for UEFI: BIOS machines only.");
  if (!bios) report.add(Severity::note, "cd-no-bios", "It has no boot image for a BIOS: UEFI machines only.");
  return {};
}

}  // namespace bootferry::images::check
