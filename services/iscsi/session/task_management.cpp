// SPDX-License-Identifier: Apache-2.0
// Task management functions (RFC 7143 11.5, 11.6): commands end without an answer, and the function answers when they
// have ended.
#include <algorithm>

#include "iscsi/session/session.hpp"

namespace bootferry::iscsi {

void Session::on_task_management(const ReceivedPdu& pdu, Actions& actions) {
  const auto request = decode<TaskManagementRequest>(pdu.bhs);
  if (discovery()) return reject(pdu.bhs, RejectReason::protocol_error);
  const auto respond = [&](TaskManagementResult result) {
    TaskManagementResponse response;
    response.task_tag = request.task_tag;
    response.result = result;
    output_.push(encode(response), StatSn::advance);
  };
  PendingManagement management;
  management.task_tag = request.task_tag;
  const auto abort_all = [&] {
    const auto slots = busy_slots_;
    for (const std::uint32_t slot : slots) {
      if (commands_[slot].state != Command::State::gone) abort(commands_[slot], &management, actions);
    }
  };
  switch (request.function) {
    case TaskManagement::abort_task: {
      Command* command = find_tag(request.referenced_tag);
      if (command == nullptr) return respond(TaskManagementResult::no_such_task);
      abort(*command, &management, actions);
      break;
    }
    case TaskManagement::abort_task_set:
    case TaskManagement::clear_task_set:
      if (request.lun != 0) return respond(TaskManagementResult::no_such_lun);
      abort_all();
      break;
    case TaskManagement::logical_unit_reset:
      if (request.lun != 0) return respond(TaskManagementResult::no_such_lun);
      abort_all();
      management.reset = ResetUnit{};
      break;
    case TaskManagement::target_warm_reset:
    case TaskManagement::target_cold_reset:
      abort_all();
      management.reset = ResetUnit{true, request.function == TaskManagement::target_cold_reset};
      break;
    case TaskManagement::task_reassign:
      return respond(TaskManagementResult::no_reassign);
    case TaskManagement::clear_aca:
      return respond(TaskManagementResult::not_supported);  // NACA is not offered
    default:
      return respond(TaskManagementResult::rejected);
  }
  management_.push_back(std::move(management));
  complete_management(actions);
}

/// The command will not be answered; it is gone when the shell says so.
void Session::abort(Command& command, PendingManagement* management, Actions& actions) {
  command.state = Command::State::gone;
  command.bursts.clear();
  command.unsolicited_open = false;
  command.held.reset();
  if (management != nullptr) management->waits_for.push_back(id_of(command));
  actions.push_back(ForgetCommand{id_of(command)});
}

void Session::on_command_gone(CommandId id, Actions& actions) {
  Command* command = find(id);
  if (command == nullptr || command->state != Command::State::gone) return;
  finish(*command);
  for (PendingManagement& management : management_) std::erase(management.waits_for, id);
  complete_management(actions);
  solicit_waiting();
}

void Session::complete_management(Actions& actions) {
  while (!management_.empty() && management_.front().waits_for.empty()) {
    const PendingManagement done = std::move(management_.front());
    management_.erase(management_.begin());
    TaskManagementResponse response;
    response.task_tag = done.task_tag;
    output_.push(encode(response), StatSn::advance);
    if (!done.reset) continue;
    actions.push_back(*done.reset);
    if (done.reset->drop_sessions) close(actions, "the target was reset");
  }
}

void Session::on_foreign_reset(Actions& actions) {
  const auto slots = busy_slots_;
  for (const std::uint32_t slot : slots) {
    if (commands_[slot].state != Command::State::gone) abort(commands_[slot], nullptr, actions);
  }
}

}  // namespace bootferry::iscsi
