// SPDX-License-Identifier: Apache-2.0
// What the session machine asks of its shell, in order. The shell does each and reports back through Session's on_
// functions.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "iscsi/codec/pdu.hpp"
#include "iscsi/session/buffer.hpp"

namespace bootferry::iscsi {

/// Names one command while it lives; a stale one is recognised.
struct CommandId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  friend bool operator==(const CommandId&, const CommandId&) = default;
};

/// Who may use the target? Answer: on_target_opened or on_target_refused. Target empty: a discovery session, which only
/// needs a TSIH.
struct OpenTarget {
  std::string target, initiator;
  std::uint16_t requested_tsih = 0;
};
/// Login is done; the session is in its full-feature phase.
struct SessionBegan {};
/// Names and portals for SendTargets. Answer: on_targets.
struct ListTargets {
  std::string initiator;
};
/// Answer: on_need_data, on_answer, or, after ForgetCommand, on_command_gone.
struct StartCommand {
  CommandId id;
  std::uint64_t lun = 0;
  Cdb cdb{};
  bool read = false, write = false;
  std::uint32_t expected_length = 0;
};
/// The Data-Out bytes that on_need_data asked for, or as many as the initiator had.
struct DataArrived {
  CommandId id;
  Buffer data;
  std::uint32_t length = 0;
};
/// The command was aborted: stop it where that is possible, then on_command_gone, in any case.
struct ForgetCommand {
  CommandId id;
};
/// A function that concerns all sessions of the unit: their commands end too. Answer: on_reset_done.
struct ResetUnit {
  bool tasks_only = false;  ///< CLEAR TASK SET: the unit itself stays as it is
  bool whole_target = false;
  bool drop_sessions = false;
};
/// No PDU is taken any more. `flush`: what waits is sent first.
struct CloseConnection {
  bool flush = true;
  std::string reason;
};

using Action = std::variant<OpenTarget, SessionBegan, ListTargets, StartCommand, DataArrived, ForgetCommand, ResetUnit,
                            CloseConnection>;
using Actions = std::vector<Action>;

}  // namespace bootferry::iscsi
