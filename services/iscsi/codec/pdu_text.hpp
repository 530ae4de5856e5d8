// SPDX-License-Identifier: Apache-2.0
// Text Request and Text Response: negotiation and SendTargets after login (RFC 7143 11.10, 11.11). Used by the session
// machine and by tests; plain values, any thread.
#pragma once

#include "iscsi/codec/bhs.hpp"

namespace bootferry::iscsi {

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

}  // namespace bootferry::iscsi
