// SPDX-License-Identifier: Apache-2.0
// REPORT LUNS (SPC-4 6.33): a target of ours has LUN 0 and nothing else.
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {

Step report_luns(Command& command) {
  const std::uint8_t select = command.cdb().u8(2);
  if (select > 2) return command.refuse(invalid_field(2));
  if (command.cdb().u32(6) < 16) return command.refuse(invalid_field(6));
  const bool well_known_only = select == 1;
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(well_known_only ? 0 : 8);
  out.zeros(4);
  if (!well_known_only) out.u64(0);
  return command.good(std::move(bytes), command.cdb().u32(6));
}

}  // namespace bootferry::iscsi::scsi
