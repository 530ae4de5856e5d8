// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "images/check/little_endian.hpp"
#include "images/check/partition_table.hpp"

namespace bootferry::images::check {
namespace {

constexpr std::uint64_t most_entry_bytes = 1u << 20;  // 128 entries of 128 bytes are usual

struct Gpt {
  std::uint64_t backup = 0, first_usable = 0, last_usable = 0, entries_at = 0;
  std::uint32_t entry_count = 0, entry_size = 0;
  Bytes entries;
};

std::uint32_t crc_of(ByteView bytes) {
  return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<unsigned>(bytes.size())));
}

// UEFI 5.3.2: the header's CRC is taken with its own four bytes as zeros. invalid says what is wrong.
Result<Gpt> require_gpt(DiskReader& reader, std::uint64_t lba) {
  const std::uint64_t block = reader.block_size();
  auto sector = reader.read(lba * block, 512);
  if (!sector) return std::unexpected(sector.error());
  if (text_of(ByteView(*sector).first(8)) != "EFI PART") return fail(ErrorKind::invalid, "is missing");
  const std::uint32_t length = u32_at(*sector, 12);
  if (length < 92 || length > 512) return fail(ErrorKind::invalid, "has an impossible length");
  Bytes header(sector->begin(), sector->begin() + length);
  std::fill_n(header.begin() + 16, 4, std::uint8_t{0});
  if (crc_of(header) != u32_at(*sector, 16)) return fail(ErrorKind::invalid, "has a wrong checksum");
  if (u64_at(*sector, 24) != lba) return fail(ErrorKind::invalid, "says that it lies elsewhere");
  Gpt gpt{u64_at(*sector, 32),
          u64_at(*sector, 40),
          u64_at(*sector, 48),
          u64_at(*sector, 72),
          u32_at(*sector, 80),
          u32_at(*sector, 84),
          {}};
  const std::uint64_t bytes = std::uint64_t{gpt.entry_count} * gpt.entry_size;
  if (gpt.entry_size < 128 || gpt.entry_size > 4096 || bytes == 0 || bytes > most_entry_bytes)
    return fail(ErrorKind::invalid, "has a table of an impossible size");
  if (gpt.entries_at >= reader.size() / block || !reader.holds(gpt.entries_at * block, bytes))
    return fail(ErrorKind::invalid, "has its table beyond the end of the image");
  auto entries = reader.read(gpt.entries_at * block, bytes);
  if (!entries) return std::unexpected(entries.error());
  if (crc_of(*entries) != u32_at(*sector, 88)) return fail(ErrorKind::invalid, "has a table with a wrong checksum");
  gpt.entries = std::move(*entries);
  return gpt;
}

std::vector<Partition> check_entries(DiskReader& reader, const Gpt& gpt, Report& report) {
  std::vector<Partition> found;
  const std::uint64_t blocks = reader.size() / reader.block_size();
  for (std::uint32_t i = 0; i < gpt.entry_count; ++i) {
    const ByteView entry = ByteView(gpt.entries).subspan(std::size_t{i} * gpt.entry_size, gpt.entry_size);
    if (std::ranges::all_of(entry.first(16), [](std::uint8_t byte) { return byte == 0; })) continue;
    const std::uint64_t first = u64_at(entry, 32), last = u64_at(entry, 40);
    const std::string name = fmt::format("partition {}", i + 1);
    if (first > last || last >= blocks || first < gpt.first_usable || last > gpt.last_usable) {
      report.add(Severity::error, "partition-beyond-end",
                 fmt::format("{} (sectors {} to {}) is not inside the part of the disk that the table leaves to "
                             "partitions.",
                             name, first, last),
                 "Grow the image to that size, or add it again whole.");
      continue;
    }
    found.push_back({name, first, last - first + 1, nullptr, i + 1});
  }
  auto sorted = found;
  std::ranges::sort(sorted, {}, &Partition::first);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i - 1].first + sorted[i - 1].count <= sorted[i].first) continue;
    report.add(Severity::error, "partition-overlap",
               fmt::format("{} and {} hold the same sectors.", sorted[i - 1].name, sorted[i].name),
               "Save what can be read of both, then make the partition table anew.");
  }
  return found;
}

}  // namespace

Result<std::vector<Partition>> check_gpt(DiskReader& reader, Report& report) {
  const std::uint64_t blocks = reader.size() / reader.block_size();
  if (blocks < 6) {
    report.add(Severity::error, "gpt-header", "The image is too small to hold the GPT that its first sector promises.");
    return std::vector<Partition>{};
  }
  const auto broken = [](const Error& why) { return why.kind == ErrorKind::invalid; };
  auto main = require_gpt(reader, 1);
  if (!main && !broken(main.error())) return std::unexpected(main.error());
  const std::uint64_t last = blocks - 1;
  const std::uint64_t backup_at = main && main->backup < blocks && main->backup > 1 ? main->backup : last;
  auto backup = require_gpt(reader, backup_at);
  if (!backup && !broken(backup.error())) return std::unexpected(backup.error());

  if (main)
    report.ok("gpt-header", "The GPT and its checksums are right.");
  else
    report.add(Severity::error, "gpt-header", fmt::format("The GPT {}.", main.error().message),
               backup ? "Its copy at the end of the disk is right: \"sgdisk -e\" or parted bring it back."
                      : "Make the partition table anew.");
  if (main && !backup)
    report.add(Severity::warning, "gpt-backup",
               fmt::format("The copy of the GPT at the end of the disk {}.", backup.error().message),
               "\"sgdisk -e\" on a machine that has the disk writes it anew.");
  else if (main && backup_at != last)
    report.add(Severity::note, "gpt-backup-place",
               "The copy of the GPT is not at the end of the disk: the image was grown after it was partitioned.",
               "\"sgdisk -e\" or parted on a machine that has the disk moves it.");
  else if (main && backup->entries != main->entries)
    report.add(Severity::warning, "gpt-backup", "The GPT and its copy at the end of the disk differ.",
               "\"sgdisk -e\" on a machine that has the disk writes the copy anew.");
  if (!main && !backup) return std::vector<Partition>{};
  return check_entries(reader, main ? *main : *backup, report);
}

}  // namespace bootferry::images::check
