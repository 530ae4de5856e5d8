// SPDX-License-Identifier: Apache-2.0
// SCSI Command and SCSI Response (RFC 7143 11.3, 11.4). Used by the session machine and by tests; plain values, any
// thread.
#pragma once

#include "iscsi/codec/bhs.hpp"

namespace bootferry::iscsi {

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

}  // namespace bootferry::iscsi
