// SPDX-License-Identifier: Apache-2.0
// Every command that a CD knows (MMC-6, SPC-4).
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr CommandNeeds control{.conflict = Conflict::never};
constexpr CommandNeeds always{.keeps_attention = true, .passes_reserve6 = true, .conflict = Conflict::never};
// MMC-6 6.5, 6.6: they tell of a change by themselves, and must not take a unit attention away.
constexpr CommandNeeds status{.keeps_attention = true, .passes_reserve6 = true, .conflict = Conflict::never};
constexpr CommandNeeds reads{.medium = true, .conflict = Conflict::never};

constexpr std::uint8_t all = 0xff;
constexpr int none = no_service_action;

// Sorted by opcode.
// clang-format off
constexpr CommandRow table[] = {
    {0x00, none, "TEST UNIT READY", test_unit_ready, reads, {0x00, 0, 0, 0, 0, 0x04}},
    {0x03, none, "REQUEST SENSE", request_sense, always, {0x03, 0x01, 0, 0, all, 0x04}},
    {0x12, none, "INQUIRY", inquiry, always, {0x12, 0x01, all, all, all, 0x04}},
    {0x1a, none, "MODE SENSE(6)", cdrom_mode_sense, control, {0x1a, 0x08, all, all, all, 0x04}},
    {0x1b, none, "START STOP UNIT", start_stop_unit, control, {0x1b, 0x01, 0, 0x0f, 0xf7, 0x04}},
    {0x1e, none, "PREVENT ALLOW MEDIUM REMOVAL", prevent_allow_medium_removal, control, {0x1e, 0, 0, 0, 0x03, 0x04}},
    {0x25, none, "READ CAPACITY(10)", read_capacity_10, reads, {0x25, 0, all, all, all, all, 0, 0, 0, 0x04}},
    {0x28, none, "READ(10)", read, reads, {0x28, 0xf8, all, all, all, all, 0x1f, all, all, 0x04}},
    {0x2b, none, "SEEK(10)", seek, reads, {0x2b, 0, all, all, all, all, 0, 0, 0, 0x04}},
    {0x43, none, "READ TOC/PMA/ATIP", read_toc, reads, {0x43, 0x02, 0x0f, 0, 0, 0, all, all, all, 0xc4}},
    {0x46, none, "GET CONFIGURATION", get_configuration, status, {0x46, 0x03, all, all, 0, 0, 0, all, all, 0x04}},
    {0x4a, none, "GET EVENT STATUS NOTIFICATION", get_event_status_notification, status, {0x4a, 0x01, 0, 0, all, 0, 0, all, all, 0x04}},
    {0x51, none, "READ DISC INFORMATION", read_disc_information, reads, {0x51, 0x07, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x52, none, "READ TRACK INFORMATION", read_track_information, reads, {0x52, 0x03, all, all, all, all, 0, all, all, 0x04}},
    {0x5a, none, "MODE SENSE(10)", cdrom_mode_sense, control, {0x5a, 0x18, all, all, 0, 0, 0, all, all, 0x04}},
    {0xa0, none, "REPORT LUNS", report_luns, always, {0xa0, 0, all, 0, 0, 0, all, all, all, all, 0, 0x04}},
    {0xa3, 0x0c, "REPORT SUPPORTED OPERATION CODES", report_supported_operation_codes, control, {0xa3, 0x0c, 0x87, all, all, all, all, all, all, all, 0, 0x04}},
    {0xa8, none, "READ(12)", read, reads, {0xa8, 0xf8, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0xad, none, "READ DVD STRUCTURE", read_dvd_structure, reads, {0xad, 0x0f, all, all, all, all, all, all, all, all, 0xc0, 0x04}},
    {0xb9, none, "READ CD MSF", read_cd_msf, reads, {0xb9, 0x1c, 0, all, all, all, all, all, all, 0xfe, 0x07, 0x04}},
    {0xbb, none, "SET CD SPEED", set_cd_speed, control, {0xbb, 0x03, all, all, all, all, 0, 0, 0, 0, 0, 0x04}},
    {0xbd, none, "MECHANISM STATUS", mechanism_status, control, {0xbd, 0, 0, 0, 0, 0, 0, 0, all, all, 0, 0x04}},
    {0xbe, none, "READ CD", read_cd, reads, {0xbe, 0x1c, all, all, all, all, all, all, all, 0xfe, 0x07, 0x04}},
};
// clang-format on

constexpr CommandTable commands{table};

}  // namespace

const CommandTable& cdrom_commands() { return commands; }

}  // namespace bootferry::iscsi::scsi
