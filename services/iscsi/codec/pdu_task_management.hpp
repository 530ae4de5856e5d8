// SPDX-License-Identifier: Apache-2.0
// Task Management Function Request and Response (RFC 7143 11.5, 11.6). Used by the session machine and by tests; plain
// values, any thread.
#pragma once

#include "iscsi/codec/bhs.hpp"

namespace bootferry::iscsi {

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

}  // namespace bootferry::iscsi
