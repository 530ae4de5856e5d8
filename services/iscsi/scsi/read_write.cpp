// SPDX-License-Identifier: Apache-2.0
// READ and WRITE (6), (10), (12), (16) (SBC-3 5.9-5.13, 5.32-5.36), PRE-FETCH and SYNCHRONIZE CACHE (10), (16)
// (5.7, 5.8, 5.26, 5.27).
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {
namespace {

// The checks that reads and writes share; protection information is not offered (SBC-3 4.22).
std::optional<Sense> check_transfer(const Command& command, BlockRange range) {
  const Cdb& cdb = command.cdb();
  if (cdb.length() != 6 && cdb.u8(1) >> 5 != 0) return invalid_field(1);
  if (!command.disk().contains(range)) return lba_out_of_range();
  if (range.count > command.disk().max_transfer()) return invalid_field(cdb.count_field());
  return std::nullopt;
}

bool forces_unit_access(const Command& command) { return command.cdb().length() != 6 && command.cdb().bit(1, 0x08); }

Step on_read(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::read));
  Answer answer;
  answer.data_in_is_job = true;
  return answer;
}

// An initiator that meant to send less gets whole blocks written and nothing behind them (SAM-5 5.4.3: the rest is its
// residual).
Step on_write_data(Command& command, ByteView data) {
  const Disk& disk = command.disk();
  DiskJob job;
  job.kind = DiskJob::Kind::write;
  job.offset = disk.bytes(command.cdb().range().lba);
  job.length = disk.bytes(data.size() / disk.block_size());
  job.force_unit_access = forces_unit_access(command) || !disk.modes().write_cache();
  if (job.length.value == 0) return command.good();
  return command.run(std::move(job), finish_write);
}

}  // namespace

Step read(Command& command) {
  const BlockRange range = command.cdb().range();
  if (auto wrong = check_transfer(command, range)) return command.refuse(*wrong);
  if (range.count == 0) return command.good();
  DiskJob job;
  job.kind = DiskJob::Kind::read;
  job.offset = command.disk().bytes(range.lba);
  job.length = command.disk().bytes(range.count);
  job.force_unit_access = forces_unit_access(command);
  return command.run(std::move(job), on_read);
}

Step write(Command& command) {
  const BlockRange range = command.cdb().range();
  if (auto wrong = check_transfer(command, range)) return command.refuse(*wrong);
  if (range.count == 0) return command.good();
  return command.need_data(static_cast<std::uint32_t>(command.disk().bytes(range.count).value), on_write_data);
}

// GOOD says that not all of it fits the cache (SBC-3 5.7): the page cache promises nothing.
Step prefetch(Command& command) {
  if (!command.disk().contains(command.cdb().range())) return command.refuse(lba_out_of_range());
  return command.good();
}

// The whole disk is flushed whatever range is named; IMMED only allows an early answer, and an honest one comes later.
Step synchronize_cache(Command& command) {
  if (!command.disk().contains(command.cdb().range())) return command.refuse(lba_out_of_range());
  DiskJob job;
  job.kind = DiskJob::Kind::flush;
  return command.run(std::move(job), finish_write);
}

}  // namespace bootferry::iscsi::scsi
