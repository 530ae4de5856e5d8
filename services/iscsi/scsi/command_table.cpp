// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr CommandNeeds control{.conflict = Conflict::never};
constexpr CommandNeeds always{.keeps_attention = true, .passes_reserve6 = true, .conflict = Conflict::never};
constexpr CommandNeeds capacity{.medium = true, .passes_reserve6 = true, .conflict = Conflict::never};
constexpr CommandNeeds passes{.passes_reserve6 = true, .conflict = Conflict::never};
constexpr CommandNeeds mode{.conflict = Conflict::write};
constexpr CommandNeeds reads{.medium = true, .conflict = Conflict::read};
constexpr CommandNeeds writes{.medium = true, .writable = true, .conflict = Conflict::write};
constexpr CommandNeeds syncs{.medium = true, .conflict = Conflict::write};
constexpr CommandNeeds probes{.medium = true, .conflict = Conflict::never};

constexpr std::uint8_t all = 0xff;
constexpr int none = no_service_action;

// Usage bits: RDPROTECT/WRPROTECT are looked at (and refused), DPO 0x10, FUA 0x08.
constexpr std::uint8_t io_flags = 0xf8;

// Sorted by opcode, then by service action.
// clang-format off
constexpr CommandRow table[] = {
    {0x00, none, "TEST UNIT READY", test_unit_ready, probes, {0x00, 0, 0, 0, 0, 0x04}},
    {0x03, none, "REQUEST SENSE", request_sense, always, {0x03, 0x01, 0, 0, all, 0x04}},
    {0x08, none, "READ(6)", read, reads, {0x08, 0x1f, all, all, all, 0x04}},
    {0x0a, none, "WRITE(6)", write, writes, {0x0a, 0x1f, all, all, all, 0x04}},
    {0x12, none, "INQUIRY", inquiry, always, {0x12, 0x01, all, all, all, 0x04}},
    {0x15, none, "MODE SELECT(6)", mode_select, mode, {0x15, 0x11, 0, 0, all, 0x04}},
    {0x16, none, "RESERVE(6)", reserve_6, mode, {0x16, 0x1f, 0, 0, 0, 0x04}},
    {0x17, none, "RELEASE(6)", release_6, passes, {0x17, 0x1f, 0, 0, 0, 0x04}},
    {0x1a, none, "MODE SENSE(6)", mode_sense, mode, {0x1a, 0x08, all, all, all, 0x04}},
    {0x1b, none, "START STOP UNIT", start_stop_unit, mode, {0x1b, 0x01, 0, 0x0f, 0xf7, 0x04}},
    {0x1e, none, "PREVENT ALLOW MEDIUM REMOVAL", prevent_allow_medium_removal, control, {0x1e, 0, 0, 0, 0x03, 0x04}},
    {0x25, none, "READ CAPACITY(10)", read_capacity_10, capacity, {0x25, 0, all, all, all, all, 0, 0, 0, 0x04}},
    {0x28, none, "READ(10)", read, reads, {0x28, io_flags, all, all, all, all, 0x1f, all, all, 0x04}},
    {0x2a, none, "WRITE(10)", write, writes, {0x2a, io_flags, all, all, all, all, 0x1f, all, all, 0x04}},
    {0x2e, none, "WRITE AND VERIFY(10)", write_and_verify, writes, {0x2e, 0xf6, all, all, all, all, 0x1f, all, all, 0x04}},
    {0x2f, none, "VERIFY(10)", verify, reads, {0x2f, 0xf6, all, all, all, all, 0x1f, all, all, 0x04}},
    {0x34, none, "PRE-FETCH(10)", prefetch, reads, {0x34, 0x02, all, all, all, all, 0x1f, all, all, 0x04}},
    {0x35, none, "SYNCHRONIZE CACHE(10)", synchronize_cache, syncs, {0x35, 0x02, all, all, all, all, 0x1f, all, all, 0x04}},
    {0x37, none, "READ DEFECT DATA(10)", read_defect_data, reads, {0x37, 0, 0x1f, 0, 0, 0, 0, all, all, 0x04}},
    {0x41, none, "WRITE SAME(10)", write_same, writes, {0x41, 0xf8, all, all, all, all, 0x1f, all, all, 0x04}},
    {0x42, none, "UNMAP", unmap, writes, {0x42, 0x01, 0, 0, 0, 0, 0x1f, all, all, 0x04}},
    {0x48, 0x01, "SANITIZE, OVERWRITE", sanitize, writes, {0x48, 0xe1, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x48, 0x02, "SANITIZE, BLOCK ERASE", sanitize, writes, {0x48, 0xe2, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x48, 0x03, "SANITIZE, CRYPTOGRAPHIC ERASE", sanitize, writes, {0x48, 0xe3, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x48, 0x1f, "SANITIZE, EXIT FAILURE MODE", sanitize, writes, {0x48, 0xff, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x55, none, "MODE SELECT(10)", mode_select, mode, {0x55, 0x11, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x5a, none, "MODE SENSE(10)", mode_sense, mode, {0x5a, 0x18, all, all, 0, 0, 0, all, all, 0x04}},
    {0x5e, 0x00, "PERSISTENT RESERVE IN, READ KEYS", persistent_reserve_in, control, {0x5e, 0x00, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x5e, 0x01, "PERSISTENT RESERVE IN, READ RESERVATION", persistent_reserve_in, control, {0x5e, 0x01, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x5e, 0x02, "PERSISTENT RESERVE IN, REPORT CAPABILITIES", persistent_reserve_in, control, {0x5e, 0x02, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x5e, 0x03, "PERSISTENT RESERVE IN, READ FULL STATUS", persistent_reserve_in, control, {0x5e, 0x03, 0, 0, 0, 0, 0, all, all, 0x04}},
    {0x5f, 0x00, "PERSISTENT RESERVE OUT, REGISTER", persistent_reserve_out, control, {0x5f, 0x00, all, 0, 0, all, all, all, all, 0x04}},
    {0x5f, 0x01, "PERSISTENT RESERVE OUT, RESERVE", persistent_reserve_out, control, {0x5f, 0x01, all, 0, 0, all, all, all, all, 0x04}},
    {0x5f, 0x02, "PERSISTENT RESERVE OUT, RELEASE", persistent_reserve_out, control, {0x5f, 0x02, all, 0, 0, all, all, all, all, 0x04}},
    {0x5f, 0x03, "PERSISTENT RESERVE OUT, CLEAR", persistent_reserve_out, control, {0x5f, 0x03, all, 0, 0, all, all, all, all, 0x04}},
    {0x5f, 0x04, "PERSISTENT RESERVE OUT, PREEMPT", persistent_reserve_out, control, {0x5f, 0x04, all, 0, 0, all, all, all, all, 0x04}},
    {0x5f, 0x05, "PERSISTENT RESERVE OUT, PREEMPT AND ABORT", persistent_reserve_out, control, {0x5f, 0x05, all, 0, 0, all, all, all, all, 0x04}},
    {0x5f, 0x06, "PERSISTENT RESERVE OUT, REGISTER AND IGNORE EXISTING KEY", persistent_reserve_out, control, {0x5f, 0x06, all, 0, 0, all, all, all, all, 0x04}},
    {0x5f, 0x07, "PERSISTENT RESERVE OUT, REGISTER AND MOVE", persistent_reserve_out, control, {0x5f, 0x07, all, 0, 0, all, all, all, all, 0x04}},
    {0x83, 0x00, "EXTENDED COPY(LID1)", extended_copy, probes, {0x83, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, all, all, all, all, 0, 0x04}},
    {0x84, 0x00, "RECEIVE COPY STATUS(LID1)", receive_copy_results, control, {0x84, 0x00, all, 0, 0, 0, 0, 0, 0, 0, all, all, all, all, 0, 0x04}},
    {0x84, 0x03, "RECEIVE COPY OPERATING PARAMETERS", receive_copy_results, control, {0x84, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, all, all, all, all, 0, 0x04}},
    {0x84, 0x04, "RECEIVE COPY FAILURE DETAILS(LID1)", receive_copy_results, control, {0x84, 0x04, all, 0, 0, 0, 0, 0, 0, 0, all, all, all, all, 0, 0x04}},
    {0x88, none, "READ(16)", read, reads, {0x88, io_flags, all, all, all, all, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0x89, none, "COMPARE AND WRITE", compare_and_write, writes, {0x89, io_flags, all, all, all, all, all, all, all, all, 0, 0, 0, all, 0x1f, 0x04}},
    {0x8a, none, "WRITE(16)", write, writes, {0x8a, io_flags, all, all, all, all, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0x8b, none, "ORWRITE", orwrite, writes, {0x8b, io_flags, all, all, all, all, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0x8e, none, "WRITE AND VERIFY(16)", write_and_verify, writes, {0x8e, 0xf6, all, all, all, all, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0x8f, none, "VERIFY(16)", verify, reads, {0x8f, 0xf6, all, all, all, all, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0x90, none, "PRE-FETCH(16)", prefetch, reads, {0x90, 0x02, all, all, all, all, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0x91, none, "SYNCHRONIZE CACHE(16)", synchronize_cache, syncs, {0x91, 0x02, all, all, all, all, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0x93, none, "WRITE SAME(16)", write_same, writes, {0x93, 0xf9, all, all, all, all, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0x9c, none, "WRITE ATOMIC(16)", write_atomic, writes, {0x9c, io_flags, all, all, all, all, all, all, all, all, 0, 0, all, all, 0x1f, 0x04}},
    {0x9e, 0x10, "READ CAPACITY(16)", read_capacity_16, capacity, {0x9e, 0x10, all, all, all, all, all, all, all, all, all, all, all, all, 0x01, 0x04}},
    {0x9e, 0x12, "GET LBA STATUS", get_lba_status, reads, {0x9e, 0x12, all, all, all, all, all, all, all, all, all, all, all, all, 0, 0x04}},
    {0xa0, none, "REPORT LUNS", report_luns, always, {0xa0, 0, all, 0, 0, 0, all, all, all, all, 0, 0x04}},
    {0xa3, 0x0c, "REPORT SUPPORTED OPERATION CODES", report_supported_operation_codes, passes, {0xa3, 0x0c, 0x87, all, all, all, all, all, all, all, 0, 0x04}},
    {0xa8, none, "READ(12)", read, reads, {0xa8, io_flags, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0xaa, none, "WRITE(12)", write, writes, {0xaa, io_flags, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0xae, none, "WRITE AND VERIFY(12)", write_and_verify, writes, {0xae, 0xf6, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0xaf, none, "VERIFY(12)", verify, reads, {0xaf, 0xf6, all, all, all, all, all, all, all, all, 0x1f, 0x04}},
    {0xb7, none, "READ DEFECT DATA(12)", read_defect_data, reads, {0xb7, 0x1f, 0, 0, 0, 0, all, all, all, all, 0, 0x04}},
};
// clang-format on

constexpr CommandTable commands{table};

}  // namespace

const CommandTable& disk_commands() { return commands; }

std::span<const CommandRow> command_table() { return table; }

const CommandRow* find_command(std::uint8_t opcode, std::uint8_t service_action) {
  const CommandRow* of_disk = commands.find(opcode, service_action);
  return of_disk ? of_disk : cdrom_commands().find(opcode, service_action);
}

}  // namespace bootferry::iscsi::scsi
