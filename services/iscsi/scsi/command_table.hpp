// SPDX-License-Identifier: Apache-2.0
// Every command that a disk, or a CD, knows, in one table each: what runs it, what it needs, and its CDB usage bits.
// The dispatcher, the checks before a command and REPORT SUPPORTED OPERATION CODES all read this table and nothing
// else. Constant, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "iscsi/scsi/command.hpp"

namespace bootferry::iscsi::scsi {

/// Who else's reservation is in a command's way (SPC-4 5.13.1, table 65; SBC-3 4.17).
enum class Conflict : std::uint8_t {
  never,  ///< allowed whatever is reserved
  read,   ///< only exclusive access stands in the way
  write,  ///< any reservation of another nexus does
};

struct CommandNeeds {
  bool medium = false;           ///< NOT READY when it was ejected
  bool writable = false;         ///< DATA PROTECT on a read-only disk
  bool keeps_attention = false;  ///< neither reports nor clears a unit attention (SPC-4 5.14)
  bool passes_reserve6 = false;  ///< goes through RESERVE(6) of another (SPC-2 5.5.1)
  Conflict conflict = Conflict::write;
};

inline constexpr int no_service_action = -1;

struct CommandRow {
  std::uint8_t opcode;
  int service_action;
  const char* name;
  Step (*handler)(Command&);
  CommandNeeds needs;
  std::array<std::uint8_t, 16> usage;  ///< SPC-4 6.35: a bit per CDB bit that is looked at; byte 0 is the opcode
};

/// The commands of a device type, sorted by opcode and service action: one is found without a search.
class CommandTable {
 public:
  constexpr explicit CommandTable(std::span<const CommandRow> rows) : rows_(rows) {
    first_.fill(none);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (first_[rows[row].opcode] == none) first_[rows[row].opcode] = static_cast<std::uint8_t>(row);
    }
  }
  [[nodiscard]] std::span<const CommandRow> rows() const { return rows_; }
  [[nodiscard]] bool knows(std::uint8_t opcode) const { return first_[opcode] != none; }
  /// null: INVALID COMMAND OPERATION CODE, or no such service action of a known one.
  [[nodiscard]] const CommandRow* find(std::uint8_t opcode, std::uint8_t service_action) const {
    for (std::size_t row = first_[opcode]; row < rows_.size() && rows_[row].opcode == opcode; ++row) {
      if (rows_[row].service_action == no_service_action || rows_[row].service_action == service_action)
        return &rows_[row];
    }
    return nullptr;
  }

 private:
  static constexpr std::uint8_t none = 0xff;

  std::span<const CommandRow> rows_;
  std::array<std::uint8_t, 256> first_{};
};

[[nodiscard]] const CommandTable& disk_commands();   // command_table.cpp
[[nodiscard]] const CommandTable& cdrom_commands();  // cdrom_table.cpp

/// Of a disk.
[[nodiscard]] std::span<const CommandRow> command_table();
/// Of any device type: to name it.
[[nodiscard]] const CommandRow* find_command(std::uint8_t opcode, std::uint8_t service_action);

// Handlers, one family a file.
Step test_unit_ready(Command&);                   // unit_control.cpp
Step request_sense(Command&);                     // unit_control.cpp
Step start_stop_unit(Command&);                   // unit_control.cpp
Step prevent_allow_medium_removal(Command&);      // unit_control.cpp
Step report_luns(Command&);                       // report_luns.cpp
Step inquiry(Command&);                           // inquiry.cpp
Step mode_sense(Command&);                        // mode_sense.cpp
Step mode_select(Command&);                       // mode_select.cpp
Step read_capacity_10(Command&);                  // capacity.cpp
Step read_capacity_16(Command&);                  // capacity.cpp
Step read_defect_data(Command&);                  // capacity.cpp
Step get_lba_status(Command&);                    // get_lba_status.cpp
Step read(Command&);                              // read_write.cpp
Step write(Command&);                             // read_write.cpp
Step prefetch(Command&);                          // read_write.cpp
Step synchronize_cache(Command&);                 // read_write.cpp
Step verify(Command&);                            // verify.cpp
Step write_and_verify(Command&);                  // verify.cpp
Step write_same(Command&);                        // write_same.cpp
Step unmap(Command&);                             // unmap.cpp
Step compare_and_write(Command&);                 // compare_and_write.cpp
Step orwrite(Command&);                           // compare_and_write.cpp
Step write_atomic(Command&);                      // write_atomic.cpp
Step report_supported_operation_codes(Command&);  // report_opcodes.cpp
Step sanitize(Command&);                          // sanitize.cpp
Step extended_copy(Command&);                     // extended_copy.cpp
Step receive_copy_results(Command&);              // extended_copy.cpp
Step reserve_6(Command&);                         // reserve.cpp
Step release_6(Command&);                         // reserve.cpp
Step persistent_reserve_in(Command&);             // persistent_reserve_in.cpp
Step persistent_reserve_out(Command&);            // persistent_reserve_out.cpp
// Of a CD only.
Step cdrom_mode_sense(Command&);               // cdrom_mode.cpp
Step read_toc(Command&);                       // cdrom_toc.cpp
Step get_configuration(Command&);              // cdrom_features.cpp
Step get_event_status_notification(Command&);  // cdrom_status.cpp
Step read_disc_information(Command&);          // cdrom_status.cpp
Step read_track_information(Command&);         // cdrom_status.cpp
Step mechanism_status(Command&);               // cdrom_status.cpp
Step read_dvd_structure(Command&);             // cdrom_status.cpp
Step set_cd_speed(Command&);                   // cdrom_read.cpp
Step seek(Command&);                           // cdrom_read.cpp
Step read_cd(Command&);                        // cdrom_read.cpp
Step read_cd_msf(Command&);                    // cdrom_read.cpp

}  // namespace bootferry::iscsi::scsi
