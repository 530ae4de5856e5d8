// SPDX-License-Identifier: Apache-2.0
// COMPARE AND WRITE (SBC-3 5.2) and ORWRITE (5.6): read, think and write as one step, with nothing else between.
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/work.hpp"

namespace bootferry::iscsi::scsi {
namespace {

class CompareAndWriteWork final : public DiskWork {
 public:
  CompareAndWriteWork(std::shared_ptr<GatedDevice> device, std::uint64_t seals, ByteCount offset, Bytes data,
                      bool durable)
      : device_(std::move(device)), seals_(seals), offset_(offset), data_(std::move(data)), durable_(durable) {}

  Result<void> run(images::BlockDevice&) override {
    auto done = compare_and_write();
    if (!done || !durable_ || miscompare_) return done;
    return device_->flush();
  }
  [[nodiscard]] std::optional<std::uint64_t> miscompare_offset() const { return miscompare_; }

 private:
  Result<void> compare_and_write() {
    const AccessGate::Alone alone(device_->gate());
    if (!device_->admits(seals_)) return device_->sealed();
    const ByteView expected = ByteView(data_).first(data_.size() / 2);
    Bytes found(expected.size());
    if (auto read = device_->below().read(offset_, found); !read) return read;
    const auto differs = std::ranges::mismatch(found, expected);
    if (differs.in1 != found.end()) {
      miscompare_ = static_cast<std::uint64_t>(differs.in1 - found.begin());
      return {};
    }
    return device_->below().write(offset_, ByteView(data_).subspan(expected.size()));
  }

  std::shared_ptr<GatedDevice> device_;
  std::uint64_t seals_;
  ByteCount offset_;
  Bytes data_;
  bool durable_;
  std::optional<std::uint64_t> miscompare_;
};

class OrWriteWork final : public DiskWork {
 public:
  OrWriteWork(std::shared_ptr<GatedDevice> device, std::uint64_t seals, ByteCount offset, Bytes data, bool durable)
      : device_(std::move(device)), seals_(seals), offset_(offset), data_(std::move(data)), durable_(durable) {}

  Result<void> run(images::BlockDevice&) override {
    auto done = or_and_write();
    if (!done || !durable_) return done;
    return device_->flush();
  }

 private:
  Result<void> or_and_write() {
    const AccessGate::Alone alone(device_->gate());
    if (!device_->admits(seals_)) return device_->sealed();
    Bytes found(data_.size());
    if (auto read = device_->below().read(offset_, found); !read) return read;
    for (std::size_t i = 0; i < found.size(); ++i) found[i] |= data_[i];
    return device_->below().write(offset_, found);
  }

  std::shared_ptr<GatedDevice> device_;
  std::uint64_t seals_;
  ByteCount offset_;
  Bytes data_;
  bool durable_;
};

bool durable(const Command& command) { return command.cdb().bit(1, 0x08) || !command.disk().modes().write_cache(); }

Step on_compared(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::write));
  if (auto at = command.work_as<CompareAndWriteWork>().miscompare_offset()) return command.refuse(miscompare(*at));
  return command.good();
}

Step on_compare_data(Command& command, ByteView data) {
  const Disk& disk = command.disk();
  if (data.size() != 2 * disk.bytes(command.cdb().u8(13)).value) return command.refuse(invalid_field(13));
  return command.run(
      std::make_shared<CompareAndWriteWork>(disk.gated(), command.seals(), disk.bytes(command.cdb().u64(2)),
                                            copy_of(data), durable(command)),
      on_compared);
}

Step on_or_data(Command& command, ByteView data) {
  const Disk& disk = command.disk();
  const std::uint64_t whole = data.size() / disk.block_size() * disk.block_size();
  if (whole == 0) return command.good();
  return command.run(std::make_shared<OrWriteWork>(disk.gated(), command.seals(), disk.bytes(command.cdb().range().lba),
                                                   copy_of(data.first(whole)), durable(command)),
                     finish_write);
}

}  // namespace

Step compare_and_write(Command& command) {
  const Cdb& cdb = command.cdb();
  const BlockRange range{cdb.u64(2), cdb.u8(13)};
  if (cdb.u8(1) >> 5 != 0) return command.refuse(invalid_field(1));
  if (!command.disk().contains(range)) return command.refuse(lba_out_of_range());
  if (range.count > command.disk().max_compare_and_write()) return command.refuse(invalid_field(13));
  const auto length = static_cast<std::uint32_t>(2 * command.disk().bytes(range.count).value);
  if (command.expected_data_out().value_or(length) != length) return command.refuse(invalid_field(13));
  if (range.count == 0) return command.good();
  return command.need_data(length, on_compare_data);
}

Step orwrite(Command& command) {
  const Cdb& cdb = command.cdb();
  const BlockRange range = cdb.range();
  if (cdb.u8(1) >> 5 != 0) return command.refuse(invalid_field(1));
  if (!command.disk().contains(range)) return command.refuse(lba_out_of_range());
  if (range.count > command.disk().max_transfer()) return command.refuse(invalid_field(cdb.count_field()));
  if (range.count == 0) return command.good();
  return command.need_data(static_cast<std::uint32_t>(command.disk().bytes(range.count).value), on_or_data);
}

}  // namespace bootferry::iscsi::scsi
