// SPDX-License-Identifier: Apache-2.0
// Logout Request and Response (RFC 7143 11.14, 11.15). Used by the session machine and by tests; plain values, any
// thread.
#pragma once

#include "iscsi/codec/bhs.hpp"

namespace bootferry::iscsi {

enum class LogoutReason : std::uint8_t { close_session = 0, close_connection = 1, remove_for_recovery = 2 };
enum class LogoutResult : std::uint8_t { closed = 0, no_such_connection = 1, no_recovery = 2, cleanup_failed = 3 };

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

}  // namespace bootferry::iscsi
