// SPDX-License-Identifier: Apache-2.0
// RESERVE(6) and RELEASE(6) of SPC-2 5.5, for old initiators: the whole unit, for the asking nexus.
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {

Step reserve_6(Command& command) {
  if (command.cdb().bit(1, 0x1f)) return command.refuse(invalid_field(1));  // third party and extents are obsolete
  return command.disk().reservations().reserve_6(command.nexus()) ? command.good()
                                                                  : command.status(Status::reservation_conflict);
}

Step release_6(Command& command) {
  if (command.cdb().bit(1, 0x1f)) return command.refuse(invalid_field(1));
  command.disk().reservations().release_6(command.nexus());
  return command.good();
}

}  // namespace bootferry::iscsi::scsi
