// SPDX-License-Identifier: Apache-2.0
// Task management functions (RFC 7143 11.5, 11.6): commands end without an answer, and the function answers when they
// have ended.
#include <algorithm>

#include "iscsi/session/session.hpp"

namespace bootferry::iscsi {
namespace {
constexpr std::size_t max_management = 64;  // functions that wait; more are a flood
}

void Session::on_task_management(const ReceivedPdu& pdu, Actions& actions) {
  const auto request = decode<TaskManagementRequest>(pdu.bhs);
  if (discovery()) return reject(pdu.bhs, RejectReason::protocol_error);
  if (request.task_tag == no_tag) return reject(pdu.bhs, RejectReason::invalid_pdu_field);
  if (management_.size() >= max_management) return reject(pdu.bhs, RejectReason::too_many_immediate);
  const auto respond = [&](TaskManagementResult result) {
    TaskManagementResponse response;
    response.task_tag = request.task_tag;
    response.result = result;
    output_.push(encode(response), StatSn::advance);
  };
  PendingManagement management;
  management.task_tag = request.task_tag;
  const bool of_unit = request.function == TaskManagement::abort_task_set ||
                       request.function == TaskManagement::clear_task_set ||
                       request.function == TaskManagement::logical_unit_reset;
  if (of_unit && request.lun != 0) return respond(TaskManagementResult::no_such_lun);
  switch (request.function) {
    case TaskManagement::abort_task: {
      Command* command = find_tag(request.referenced_tag, true);
      if (command == nullptr) {
        const bool found = abort_ahead(request);
        respond(found ? TaskManagementResult::complete : TaskManagementResult::no_such_task);
        return release_held(actions);
      }
      management.waits_for.push_back(id_of(*command));
      abort(*command, actions);
      break;
    }
    case TaskManagement::abort_task_set:
      break;
    case TaskManagement::clear_task_set:
      management.reset = ResetUnit{.tasks_only = true};
      break;
    case TaskManagement::logical_unit_reset:
      management.reset = ResetUnit{};
      break;
    case TaskManagement::target_warm_reset:
    case TaskManagement::target_cold_reset:
      management.reset =
          ResetUnit{.whole_target = true, .drop_sessions = request.function == TaskManagement::target_cold_reset};
      break;
    case TaskManagement::task_reassign:
      return respond(TaskManagementResult::no_reassign);
    case TaskManagement::clear_aca:
      return respond(TaskManagementResult::not_supported);  // NACA is not offered
    default:
      return respond(TaskManagementResult::rejected);
  }
  if (request.function != TaskManagement::abort_task) {
    abort_all_ahead(request);
    management.waits_for = abort_all(actions);
  }
  management_.push_back(std::move(management));
  complete_management(actions);
}

/// The command will not be answered; it is gone when the shell says so.
void Session::abort(Command& command, Actions& actions) {
  if (command.state == Command::State::gone) return;
  command.state = Command::State::gone;
  command.bursts.clear();
  command.unsolicited_open = false;
  command.held.reset();
  actions.push_back(ForgetCommand{id_of(command)});
}

/// Those that an earlier function aborted and that are still on the disk are waited for too.
std::vector<CommandId> Session::abort_all(Actions& actions) {
  std::vector<CommandId> aborted;
  aborted.reserve(busy_slots_.size());
  for (const std::uint32_t slot : busy_slots_) aborted.push_back(id_of(*commands_[slot]));
  for (const CommandId id : aborted) abort(*commands_[id.slot], actions);
  return aborted;
}

/// A command that is on its way, or came ahead of its turn, and is older than the function: its number counts as
/// received, and it never begins (RFC 7143 11.6.1, note on RefCmdSN).
bool Session::abort_ahead(const TaskManagementRequest& request) {
  const std::uint32_t number = request.referenced_cmd_sn;
  if (window_.place(number) == CommandWindow::Place::outside || !serial_before(number, request.cmd_sn)) return false;
  const auto held = held_.find(number);
  if (held == held_.end()) {
    held_.try_emplace(number).first->second.aborted = true;
    return true;
  }
  const bool the_one =
      opcode_of(held->second.bhs) == Opcode::scsi_command && task_tag_of(held->second.bhs) == request.referenced_tag;
  if (!the_one) return false;
  held_bytes_ -= held->second.data.size() + held->second.ahs.size();
  held->second = {};
  held->second.aborted = true;
  return true;
}

void Session::abort_all_ahead(const TaskManagementRequest& request) {
  for (auto& [number, held] : held_) {
    if (held.aborted || opcode_of(held.bhs) != Opcode::scsi_command || !serial_before(number, request.cmd_sn)) continue;
    held_bytes_ -= held.data.size() + held.ahs.size();
    held = {};
    held.aborted = true;
  }
}

void Session::on_command_gone(CommandId id, Actions& actions) {
  Command* command = find(id);
  if (command == nullptr || command->state != Command::State::gone) return;
  finish(*command);
  for (PendingManagement& management : management_) std::erase(management.waits_for, id);
  for (ForeignReset& reset : foreign_resets_) std::erase(reset.waits_for, id);
  std::erase_if(foreign_resets_, [](const ForeignReset& reset) { return reset.waits_for.empty(); });
  complete_management(actions);
  solicit_waiting();
  tell_window();
}

/// In their order; a reset answers when the commands of all sessions have ended.
void Session::complete_management(Actions& actions) {
  using Stage = PendingManagement::Stage;
  while (phase_ == Phase::full_feature && !management_.empty() && management_.front().waits_for.empty()) {
    PendingManagement& first = management_.front();
    if (first.reset && first.stage == Stage::own_commands) {
      first.stage = Stage::other_sessions;
      actions.push_back(*first.reset);
    }
    if (first.stage == Stage::other_sessions) return;
    const PendingManagement done = std::move(first);
    management_.erase(management_.begin());
    TaskManagementResponse response;
    response.task_tag = done.task_tag;
    output_.push(encode(response), StatSn::advance);
    if (done.reset && done.reset->drop_sessions) close(actions, "the target was reset");
  }
}

void Session::on_reset_done(Actions& actions) {
  if (management_.empty() || management_.front().stage != PendingManagement::Stage::other_sessions) return;
  management_.front().stage = PendingManagement::Stage::done;
  complete_management(actions);
}

void Session::on_foreign_reset(Actions& actions, std::shared_ptr<void> done) {
  auto aborted = abort_all(actions);
  if (!aborted.empty()) foreign_resets_.push_back({std::move(aborted), std::move(done)});
}

}  // namespace bootferry::iscsi
