// SPDX-License-Identifier: Apache-2.0
// What the target says unasked: Asynchronous Message and Reject (RFC 7143 11.9, 11.17). Used by the session machine and
// by tests; plain values, any thread.
#pragma once

#include "iscsi/codec/bhs.hpp"

namespace bootferry::iscsi {

enum class AsyncEvent : std::uint8_t {
  scsi = 0,
  logout_request = 1,
  connection_drop = 2,
  session_drop = 3,
  negotiation_request = 4
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

}  // namespace bootferry::iscsi
