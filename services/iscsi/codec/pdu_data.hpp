// SPDX-License-Identifier: Apache-2.0
// Data-Out, Data-In, Ready To Transfer and the SNACK that asks for data again (RFC 7143 11.7, 11.8, 11.16). Used by the
// session machine and by tests; plain values, any thread.
#pragma once

#include "iscsi/codec/bhs.hpp"

namespace bootferry::iscsi {

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

}  // namespace bootferry::iscsi
