// SPDX-License-Identifier: Apache-2.0
// READ CD (MMC-6 6.17), READ CD MSF (6.18), SEEK (6.37) and SET CD SPEED (6.40). Only the 2048 bytes of user data of a
// sector exist here: headers and error correction are not kept in an image.
#include "iscsi/scsi/cdrom.hpp"
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::uint8_t user_data = 0x10;

Step on_read(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::read));
  Answer answer;
  answer.data_in_is_job = true;
  return answer;
}

Step read_sectors(Command& command, BlockRange range) {
  const Cdb& cdb = command.cdb();
  Disk& disk = command.disk();
  const std::uint8_t sector_type = cdb.u8(1) >> 2 & 0x07;
  if (profile_of(disk) != Profile::cd_rom)
    return command.refuse(make_sense(SenseKey::illegal_request, 0x3002));  // CANNOT READ MEDIUM - INCOMPATIBLE FORMAT
  if (sector_type == 1) return command.refuse(make_sense(SenseKey::illegal_request, 0x6400));  // audio: not this track
  if (sector_type > 2) return command.refuse(invalid_field(1));
  if (!disk.contains(range)) return command.refuse(lba_out_of_range());
  if (range.count > disk.max_transfer()) return command.refuse(invalid_field(6));
  if ((cdb.u8(10) & 0x07) != 0) return command.refuse(invalid_field(10));  // sub-channels
  if (range.count == 0 || (cdb.u8(9) & 0xfe) == 0) return command.good();
  if ((cdb.u8(9) & 0xfe) != user_data) return command.refuse(invalid_field(9));
  DiskJob job;
  job.kind = DiskJob::Kind::read;
  job.offset = disk.bytes(range.lba);
  job.length = disk.bytes(range.count);
  return command.run(std::move(job), on_read);
}

/// -1: no address behind the lead-in.
std::int64_t block_at(const Cdb& cdb, std::size_t at) {
  if (cdb.u8(at + 1) > 59 || cdb.u8(at + 2) > 74) return -1;
  return (cdb.u8(at) * std::int64_t{60} + cdb.u8(at + 1)) * 75 + cdb.u8(at + 2) - 150;
}

}  // namespace

Step read_cd(Command& command) {
  const Cdb& cdb = command.cdb();
  return read_sectors(command, {cdb.u32(2), cdb.u32(5) & 0xffffff});
}

Step read_cd_msf(Command& command) {
  const std::int64_t first = block_at(command.cdb(), 3);
  const std::int64_t end = block_at(command.cdb(), 6);
  if (first < 0) return command.refuse(invalid_field(3));
  if (end < first) return command.refuse(invalid_field(6));
  return read_sectors(command, {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(end - first)});
}

Step seek(Command& command) {
  if (command.cdb().u32(2) >= command.disk().blocks()) return command.refuse(lba_out_of_range());
  return command.good();
}

Step set_cd_speed(Command& command) { return command.good(); }  // a file has none

}  // namespace bootferry::iscsi::scsi
