// SPDX-License-Identifier: Apache-2.0
#include "images/check/fat_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "images/check/little_endian.hpp"

namespace bootferry::images::check {
namespace {

constexpr std::uint64_t usual_backup = 6;
constexpr std::size_t bpb_begin = 11, bpb_end = 90;  // of FAT32

class FatChecker {
 public:
  FatChecker(DiskReader& reader, const FatPlace& place, Report& report)
      : reader_(reader), place_(place), report_(report) {}

  Result<std::optional<FatBoot>> run() {
    auto sector = reader_.read(place_.first * 512, 512);
    if (!sector) return std::unexpected(sector.error());
    auto boot = decode_fat_boot(*sector);
    if (!boot) return on_broken(boot.error());
    if (!boot->signature)
      report_.add(Severity::error, "fat-signature",
                  fmt::format("{}: its boot sector does not end with 55AA, so nothing boots from it.", place_.name),
                  "Write the signature.", {patch(510, {0x55, 0xAA})});
    check_length(*boot);
    check_type(*boot);
    check_fields(*boot);
    if (boot->wide_layout) {
      if (auto done = check_backup(*boot, *sector); !done) return std::unexpected(done.error());
    }
    report_.ok("fat", fmt::format("{}: FAT{}, {} clusters of {} bytes.", place_.name, boot->bits, boot->clusters,
                                  boot->sectors_per_cluster * 512u));
    return boot->total <= place_.count ? std::optional(*boot) : std::nullopt;
  }

 private:
  [[nodiscard]] Patch patch(std::uint64_t at, Bytes bytes) const {
    return {{place_.first * 512 + at}, std::move(bytes)};
  }

  Result<std::optional<FatBoot>> on_broken(const Error& why) {
    std::vector<Patch> patches;
    const bool may_be_fat32 = !place_.entry || place_.entry->type == 0x0B || place_.entry->type == 0x0C;
    if (may_be_fat32 && place_.count > usual_backup) {
      auto copy = reader_.read((place_.first + usual_backup) * 512, 512);
      if (!copy) return std::unexpected(copy.error());
      const auto boot = decode_fat_boot(*copy);
      if (boot && boot->wide_layout && boot->signature && boot->total <= place_.count) patches = {patch(0, *copy)};
    }
    const std::string mend = patches.empty() ? "Format the partition (FORMAT of DOS, mkfs.fat of Linux)."
                                             : "Write back the copy that the volume keeps in its sector 6.";
    report_.add(Severity::error, "fat-boot-sector", fmt::format("{}: its boot sector {}.", place_.name, why.message),
                mend, std::move(patches));
    return std::nullopt;
  }

  void check_length(const FatBoot& boot) {
    if (boot.total > place_.count)
      report_.add(Severity::error, "fat-length",
                  fmt::format("{}: the file system has {} sectors, and there is room for {}.", place_.name, boot.total,
                              place_.count),
                  "Grow the image or the partition; what lies beyond its end cannot be read.");
    else if (place_.count - boot.total > 65536)
      report_.add(Severity::note, "fat-length",
                  fmt::format("{}: the file system uses {} of {} sectors.", place_.name, boot.total, place_.count));
  }

  void check_type(const FatBoot& boot) {
    if (!place_.entry || !place_.entry->fat()) return;
    const std::uint8_t type = place_.entry->type;
    const bool by_lba = type == 0x0C || type == 0x0E;
    const bool fits = boot.bits == 32   ? type == 0x0B || type == 0x0C
                      : boot.bits == 12 ? type == 0x01
                      : type == 0x04    ? boot.total < 65536
                                        : type == 0x06 || type == 0x0E;
    if (fits) return;
    const bool small = boot.total < 65536;
    const std::uint8_t right = boot.bits == 32   ? (by_lba ? 0x0C : 0x0B)
                               : boot.bits == 12 ? 0x01
                               : by_lba          ? 0x0E
                               : small           ? 0x04
                                                 : 0x06;
    report_.add(Severity::error, "fat-partition-type",
                fmt::format("{}: the partition's type is {:02X}h, and the file system in it is FAT{} of {} sectors.",
                            place_.name, type, boot.bits, boot.total),
                fmt::format("Write the type {:02X}h.", right), {{{place_.entry->place() + 4}, {right}}});
  }

  void check_fields(const FatBoot& boot) {
    if (!place_.geometry) return;
    const Geometry right = *place_.geometry;
    const Severity severity = place_.entry && !place_.entry->active() ? Severity::warning : Severity::error;
    if (boot.geometry() != right)
      report_.add(
          severity, "fat-geometry",
          fmt::format("{}: its boot sector counts {} heads and {} sectors, the disk has {} and {}; DOS reads the "
                      "wrong sectors.",
                      place_.name, boot.heads, boot.sectors_per_track, right.heads, right.sectors),
          fmt::format("Write {} and {}.", right.heads, right.sectors),
          {patch(bpb_sectors_per_track, little_endian_bytes(right.sectors, 2)),
           patch(bpb_heads, little_endian_bytes(right.heads, 2))});
    if (boot.hidden != place_.first)
      report_.add(
          severity, "fat-hidden-sectors",
          fmt::format("{}: its boot sector says that {} sectors lie before it, and there are {}; it will not start.",
                      place_.name, boot.hidden, place_.first),
          fmt::format("Write {}.", place_.first), {patch(bpb_hidden, little_endian_bytes(place_.first, 4))});
    if (boot.drive != place_.drive)
      report_.add(
          Severity::warning, "fat-drive-number",
          fmt::format("{}: its boot sector names drive {:02X}h, and will be drive {:02X}h; some boot code believes "
                      "it.",
                      place_.name, boot.drive, place_.drive),
          fmt::format("Write {:02X}h.", place_.drive), {patch(bpb_drive(boot), {place_.drive})});
    if (place_.drive >= 0x80 && boot.media != 0xF8)
      report_.add(
          Severity::warning, "fat-media",
          fmt::format("{}: it has the media byte {:02X}h; that of a hard disk is F8h.", place_.name, boot.media),
          "Format the partition anew if DOS refuses it.");
  }

  // What describes the volume must be the same; the boot code of the copy may be older.
  Result<void> check_backup(const FatBoot& boot, const Bytes& sector) {
    if (boot.backup == 0 || boot.backup == 0xFFFF) return {};
    if (boot.backup >= boot.reserved) {
      report_.add(Severity::warning, "fat-backup-boot",
                  fmt::format("{}: the copy of its boot sector is said to be at sector {}, among the files.",
                              place_.name, boot.backup));
      return {};
    }
    auto copy = reader_.read((place_.first + boot.backup) * 512, 512);
    if (!copy) return std::unexpected(copy.error());
    const auto described = [](const Bytes& bytes) { return ByteView(bytes).subspan(bpb_begin, bpb_end - bpb_begin); };
    if (std::ranges::equal(described(sector), described(*copy)) && u16_at(*copy, 510) == 0xAA55) return {};
    const ByteView right = described(sector);
    report_.add(
        Severity::warning, "fat-backup-boot",
        fmt::format("{}: the copy of its boot sector in sector {} says something else.", place_.name, boot.backup),
        "Write the copy anew.",
        {patch(boot.backup * 512ull + bpb_begin, Bytes(right.begin(), right.end())),
         patch(boot.backup * 512ull + 510, {0x55, 0xAA})});
    return {};
  }

  DiskReader& reader_;
  const FatPlace& place_;
  Report& report_;
};

}  // namespace

Result<std::optional<FatBoot>> check_fat(DiskReader& reader, const FatPlace& place, Report& report) {
  return FatChecker(reader, place, report).run();
}

}  // namespace bootferry::images::check
