// SPDX-License-Identifier: Apache-2.0
// REPORT SUPPORTED OPERATION CODES (SPC-4 6.35): the command table, read aloud.
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {
namespace {

// UNMAP is there only on a thin disk; what a disk has of SANITIZE depends on it too.
bool offers(const Disk& disk, const CommandRow& row) {
  if (row.opcode == 0x48) return disk.sanitizes(static_cast<std::uint8_t>(row.service_action));
  return row.opcode != 0x42 || disk.thin();
}

std::size_t cdb_length(const CommandRow& row) { return Cdb({row.opcode}).length(); }

void put_timeouts(ByteWriter& out) {  // SPC-4 6.35.4: no opinion
  out.u16(0x0a);
  out.zeros(10);
}

Bytes all_commands(const Disk& disk, bool timeouts) {
  Bytes body;
  ByteWriter out(body);
  for (const CommandRow& row : disk.commands().rows()) {
    if (!offers(disk, row)) continue;
    const bool has_action = row.service_action != no_service_action;
    out.u8(row.opcode);
    out.u8(0);
    out.u16(has_action ? static_cast<std::uint16_t>(row.service_action) : 0);
    out.u8(0);
    out.u8(static_cast<std::uint8_t>((timeouts ? 0x02 : 0) | (has_action ? 0x01 : 0)));
    out.u16(static_cast<std::uint16_t>(cdb_length(row)));
    if (timeouts) put_timeouts(out);
  }
  Bytes bytes;
  ByteWriter head(bytes);
  head.u32(static_cast<std::uint32_t>(body.size()));
  head.bytes(body);
  return bytes;
}

Bytes one_command(const CommandRow* row, bool timeouts) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(0);
  if (row == nullptr) {
    out.u8(0x01);  // not supported
    out.zeros(2);
    return bytes;
  }
  out.u8(timeouts ? 0x83 : 0x03);  // as the standard says
  out.u16(static_cast<std::uint16_t>(cdb_length(*row)));
  out.bytes(ByteView(row->usage).first(cdb_length(*row)));
  if (timeouts) put_timeouts(out);
  return bytes;
}

}  // namespace

Step report_supported_operation_codes(Command& command) {
  const Cdb& cdb = command.cdb();
  const Disk& disk = command.disk();
  const bool timeouts = cdb.bit(2, 0x80);  // RCTD
  const std::uint8_t options = cdb.u8(2) & 0x07;
  const std::uint32_t room = cdb.u32(6);
  const std::uint8_t opcode = cdb.u8(3);
  const std::uint16_t action = cdb.u16(4);
  if (options > 3) return command.refuse(invalid_field(2));
  if (options == 0) return command.good(all_commands(disk, timeouts), room);

  const CommandRow* row = disk.commands().find(opcode, static_cast<std::uint8_t>(action > 0x1f ? 0xff : action));
  const auto same_opcode = [opcode](const CommandRow& any) { return any.opcode == opcode; };
  const auto first = std::ranges::find_if(disk.commands().rows(), same_opcode);
  const bool known = first != disk.commands().rows().end();
  const bool has_actions = known && first->service_action != no_service_action;
  // 1 asks for a command without service actions, 2 for one with them, 3 takes both.
  if (options == 1 && has_actions) return command.refuse(invalid_field(2));
  if (options == 2 && known && !has_actions) return command.refuse(invalid_field(2));
  if (options == 3 && known && !has_actions && action != 0) row = nullptr;
  if (row != nullptr && !offers(disk, *row)) row = nullptr;
  return command.good(one_command(row, timeouts), room);
}

}  // namespace bootferry::iscsi::scsi
