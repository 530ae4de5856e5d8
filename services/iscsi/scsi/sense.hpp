// SPDX-License-Identifier: Apache-2.0
// The sense data that this target gives, by name: what each refusal says (SPC-4 annex D, additional sense codes).
// Made by command handlers; plain values, any thread.
#pragma once

#include "iscsi/scsi/device_server.hpp"

namespace bootferry::iscsi::scsi {

/// `code`: ASC in the high byte, ASCQ in the low one.
[[nodiscard]] inline Sense make_sense(SenseKey key, std::uint16_t code) {
  Sense sense;
  sense.key = key;
  sense.asc = static_cast<std::uint8_t>(code >> 8);
  sense.ascq = static_cast<std::uint8_t>(code);
  return sense;
}

[[nodiscard]] inline Sense no_sense() { return {}; }
[[nodiscard]] inline Sense invalid_opcode() { return make_sense(SenseKey::illegal_request, 0x2000); }
[[nodiscard]] inline Sense lba_out_of_range() { return make_sense(SenseKey::illegal_request, 0x2100); }
[[nodiscard]] inline Sense lun_not_supported() { return make_sense(SenseKey::illegal_request, 0x2500); }
[[nodiscard]] inline Sense parameter_list_length_error() { return make_sense(SenseKey::illegal_request, 0x1a00); }
[[nodiscard]] inline Sense saving_parameters_not_supported() { return make_sense(SenseKey::illegal_request, 0x3900); }
[[nodiscard]] inline Sense invalid_release() { return make_sense(SenseKey::illegal_request, 0x2604); }
[[nodiscard]] inline Sense medium_removal_prevented() { return make_sense(SenseKey::illegal_request, 0x5302); }
[[nodiscard]] inline Sense write_protected() { return make_sense(SenseKey::data_protect, 0x2700); }
[[nodiscard]] inline Sense medium_not_present() { return make_sense(SenseKey::not_ready, 0x3a00); }
[[nodiscard]] inline Sense miscompare(std::uint64_t offset) {
  Sense sense = make_sense(SenseKey::miscompare, 0x1d00);
  sense.information = offset;
  return sense;
}
[[nodiscard]] inline Sense sanitize_in_progress(std::uint16_t progress) {
  Sense sense = make_sense(SenseKey::not_ready, 0x041b);
  sense.progress = progress;
  return sense;
}
[[nodiscard]] inline Sense sanitize_failed() { return make_sense(SenseKey::medium_error, 0x3103); }
/// 24h/00h: `byte` is the first byte of the field that is wrong.
[[nodiscard]] inline Sense invalid_field(std::uint16_t byte) {
  Sense sense = make_sense(SenseKey::illegal_request, 0x2400);
  sense.field = byte;
  return sense;
}
/// 26h/00h: the same, in the parameter list.
[[nodiscard]] inline Sense invalid_parameter(std::uint16_t byte) {
  Sense sense = make_sense(SenseKey::illegal_request, 0x2600);
  sense.field = byte;
  sense.field_in_data = true;
  return sense;
}

namespace attention {
inline constexpr std::uint16_t power_on = 0x2900;
inline constexpr std::uint16_t commands_cleared = 0x2f00;  ///< COMMANDS CLEARED BY ANOTHER INITIATOR
inline constexpr std::uint16_t device_reset = 0x2903;      ///< BUS DEVICE RESET FUNCTION OCCURRED
inline constexpr std::uint16_t mode_changed = 0x2a01;
inline constexpr std::uint16_t reservations_preempted = 0x2a03;
inline constexpr std::uint16_t reservations_released = 0x2a04;
inline constexpr std::uint16_t registrations_preempted = 0x2a05;
inline constexpr std::uint16_t capacity_changed = 0x2a09;
inline constexpr std::uint16_t medium_may_have_changed = 0x2800;
inline constexpr std::uint16_t soft_threshold = 0x3807;  ///< THIN PROVISIONING SOFT THRESHOLD REACHED
}  // namespace attention

enum class Direction { read, write };
/// What a device's error means to the initiator.
[[nodiscard]] Sense sense_of(const Error& error, Direction direction);

}  // namespace bootferry::iscsi::scsi
