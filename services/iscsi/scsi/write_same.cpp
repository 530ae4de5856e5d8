// SPDX-License-Identifier: Apache-2.0
// WRITE SAME (10) and (16) (SBC-3 5.43, 5.44), with UNMAP and NDOB.
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/work.hpp"

namespace bootferry::iscsi::scsi {
namespace {

/// One block over a whole range; an empty pattern is zeros, given back to the disk below when `unmaps`.
class WriteSameWork final : public DiskWork {
 public:
  WriteSameWork(ByteCount offset, ByteCount length, Bytes pattern, bool unmaps, bool durable)
      : offset_(offset), length_(length), pattern_(std::move(pattern)), unmaps_(unmaps), durable_(durable) {}

  Result<void> run(images::BlockDevice& device) override {
    auto written = pattern_.empty() ? write_zeros(device) : write_pattern(device);
    if (!written || !durable_) return written;
    return device.flush();
  }

 private:
  Result<void> write_zeros(images::BlockDevice& device) {
    return unmaps_ ? device.trim(offset_, length_) : device.zero(offset_, length_);
  }
  Result<void> write_pattern(images::BlockDevice& device) {
    Bytes buffer(std::min(work_chunk, length_.value));
    for (std::size_t at = 0; at < buffer.size(); ++at) buffer[at] = pattern_[at % pattern_.size()];
    for (std::uint64_t at = 0; at < length_.value; at += buffer.size()) {
      const ByteView chunk = ByteView(buffer).first(std::min<std::uint64_t>(buffer.size(), length_.value - at));
      if (auto written = device.write(offset_ + ByteCount{at}, chunk); !written) return written;
    }
    return {};
  }

  ByteCount offset_;
  ByteCount length_;
  Bytes pattern_;
  bool unmaps_;
  bool durable_;
};

// 0 blocks are all from the LBA on, where WSNZ is 0 (VPD B0h).
BlockRange range_of(const Command& command) {
  BlockRange range = command.cdb().range();
  const std::uint64_t end = command.disk().blocks();
  if (range.count == 0 && range.lba < end) range.count = end - range.lba;
  return range;
}

Step start_work(Command& command, Bytes pattern) {
  const Disk& disk = command.disk();
  const BlockRange range = range_of(command);
  // Unmapping may stand for writing zeros only where unmapped blocks read as zeros (SBC-3 5.43).
  const bool unmaps = command.cdb().bit(1, 0x08) && disk.capabilities().trimmed_reads_zero;
  if (std::ranges::all_of(pattern, [](std::uint8_t byte) { return byte == 0; })) pattern.clear();
  return command.run(std::make_shared<WriteSameWork>(disk.bytes(range.lba), disk.bytes(range.count), std::move(pattern),
                                                     unmaps, !disk.modes().write_cache()),
                     finish_write);
}

Step on_pattern(Command& command, ByteView data) {
  if (data.size() != command.disk().block_size()) return command.refuse(invalid_field(0));
  return start_work(command, copy_of(data));
}

}  // namespace

Step write_same(Command& command) {
  const Cdb& cdb = command.cdb();
  const Disk& disk = command.disk();
  const BlockRange range = range_of(command);
  const bool unmaps = cdb.bit(1, 0x08);
  const bool no_data = cdb.length() == 16 && cdb.bit(1, 0x01);  // NDOB
  if (cdb.u8(1) >> 5 != 0) return command.refuse(invalid_field(1));
  if (cdb.bit(1, 0x10)) return command.refuse(invalid_field(1));  // ANCHOR: nothing is anchored here
  if (unmaps && !disk.thin()) return command.refuse(invalid_field(1));
  if (!disk.contains(range)) return command.refuse(lba_out_of_range());
  if (cdb.range().count == 0 && !disk.writes_same_to_end()) return command.refuse(invalid_field(cdb.count_field()));
  if (range.count > disk.max_write_same()) return command.refuse(invalid_field(cdb.count_field()));
  if (no_data) return start_work(command, {});
  // One block exactly: a sender of more means something else (the bytes behind it would vanish unseen).
  if (command.expected_data_out().value_or(disk.block_size()) != disk.block_size())
    return command.refuse(invalid_field(0));
  return command.need_data(disk.block_size(), on_pattern);
}

}  // namespace bootferry::iscsi::scsi
