// SPDX-License-Identifier: Apache-2.0
// GET LBA STATUS (SBC-3 5.3): which blocks are mapped, told by the extents of the device.
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {
namespace {

/// Collects runs from `offset` on until enough are known or `window` bytes were looked at.
class ExtentsWork final : public DiskWork {
 public:
  ExtentsWork(ByteCount offset, ByteCount window, std::size_t most) : offset_(offset), window_(window), most_(most) {}

  Result<void> run(images::BlockDevice& device) override {
    auto found = device.extents(offset_, window_);
    if (!found) return std::unexpected(found.error());
    extents_ = std::move(*found);
    if (extents_.size() > most_) extents_.resize(most_);
    return {};
  }
  [[nodiscard]] const std::vector<images::Extent>& extents() const { return extents_; }

 private:
  ByteCount offset_;
  ByteCount window_;
  std::size_t most_;
  std::vector<images::Extent> extents_;
};

struct Run {
  std::uint64_t lba;
  std::uint64_t count;
  bool mapped;
};

// Extents may end inside a block: a block is unmapped only when all of it is. Runs that are alike melt into one.
std::vector<Run> runs_of(const std::vector<images::Extent>& extents, std::uint64_t first, std::uint32_t block_size) {
  std::vector<Run> runs;
  std::uint64_t next = first;
  for (const auto& extent : extents) {
    const std::uint64_t end_byte = extent.offset.value + extent.length.value;
    const std::uint64_t end = extent.allocated ? (end_byte + block_size - 1) / block_size : end_byte / block_size;
    if (end <= next) continue;
    if (!runs.empty() && runs.back().mapped == extent.allocated) {
      runs.back().count += end - next;
    } else {
      runs.push_back({next, end - next, extent.allocated});
    }
    next = end;
  }
  return runs;
}

Bytes encode_runs(const std::vector<Run>& runs) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(static_cast<std::uint32_t>(4 + 16 * runs.size()));
  out.zeros(4);
  for (const Run& run : runs) {
    out.u64(run.lba);
    out.u32(static_cast<std::uint32_t>(std::min<std::uint64_t>(run.count, 0xffffffffu)));
    out.u8(run.mapped ? 0x00 : 0x01);
    out.zeros(3);
  }
  return bytes;
}

Step on_extents(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::read));
  const auto runs =
      runs_of(command.work_as<ExtentsWork>().extents(), command.cdb().u64(2), command.disk().block_size());
  return command.good(encode_runs(runs), command.cdb().u32(10));
}

constexpr std::uint64_t window_bytes = 4ull << 30;  // bounds the work, not the truth: the answer may be partial
constexpr std::uint32_t most_runs = 1024;

}  // namespace

Step get_lba_status(Command& command) {
  const Disk& disk = command.disk();
  const std::uint64_t lba = command.cdb().u64(2);
  if (lba >= disk.blocks()) return command.refuse(lba_out_of_range());
  const std::uint64_t rest = disk.blocks() - lba;
  if (!disk.thin()) return command.good(encode_runs({{lba, rest, true}}), command.cdb().u32(10));
  const std::uint64_t window = std::min(rest, window_bytes / disk.block_size());
  const std::uint32_t room = command.cdb().u32(10);
  const std::size_t most = std::clamp<std::uint32_t>(room < 24 ? 1 : (room - 8) / 16, 1, most_runs);
  return command.run(std::make_shared<ExtentsWork>(disk.bytes(lba), disk.bytes(window), most), on_extents);
}

}  // namespace bootferry::iscsi::scsi
