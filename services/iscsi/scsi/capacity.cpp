// SPDX-License-Identifier: Apache-2.0
// READ CAPACITY(10) and (16) (SBC-3 5.15, 5.16), READ DEFECT DATA(10) and (12) (5.17, 5.18).
#include <algorithm>
#include <bit>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {

Step read_capacity_10(Command& command) {
  const Cdb& cdb = command.cdb();
  const Disk& disk = command.disk();
  if (cdb.u32(2) != 0) return command.refuse(invalid_field(2));
  if (cdb.bit(8, 0x01)) return command.refuse(invalid_field(8));  // PMI is obsolete
  // FFFFFFFFh sends the initiator to READ CAPACITY(16).
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(static_cast<std::uint32_t>(std::min<std::uint64_t>(disk.blocks() - 1, 0xffffffffu)));
  out.u32(disk.block_size());
  return command.good(std::move(bytes), 8);
}

Step read_capacity_16(Command& command) {
  const Cdb& cdb = command.cdb();
  const Disk& disk = command.disk();
  if (cdb.u64(2) != 0) return command.refuse(invalid_field(2));
  if (cdb.bit(14, 0x01)) return command.refuse(invalid_field(14));
  const std::uint8_t thin = disk.thin() ? 0x80 : 0x00;                                              // LBPME
  const std::uint8_t zeroes = disk.thin() && disk.capabilities().trimmed_reads_zero ? 0x40 : 0x00;  // LBPRZ
  Bytes bytes;
  ByteWriter out(bytes);
  out.u64(disk.blocks() - 1);
  out.u32(disk.block_size());
  out.u8(0);
  out.u8(static_cast<std::uint8_t>(std::countr_zero(disk.physical_blocks())));
  out.u8(thin | zeroes);
  out.zeros(32 - bytes.size());
  return command.good(std::move(bytes), cdb.u32(10));
}

// Both lists are empty: there are no defects to hide on a file.
Step read_defect_data(Command& command) {
  const Cdb& cdb = command.cdb();
  const bool ten = cdb.length() == 10;
  const std::uint8_t lists = cdb.u8(ten ? 2 : 1) & 0x1f;
  Bytes bytes{0, lists, 0, 0};
  if (!ten) bytes.resize(8, 0);
  return command.good(std::move(bytes), ten ? cdb.u16(7) : cdb.u32(6));
}

}  // namespace bootferry::iscsi::scsi
