// SPDX-License-Identifier: Apache-2.0
// VERIFY (10), (12), (16) (SBC-3 5.28-5.31) and WRITE AND VERIFY (10), (12), (16) (5.37-5.40).
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/work.hpp"

namespace bootferry::iscsi::scsi {
namespace {

enum class ByteCheck : std::uint8_t { medium = 0, all = 1, reserved = 2, one_block = 3 };

ByteCheck byte_check(const Cdb& cdb) { return static_cast<ByteCheck>(cdb.u8(1) >> 1 & 0x03); }

/// Reads a range, and compares it with `expected` over and over when there is one; writes it first when told to.
class VerifyWork final : public DiskWork {
 public:
  VerifyWork(ByteCount offset, ByteCount length, Bytes expected, bool writes_first)
      : offset_(offset), length_(length), expected_(std::move(expected)), writes_first_(writes_first) {}

  Result<void> run(images::BlockDevice& device) override {
    if (writes_first_) {
      if (auto written = device.write(offset_, expected_); !written) return written;
      if (auto flushed = device.flush(); !flushed) return flushed;
    }
    return read_in_chunks(device, offset_, length_, [this](std::uint64_t at, ByteView chunk) {
      for (std::size_t i = 0; !expected_.empty() && i < chunk.size(); ++i) {
        if (chunk[i] == expected_[(at + i) % expected_.size()]) continue;
        miscompare_ = at + i;
        return false;
      }
      return true;
    });
  }
  [[nodiscard]] std::optional<std::uint64_t> miscompare_offset() const { return miscompare_; }

 private:
  ByteCount offset_;
  ByteCount length_;
  Bytes expected_;
  bool writes_first_;
  std::optional<std::uint64_t> miscompare_;
};

Step on_verified(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::read));
  if (auto at = command.work_as<VerifyWork>().miscompare_offset()) return command.refuse(miscompare(*at));
  return command.good();
}

Step on_written_and_verified(Command& command, const Result<void>& result, ByteView data) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::write));
  return on_verified(command, result, data);
}

std::optional<Sense> check(const Command& command, BlockRange range) {
  const Cdb& cdb = command.cdb();
  if (cdb.u8(1) >> 5 != 0) return invalid_field(1);
  if (byte_check(cdb) == ByteCheck::reserved) return invalid_field(1);
  if (!command.disk().contains(range)) return lba_out_of_range();
  return std::nullopt;
}

Step on_verify_data(Command& command, ByteView data) {
  const Disk& disk = command.disk();
  const BlockRange range = command.cdb().range();
  const bool one_block = byte_check(command.cdb()) == ByteCheck::one_block;
  const std::uint64_t whole = data.size() / disk.block_size() * disk.block_size();
  if (whole == 0) return command.good();
  const ByteCount length = one_block ? disk.bytes(range.count) : ByteCount{whole};
  return command.run(std::make_shared<VerifyWork>(disk.bytes(range.lba), length, copy_of(data.first(whole)), false),
                     on_verified);
}

Step on_write_data(Command& command, ByteView data) {
  const Disk& disk = command.disk();
  const std::uint64_t whole = data.size() / disk.block_size() * disk.block_size();
  if (whole == 0) return command.good();
  const ByteCount offset = disk.bytes(command.cdb().range().lba);
  return command.run(std::make_shared<VerifyWork>(offset, ByteCount{whole}, copy_of(data.first(whole)), true),
                     on_written_and_verified);
}

}  // namespace

Step verify(Command& command) {
  const BlockRange range = command.cdb().range();
  if (auto wrong = check(command, range)) return command.refuse(*wrong);
  if (range.count == 0) return command.good();
  const Disk& disk = command.disk();
  const ByteCheck how = byte_check(command.cdb());
  const std::uint32_t limit = how == ByteCheck::all ? disk.max_transfer() : disk.max_verify();
  if (range.count > limit) return command.refuse(invalid_field(command.cdb().count_field()));
  if (how == ByteCheck::medium) {
    return command.run(std::make_shared<VerifyWork>(disk.bytes(range.lba), disk.bytes(range.count), Bytes{}, false),
                       on_verified);
  }
  const std::uint64_t blocks = how == ByteCheck::all ? range.count : 1;
  return command.need_data(static_cast<std::uint32_t>(disk.bytes(blocks).value), on_verify_data);
}

Step write_and_verify(Command& command) {
  const BlockRange range = command.cdb().range();
  if (auto wrong = check(command, range)) return command.refuse(*wrong);
  if (range.count == 0) return command.good();
  if (range.count > command.disk().max_transfer()) return command.refuse(invalid_field(command.cdb().count_field()));
  return command.need_data(static_cast<std::uint32_t>(command.disk().bytes(range.count).value), on_write_data);
}

}  // namespace bootferry::iscsi::scsi
