// SPDX-License-Identifier: Apache-2.0
// TEST UNIT READY (SPC-4 6.47), REQUEST SENSE (6.39), PREVENT ALLOW MEDIUM REMOVAL (6.14), START STOP UNIT
// (SBC-3 5.25).
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {

Step test_unit_ready(Command& command) { return command.good(); }

// With autosense there is nothing kept from a command before: a pending unit attention, else no sense.
Step request_sense(Command& command) {
  Sense sense = no_sense();
  if (!command.lun_exists()) {
    sense = lun_not_supported();
  } else if (auto pending = command.disk().attentions().take(command.nexus())) {
    sense = *pending;
  } else if (command.disk().sanitizer().state() == Sanitizer::State::running) {
    sense = sanitize_in_progress(command.disk().sanitizer().progress());
  } else if (command.disk().sanitizer().state() == Sanitizer::State::failed) {
    sense = sanitize_failed();
  } else if (!command.disk().medium().loaded()) {
    sense = medium_not_present();
  }
  sense.descriptor_format = command.cdb().bit(1, 0x01);  // DESC
  return command.good(encode_sense(sense), command.cdb().u8(4));
}

Step start_stop_unit(Command& command) {
  const Cdb& cdb = command.cdb();
  // Power conditions: there is no motor, and LOEJ and START mean nothing beside them.
  if (cdb.u8(4) >> 4 != 0) return command.good();
  if (!command.disk().identity().removable || !cdb.bit(4, 0x02)) return command.good();
  Medium& medium = command.disk().medium();
  if (!cdb.bit(4, 0x01)) return medium.eject() ? command.good() : command.refuse(medium_removal_prevented());
  const bool was_out = !medium.loaded();
  if (!medium.load()) return command.refuse(medium_removal_prevented());
  if (was_out) command.disk().attentions().raise_for_others(command.nexus(), attention::medium_may_have_changed);
  return command.good();
}

Step prevent_allow_medium_removal(Command& command) {
  Medium& medium = command.disk().medium();
  if (command.cdb().bit(4, 0x01)) {
    medium.prevent(command.nexus());
  } else {
    medium.allow(command.nexus());
  }
  return command.good();
}

}  // namespace bootferry::iscsi::scsi
