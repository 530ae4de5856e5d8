// SPDX-License-Identifier: Apache-2.0
// Every iSCSI PDU as a struct, with the layout of its basic header segment beside it (RFC 7143 section 11). A layout
// runs in both directions: decode<ScsiCommand>(bhs) and encode(pdu, length) use the same list of fields, so they cannot
// disagree. Used by the session machine and by tests; plain values, any thread.
#pragma once

#include <array>
#include <cstdint>

namespace bootferry::iscsi {

inline constexpr std::size_t bhs_size = 48;
using Bhs = std::array<std::uint8_t, bhs_size>;
using Cdb = std::array<std::uint8_t, 16>;
inline constexpr std::uint32_t no_tag = 0xffffffff;  ///< the reserved value of task and transfer tags

enum class Opcode : std::uint8_t {  // RFC 7143 11.2.1.2
  nop_out = 0x00,
  scsi_command = 0x01,
  task_management_request = 0x02,
  login_request = 0x03,
  text_request = 0x04,
  data_out = 0x05,
  logout_request = 0x06,
  snack_request = 0x10,
  nop_in = 0x20,
  scsi_response = 0x21,
  task_management_response = 0x22,
  login_response = 0x23,
  text_response = 0x24,
  data_in = 0x25,
  logout_response = 0x26,
  ready_to_transfer = 0x31,
  async_message = 0x32,
  reject = 0x3f,
};

enum class LoginStage : std::uint8_t { security = 0, operational = 1, reserved = 2, full_feature = 3 };

/// Class in the high byte, detail in the low one (RFC 7143 11.13.5).
enum class LoginStatus : std::uint16_t {
  success = 0x0000,
  initiator_error = 0x0200,
  authentication_failure = 0x0201,
  authorization_failure = 0x0202,
  not_found = 0x0203,
  target_removed = 0x0204,
  unsupported_version = 0x0205,
  too_many_connections = 0x0206,
  missing_parameter = 0x0207,
  cannot_include_in_session = 0x0208,
  session_type_not_supported = 0x0209,
  session_does_not_exist = 0x020a,
  invalid_during_login = 0x020b,
  target_error = 0x0300,
  service_unavailable = 0x0301,
  out_of_resources = 0x0302,
};

enum class TaskManagement : std::uint8_t {  // RFC 7143 11.5.1
  abort_task = 1,
  abort_task_set = 2,
  clear_aca = 3,
  clear_task_set = 4,
  logical_unit_reset = 5,
  target_warm_reset = 6,
  target_cold_reset = 7,
  task_reassign = 8,
};
enum class TaskManagementResult : std::uint8_t {  // RFC 7143 11.6.1
  complete = 0,
  no_such_task = 1,
  no_such_lun = 2,
  still_allegiant = 3,
  no_reassign = 4,
  not_supported = 5,
  not_authorized = 6,
  rejected = 255,
};
enum class RejectReason : std::uint8_t {  // RFC 7143 11.17.1
  data_digest_error = 2,
  snack_reject = 3,
  protocol_error = 4,
  command_not_supported = 5,
  too_many_immediate = 6,
  task_in_progress = 7,
  invalid_data_ack = 8,
  invalid_pdu_field = 9,
  long_operation_reject = 10,
  waiting_for_logout = 12,
};
enum class LogoutReason : std::uint8_t { close_session = 0, close_connection = 1, remove_for_recovery = 2 };
enum class LogoutResult : std::uint8_t { closed = 0, no_such_connection = 1, no_recovery = 2, cleanup_failed = 3 };
enum class AsyncEvent : std::uint8_t {
  scsi = 0,
  logout_request = 1,
  connection_drop = 2,
  session_drop = 3,
  negotiation_request = 4
};

/// Reads a header's fields into a struct.
class BhsReader {
 public:
  explicit BhsReader(const Bhs& bhs) : bhs_(bhs) {}
  void flag(std::size_t at, std::uint8_t mask, bool& out) const { out = (bhs_[at] & mask) != 0; }
  template <class T>
  void bits(std::size_t at, int shift, std::uint8_t mask, T& out) const {
    out = static_cast<T>(bhs_[at] >> shift & mask);
  }
  template <class T>
  void number(std::size_t at, std::size_t size, T& out) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bhs_[at + i];
    out = static_cast<T>(value);
  }
  template <std::size_t N>
  void bytes(std::size_t at, std::array<std::uint8_t, N>& out) const {
    for (std::size_t i = 0; i < N; ++i) out[i] = bhs_[at + i];
  }

 private:
  const Bhs& bhs_;
};

/// Writes a struct's fields into a zeroed header.
class BhsWriter {
 public:
  explicit BhsWriter(Bhs& bhs) : bhs_(bhs) {}
  void flag(std::size_t at, std::uint8_t mask, bool value) const {
    if (value) bhs_[at] |= mask;
  }
  template <class T>
  void bits(std::size_t at, int shift, std::uint8_t mask, const T& value) const {
    bhs_[at] = static_cast<std::uint8_t>(bhs_[at] | (static_cast<std::uint8_t>(value) & mask) << shift);
  }
  template <class T>
  void number(std::size_t at, std::size_t size, const T& value) const {
    const auto wide = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < size; ++i) bhs_[at + i] = static_cast<std::uint8_t>(wide >> 8 * (size - 1 - i));
  }
  template <std::size_t N>
  void bytes(std::size_t at, const std::array<std::uint8_t, N>& value) const {
    for (std::size_t i = 0; i < N; ++i) bhs_[at + i] = value[i];
  }

 private:
  Bhs& bhs_;
};

struct NopOut {  // 11.18
  static constexpr Opcode opcode = Opcode::nop_out;
  bool immediate = false;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = no_tag, transfer_tag = no_tag, cmd_sn = 0, exp_stat_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(0, 0x40, p.immediate);
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.transfer_tag);
    io.number(24, 4, p.cmd_sn);
    io.number(28, 4, p.exp_stat_sn);
  }
};

struct NopIn {  // 11.19
  static constexpr Opcode opcode = Opcode::nop_in;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = no_tag, transfer_tag = no_tag, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.transfer_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
  }
};

struct ScsiCommand {  // 11.3
  static constexpr Opcode opcode = Opcode::scsi_command;
  bool immediate = false, final = true, read = false, write = false;
  std::uint8_t attribute = 0;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0, expected_length = 0, cmd_sn = 0, exp_stat_sn = 0;
  Cdb cdb{};
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(0, 0x40, p.immediate);
    io.flag(1, 0x80, p.final);
    io.flag(1, 0x40, p.read);
    io.flag(1, 0x20, p.write);
    io.bits(1, 0, 7, p.attribute);
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.expected_length);
    io.number(24, 4, p.cmd_sn);
    io.number(28, 4, p.exp_stat_sn);
    io.bytes(32, p.cdb);
  }
};

struct ScsiResponse {  // 11.4
  static constexpr Opcode opcode = Opcode::scsi_response;
  bool overflow = false, underflow = false;
  std::uint8_t response = 0, status = 0;
  std::uint32_t task_tag = 0, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0, exp_data_sn = 0, residual = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(1, 4, p.overflow);
    io.flag(1, 2, p.underflow);
    io.number(2, 1, p.response);
    io.number(3, 1, p.status);
    io.number(16, 4, p.task_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
    io.number(36, 4, p.exp_data_sn);
    io.number(44, 4, p.residual);
  }
};

struct TaskManagementRequest {  // 11.5
  static constexpr Opcode opcode = Opcode::task_management_request;
  bool immediate = true;
  TaskManagement function = TaskManagement::abort_task;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0, referenced_tag = no_tag, cmd_sn = 0, exp_stat_sn = 0, referenced_cmd_sn = 0,
                exp_data_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(0, 0x40, p.immediate);
    io.bits(1, 0, 0x7f, p.function);
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.referenced_tag);
    io.number(24, 4, p.cmd_sn);
    io.number(28, 4, p.exp_stat_sn);
    io.number(32, 4, p.referenced_cmd_sn);
    io.number(36, 4, p.exp_data_sn);
  }
};

struct TaskManagementResponse {  // 11.6
  static constexpr Opcode opcode = Opcode::task_management_response;
  TaskManagementResult result = TaskManagementResult::complete;
  std::uint32_t task_tag = 0, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.number(2, 1, p.result);
    io.number(16, 4, p.task_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
  }
};

struct DataOut {  // 11.7
  static constexpr Opcode opcode = Opcode::data_out;
  bool final = true;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0, transfer_tag = no_tag, exp_stat_sn = 0, data_sn = 0, offset = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(1, 0x80, p.final);
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.transfer_tag);
    io.number(28, 4, p.exp_stat_sn);
    io.number(36, 4, p.data_sn);
    io.number(40, 4, p.offset);
  }
};

struct DataIn {  // 11.7
  static constexpr Opcode opcode = Opcode::data_in;
  bool final = false, overflow = false, underflow = false, has_status = false;
  std::uint8_t status = 0;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0, transfer_tag = no_tag, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0, data_sn = 0,
                offset = 0, residual = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(1, 0x80, p.final);
    io.flag(1, 4, p.overflow);
    io.flag(1, 2, p.underflow);
    io.flag(1, 1, p.has_status);
    io.number(3, 1, p.status);
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.transfer_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
    io.number(36, 4, p.data_sn);
    io.number(40, 4, p.offset);
    io.number(44, 4, p.residual);
  }
};

struct ReadyToTransfer {  // 11.8
  static constexpr Opcode opcode = Opcode::ready_to_transfer;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0, transfer_tag = 0, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0, r2t_sn = 0, offset = 0,
                length = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.transfer_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
    io.number(36, 4, p.r2t_sn);
    io.number(40, 4, p.offset);
    io.number(44, 4, p.length);
  }
};

struct AsyncMessage {  // 11.9
  static constexpr Opcode opcode = Opcode::async_message;
  AsyncEvent event = AsyncEvent::logout_request;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = no_tag, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0;
  std::uint16_t parameter1 = 0, parameter2 = 0, parameter3 = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
    io.number(36, 1, p.event);
    io.number(38, 2, p.parameter1);
    io.number(40, 2, p.parameter2);
    io.number(42, 2, p.parameter3);
  }
};

struct TextRequest {  // 11.10
  static constexpr Opcode opcode = Opcode::text_request;
  bool immediate = false, final = true, more = false;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0, transfer_tag = no_tag, cmd_sn = 0, exp_stat_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(0, 0x40, p.immediate);
    io.flag(1, 0x80, p.final);
    io.flag(1, 0x40, p.more);
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.transfer_tag);
    io.number(24, 4, p.cmd_sn);
    io.number(28, 4, p.exp_stat_sn);
  }
};

struct TextResponse {  // 11.11
  static constexpr Opcode opcode = Opcode::text_response;
  bool final = true, more = false;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0, transfer_tag = no_tag, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(1, 0x80, p.final);
    io.flag(1, 0x40, p.more);
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.transfer_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
  }
};

using Isid = std::array<std::uint8_t, 6>;

struct LoginRequest {  // 11.12
  static constexpr Opcode opcode = Opcode::login_request;
  bool immediate = true, transit = false, more = false;
  LoginStage current = LoginStage::security, next = LoginStage::security;
  std::uint8_t version_max = 0, version_min = 0;
  Isid isid{};
  std::uint16_t tsih = 0, cid = 0;
  std::uint32_t task_tag = 0, cmd_sn = 0, exp_stat_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(0, 0x40, p.immediate);
    io.flag(1, 0x80, p.transit);
    io.flag(1, 0x40, p.more);
    io.bits(1, 2, 3, p.current);
    io.bits(1, 0, 3, p.next);
    io.number(2, 1, p.version_max);
    io.number(3, 1, p.version_min);
    io.bytes(8, p.isid);
    io.number(14, 2, p.tsih);
    io.number(16, 4, p.task_tag);
    io.number(20, 2, p.cid);
    io.number(24, 4, p.cmd_sn);
    io.number(28, 4, p.exp_stat_sn);
  }
};

struct LoginResponse {  // 11.13
  static constexpr Opcode opcode = Opcode::login_response;
  bool transit = false, more = false;
  LoginStage current = LoginStage::security, next = LoginStage::security;
  std::uint8_t version_max = 0, version_active = 0;
  Isid isid{};
  std::uint16_t tsih = 0;
  std::uint32_t task_tag = 0, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0;
  LoginStatus status = LoginStatus::success;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(1, 0x80, p.transit);
    io.flag(1, 0x40, p.more);
    io.bits(1, 2, 3, p.current);
    io.bits(1, 0, 3, p.next);
    io.number(2, 1, p.version_max);
    io.number(3, 1, p.version_active);
    io.bytes(8, p.isid);
    io.number(14, 2, p.tsih);
    io.number(16, 4, p.task_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
    io.number(36, 2, p.status);
  }
};

struct LogoutRequest {  // 11.14
  static constexpr Opcode opcode = Opcode::logout_request;
  bool immediate = true;
  LogoutReason reason = LogoutReason::close_session;
  std::uint32_t task_tag = 0, cmd_sn = 0, exp_stat_sn = 0;
  std::uint16_t cid = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(0, 0x40, p.immediate);
    io.bits(1, 0, 0x7f, p.reason);
    io.number(16, 4, p.task_tag);
    io.number(20, 2, p.cid);
    io.number(24, 4, p.cmd_sn);
    io.number(28, 4, p.exp_stat_sn);
  }
};

struct LogoutResponse {  // 11.15
  static constexpr Opcode opcode = Opcode::logout_response;
  LogoutResult result = LogoutResult::closed;
  std::uint32_t task_tag = 0, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0;
  std::uint16_t time2wait = 0, time2retain = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.number(2, 1, p.result);
    io.number(16, 4, p.task_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
    io.number(40, 2, p.time2wait);
    io.number(42, 2, p.time2retain);
  }
};

struct SnackRequest {  // 11.16
  static constexpr Opcode opcode = Opcode::snack_request;
  std::uint8_t type = 0;
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0, transfer_tag = no_tag, exp_stat_sn = 0, begin_run = 0, run_length = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.bits(1, 0, 0xf, p.type);
    io.number(8, 8, p.lun);
    io.number(16, 4, p.task_tag);
    io.number(20, 4, p.transfer_tag);
    io.number(28, 4, p.exp_stat_sn);
    io.number(40, 4, p.begin_run);
    io.number(44, 4, p.run_length);
  }
};

struct Reject {  // 11.17
  static constexpr Opcode opcode = Opcode::reject;
  RejectReason reason = RejectReason::protocol_error;
  std::uint32_t task_tag = no_tag, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0, data_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.number(2, 1, p.reason);
    io.number(16, 4, p.task_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
    io.number(36, 4, p.data_sn);
  }
};

[[nodiscard]] inline Opcode opcode_of(const Bhs& bhs) { return static_cast<Opcode>(bhs[0] & 0x3f); }
[[nodiscard]] inline bool is_immediate(const Bhs& bhs) { return (bhs[0] & 0x40) != 0; }
[[nodiscard]] inline std::uint32_t ahs_length_of(const Bhs& bhs) { return bhs[4] * 4u; }  ///< bytes
[[nodiscard]] inline std::uint32_t data_length_of(const Bhs& bhs) { return bhs[5] << 16 | bhs[6] << 8 | bhs[7]; }
[[nodiscard]] inline std::uint32_t task_tag_of(const Bhs& bhs) {
  std::uint32_t tag = 0;
  BhsReader(bhs).number(16, 4, tag);
  return tag;
}
/// 0 to 3 bytes: a data segment ends on a multiple of 4 (RFC 7143 11.2).
[[nodiscard]] constexpr std::uint32_t padding_of(std::uint32_t length) { return (4 - length % 4) % 4; }

template <class Pdu>
[[nodiscard]] Pdu decode(const Bhs& bhs) {
  Pdu pdu;
  Pdu::layout(BhsReader(bhs), pdu);
  return pdu;
}

/// Byte 1 bit 7 is always 1 in these PDUs.
template <class Pdu>
constexpr bool always_final =
    Pdu::opcode == Opcode::nop_out || Pdu::opcode == Opcode::nop_in || Pdu::opcode == Opcode::scsi_response ||
    Pdu::opcode == Opcode::task_management_request || Pdu::opcode == Opcode::task_management_response ||
    Pdu::opcode == Opcode::ready_to_transfer || Pdu::opcode == Opcode::async_message ||
    Pdu::opcode == Opcode::logout_request || Pdu::opcode == Opcode::logout_response ||
    Pdu::opcode == Opcode::snack_request || Pdu::opcode == Opcode::reject;

/// `data_length`: bytes of the data segment without padding, below 2^24; `ahs_length`: bytes, a multiple of 4.
template <class Pdu>
[[nodiscard]] Bhs encode(const Pdu& pdu, std::uint32_t data_length = 0, std::uint32_t ahs_length = 0) {
  Bhs bhs{};
  bhs[0] = static_cast<std::uint8_t>(Pdu::opcode);
  if constexpr (always_final<Pdu>) bhs[1] = 0x80;
  Pdu::layout(BhsWriter(bhs), pdu);
  bhs[4] = static_cast<std::uint8_t>(ahs_length / 4);
  BhsWriter(bhs).number(5, 3, data_length);
  return bhs;
}

}  // namespace bootferry::iscsi
