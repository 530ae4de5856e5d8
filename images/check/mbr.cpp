// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "images/check/little_endian.hpp"
#include "images/check/partition_table.hpp"

namespace bootferry::images::check {
namespace {

constexpr unsigned most_logical = 128;  // a chain that is longer is a loop, or a joke

bool overlap(const Partition& one, const Partition& other) {
  return one.first < other.first + other.count && other.first < one.first + one.count;
}

void check_overlaps(std::vector<Partition> spans, Report& report) {
  std::ranges::sort(spans, {}, &Partition::first);
  for (std::size_t i = 1; i < spans.size(); ++i) {
    if (!overlap(spans[i - 1], spans[i])) continue;
    report.add(Severity::error, "partition-overlap",
               fmt::format("{} and {} hold the same sectors.", spans[i - 1].name, spans[i].name),
               "Save what can be read of both, then make the partition table anew.");
  }
}

void check_active(const Mbr& mbr, Report& report) {
  const auto patch = [](const MbrEntry& entry, std::uint8_t status) { return Patch{{entry.place()}, {status}}; };
  std::vector<const MbrEntry*> active, fat;
  for (const MbrEntry& entry : mbr.entries) {
    if (entry.active()) active.push_back(&entry);
    if (entry.fat()) fat.push_back(&entry);
    if (entry.status == 0 || entry.status == 0x80) continue;
    report.add(Severity::error, "partition-flag",
               fmt::format("Partition {} has the flag {:02X}h; there are 80h (active) and 00h only.", entry.slot,
                           entry.status),
               "Clear the flag.", {patch(entry, 0)});
  }
  if (active.size() == 1)
    return report.ok("active-partition", fmt::format("Partition {} is active.", active.front()->slot));
  if (active.empty()) {
    if (fat.size() == 1)
      return report.add(Severity::warning, "no-active-partition",
                        "No partition is active: the boot code of DOS finds nothing to start.",
                        fmt::format("Make partition {} active.", fat.front()->slot), {patch(*fat.front(), 0x80)});
    return report.add(Severity::note, "no-active-partition",
                      "No partition is active. GRUB and UEFI do not need one; the boot code of DOS and Windows does.");
  }
  std::vector<Patch> patches;
  for (std::size_t i = 1; i < active.size(); ++i) patches.push_back(patch(*active[i], 0));
  report.add(Severity::error, "many-active-partitions",
             fmt::format("{} partitions are active; boot code starts none then.", active.size()),
             fmt::format("Leave partition {} active only.", active.front()->slot), std::move(patches));
}

}  // namespace

// The chain of an extended partition: each link holds one logical partition and where the next link is.
Result<std::vector<Partition>> walk_logical(DiskReader& reader, const MbrEntry& extended, Report& report) {
  std::vector<Partition> found;
  std::uint64_t link = extended.first;
  for (unsigned number = 5; number < 5 + most_logical; ++number) {
    auto sector = reader.read(link * reader.block_size(), 512);
    if (!sector) return std::unexpected(sector.error());
    const Mbr table = decode_mbr(*sector);
    if (!table.signature) {
      report.add(Severity::error, "logical-chain-broken",
                 fmt::format("The link to partition {} at sector {} has no signature 55AA.", number, link),
                 "Make the extended partition anew; what lies behind the break cannot be reached.");
      return found;
    }
    const MbrEntry &logical = table.entries[0], &next = table.entries[1];
    if (logical.used() && !logical.extended() && logical.count > 0) {
      const Partition span{fmt::format("partition {}", number), link + logical.first, logical.count, nullptr, number};
      if (span.first + span.count > extended.first + extended.count)
        report.add(Severity::error, "partition-beyond-end",
                   fmt::format("{} goes beyond the end of its extended partition.", span.name),
                   "Make the extended partition anew.");
      found.push_back(span);
    }
    if (!next.extended() || next.count == 0) return found;
    const std::uint64_t following = extended.first + next.first;
    if (following <= link || next.first >= extended.count) break;
    link = following;
    if (!reader.holds(link * reader.block_size(), 512)) break;
  }
  report.add(Severity::error, "logical-chain-broken", "The chain of logical partitions leads back or out of the disk.",
             "Make the extended partition anew.");
  return found;
}

bool MbrEntry::fat() const {
  static constexpr std::uint8_t types[] = {0x01, 0x04, 0x06, 0x0B, 0x0C, 0x0E};
  return std::ranges::find(types, type) != std::end(types);
}

bool Mbr::protective() const {
  return signature && std::ranges::any_of(entries, [](const MbrEntry& entry) { return entry.type == 0xEE; });
}

bool Mbr::empty() const { return std::ranges::none_of(entries, &MbrEntry::used); }

Mbr decode_mbr(ByteView sector) {
  Mbr mbr;
  mbr.signature = u16_at(sector, 510) == 0xAA55;
  mbr.code = u8_at(sector, 0) != 0;
  for (unsigned i = 0; i < 4; ++i) {
    const std::size_t at = 446 + std::size_t{i} * 16;
    MbrEntry& entry = mbr.entries[i];
    entry.slot = i + 1;
    entry.status = u8_at(sector, at);
    entry.type = u8_at(sector, at + 4);
    if (sector.size() >= at + 16) {
      entry.start = decode_chs(sector.subspan(at + 1, 3));
      entry.end = decode_chs(sector.subspan(at + 5, 3));
    }
    entry.first = u32_at(sector, at + 8);
    entry.count = u32_at(sector, at + 12);
  }
  return mbr;
}

Bytes encode_mbr_entry(const MbrEntry& entry) {
  Bytes out{entry.status};
  const auto append = [&out](const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); };
  append(encode_chs(entry.start));
  out.push_back(entry.type);
  append(encode_chs(entry.end));
  append(little_endian_bytes(entry.first, 4));
  append(little_endian_bytes(entry.count, 4));
  return out;
}

Result<void> check_mbr(DiskReader& reader, const Mbr& mbr, Report& report) {
  if (mbr.signature)
    report.ok("boot-signature", "The first sector ends with the boot signature 55AA.");
  else
    report.add(Severity::error, "boot-signature", "The first sector does not end with 55AA: no BIOS boots from it.",
               "Write the signature.", {{{510}, {0x55, 0xAA}}});
  if (!mbr.code)
    report.add(Severity::warning, "no-boot-code", "The first sector holds no boot code: a BIOS finds nothing to run.",
               "Let the system write its boot code (FDISK /MBR of DOS, grub-install of Linux); UEFI needs none.");

  std::vector<Partition> spans;
  const std::uint64_t blocks = reader.size() / reader.block_size();
  for (const MbrEntry& entry : mbr.entries) {
    if (!entry.used()) continue;
    const std::string name = fmt::format("partition {}", entry.slot);
    if (entry.count == 0 || entry.first == 0) {
      report.add(Severity::error, "partition-empty",
                 fmt::format("Partition {} has {} sectors from sector {}: that is no place.", entry.slot, entry.count,
                             entry.first),
                 "Make the partition table anew.");
      continue;
    }
    spans.push_back({name, entry.first, entry.count});
    if (entry.first + entry.count > blocks) {
      report.add(
          Severity::error, "partition-beyond-end",
          fmt::format("Partition {} ends at sector {}, and the image has {} only: it was cut, or its table is of "
                      "another disk.",
                      entry.slot, entry.last(), blocks),
          "Grow the image to that size, or add it again whole.");
      continue;
    }
    if (!entry.extended()) continue;
    auto logical = walk_logical(reader, entry, report);
    if (!logical) return std::unexpected(logical.error());
    check_overlaps(*logical, report);
  }
  check_overlaps(std::move(spans), report);
  check_active(mbr, report);
  return {};
}

}  // namespace bootferry::images::check
