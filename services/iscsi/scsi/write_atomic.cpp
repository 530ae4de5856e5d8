// SPDX-License-Identifier: Apache-2.0
// WRITE ATOMIC(16) (SBC-4 5.48): all of the blocks or none, for every reader. Writes of whole physical blocks only, as
// VPD page B0h says.
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/work.hpp"

namespace bootferry::iscsi::scsi {
namespace {

class AtomicWriteWork final : public DiskWork {
 public:
  AtomicWriteWork(std::shared_ptr<GatedDevice> device, std::uint64_t seals, ByteCount offset, Bytes data, bool durable)
      : device_(std::move(device)), seals_(seals), offset_(offset), data_(std::move(data)), durable_(durable) {}

  Result<void> run(images::BlockDevice&) override {
    {
      const AccessGate::Alone alone(device_->gate());
      if (!device_->admits(seals_)) return device_->sealed();
      if (auto written = device_->below().write(offset_, data_); !written) return written;
    }
    return durable_ ? device_->flush() : Result<void>{};
  }

 private:
  std::shared_ptr<GatedDevice> device_;
  std::uint64_t seals_;
  ByteCount offset_;
  Bytes data_;
  bool durable_;
};

BlockRange atomic_range(const Cdb& cdb) { return {cdb.u64(2), cdb.u16(12)}; }

// Half of an atomic write is none: a sender of less than it announced in the CDB gets nothing written.
Step on_atomic_data(Command& command, ByteView data) {
  const Disk& disk = command.disk();
  const BlockRange range = atomic_range(command.cdb());
  if (data.size() != disk.bytes(range.count).value) return command.refuse(invalid_field(12));
  const bool durable = command.cdb().bit(1, 0x08) || !disk.modes().write_cache();
  return command.run(
      std::make_shared<AtomicWriteWork>(disk.gated(), command.seals(), disk.bytes(range.lba), copy_of(data), durable),
      finish_write);
}

}  // namespace

Step write_atomic(Command& command) {
  const Cdb& cdb = command.cdb();
  const Disk& disk = command.disk();
  const BlockRange range = atomic_range(cdb);
  if (cdb.u8(1) >> 5 != 0) return command.refuse(invalid_field(1));
  if (!disk.contains(range)) return command.refuse(lba_out_of_range());
  if (cdb.u16(10) != 0) return command.refuse(invalid_field(10));  // ATOMIC BOUNDARY: one piece only
  if (range.lba % disk.physical_blocks() != 0) return command.refuse(invalid_field(2));
  if (range.count > disk.max_atomic_write() || range.count % disk.physical_blocks() != 0)
    return command.refuse(invalid_field(12));
  if (range.count == 0) return command.good();
  return command.need_data(static_cast<std::uint32_t>(disk.bytes(range.count).value), on_atomic_data);
}

}  // namespace bootferry::iscsi::scsi
