// SPDX-License-Identifier: Apache-2.0
// SCSI commands of a session: their arrival, their table, their answers with residuals (RFC 7143 11.3, 11.4).
#include <algorithm>
#include <cstring>

#include "iscsi/codec/ahs.hpp"
#include "iscsi/session/session.hpp"

namespace bootferry::iscsi {
namespace {

constexpr std::uint32_t max_immediate_commands = 16;
constexpr std::uint16_t unexpected_unsolicited_data = 0x0c0c;  // RFC 7143 11.4.7.2
constexpr std::uint16_t incorrect_amount_of_data = 0x0c0d;
constexpr std::uint8_t status_good = 0x00;

}  // namespace

void Session::on_scsi_command(const ReceivedPdu& pdu, Actions& actions) {
  const Buffer received_into = std::exchange(incoming_, {});
  const auto request = decode<ScsiCommand>(pdu.bhs);
  if (discovery()) return reject(pdu.bhs, RejectReason::protocol_error);
  if (request.task_tag == no_tag) return reject(pdu.bhs, RejectReason::invalid_pdu_field);
  if (find_tag(request.task_tag) != nullptr) return reject(pdu.bhs, RejectReason::task_in_progress);
  if (request.read && request.write) return reject(pdu.bhs, RejectReason::command_not_supported);  // bidirectional
  if (!pdu.ahs.empty() && !decode_additional_headers(pdu.ahs)) return reject(pdu.bhs, RejectReason::invalid_pdu_field);
  if (request.immediate && open_immediate_ >= max_immediate_commands)
    return reject(pdu.bhs, RejectReason::too_many_immediate);

  if (settings_.budget && !busy_) settings_.budget->enter(), busy_ = true;
  commands_came_ = true;
  idle_ = false;
  Command& command = new_command();
  command.state = Command::State::running;
  command.immediate = request.immediate;
  (command.immediate ? open_immediate_ : open_)++;
  command.read = request.read;
  command.write = request.write;
  command.lun = request.lun;
  command.task_tag = request.task_tag;
  command.expected_length = request.expected_length;
  command.unsolicited_open = request.write && !request.final;
  if (!pdu.data.empty()) {
    if (!request.write || !parameters_.immediate_data)
      command.failure = unexpected_unsolicited_data;
    else if (pdu.data.size() > parameters_.first_burst || pdu.data.size() > request.expected_length)
      command.failure = incorrect_amount_of_data;
    else if (received_into && pdu.data.data() == received_into.data())
      command.buffer = received_into, command.arrived = pdu.data.size();
    else
      take_data(command, 0, pdu.data);
  }
  if (command.unsolicited_open && parameters_.initial_r2t) command.failure = unexpected_unsolicited_data;
  if (command.failure != 0) return proceed(command, actions);
  actions.push_back(
      StartCommand{id_of(command), command.lun, request.cdb, command.read, command.write, command.expected_length});
}

void Session::on_answer(CommandId id, CommandAnswer answer, Actions& actions) {
  Command* command = find(id);
  if (command == nullptr) return;
  if (command->state == Command::State::gone) return on_command_gone(id, actions);
  if (command->unsolicited_open || !command->bursts.empty()) {
    command->held = std::move(answer);  // Data-Outs end first (RFC 7143 11.4.2)
    return;
  }
  send_answer(*command, answer);
  finish(*command);
  solicit_waiting();
}

void Session::send_answer(Command& command, const CommandAnswer& answer) {
  if (phase_ == Phase::closing) return;  // nothing follows a logout's answer
  const std::uint32_t expected = command.expected_length;
  const auto length = command.needed != 0 ? command.needed : static_cast<std::uint32_t>(answer.data.size());
  const std::uint32_t sent =
      command.read ? static_cast<std::uint32_t>(std::min<std::size_t>(answer.data.size(), expected)) : 0;
  const bool overflow = length > expected;
  const bool underflow = length < expected;
  const bool status_in_data = answer.status == status_good && sent != 0 && sent == expected && !overflow;
  if (sent != 0 && (answer.status == status_good || answer.sense.empty())) {
    output_.push_data_in({command.lun, command.task_tag, answer.data.first(sent), answer.owner, status_in_data});
  }
  if (status_in_data) return;
  ScsiResponse response;
  response.task_tag = command.task_tag;
  response.status = answer.status;
  response.overflow = overflow;
  response.underflow = underflow;
  response.residual = overflow ? length - expected : expected - length;
  if (sent != 0) {  // each burst ends its last PDU
    const std::uint32_t segment = parameters_.initiator_max_data_segment, burst = parameters_.max_burst;
    const auto pdus_of = [segment](std::uint32_t bytes) { return (bytes + segment - 1) / segment; };
    response.exp_data_sn = sent / burst * pdus_of(burst) + pdus_of(sent % burst);
  }
  Buffer owner;
  std::uint32_t size = 0;
  if (!answer.sense.empty()) {  // SenseLength, then the sense data (RFC 7143 11.4.7)
    size = static_cast<std::uint32_t>(answer.sense.size() + 2);
    owner = pool_->take(size);
    owner.data()[0] = static_cast<std::uint8_t>(answer.sense.size() >> 8);
    owner.data()[1] = static_cast<std::uint8_t>(answer.sense.size());
    std::memcpy(owner.data() + 2, answer.sense.data(), answer.sense.size());
  }
  const ByteView data = owner.first(size);
  output_.push(encode(response, size), StatSn::advance, data, std::move(owner));
}

void Session::finish(Command& command) {
  --(command.immediate ? open_immediate_ : open_);
  solicited_bytes_ -= command.charged;
  const std::uint32_t slot = command.slot;
  const std::uint32_t generation = command.generation + 1;
  std::vector<Burst> bursts = std::move(command.bursts);
  bursts.clear();
  command = {};
  command.slot = slot;
  command.generation = generation;
  command.bursts = std::move(bursts);
  free_slots_.push_back(slot);
  const auto place = std::find(busy_slots_.begin(), busy_slots_.end(), slot);
  *place = busy_slots_.back();
  busy_slots_.pop_back();
}

Session::Command& Session::new_command() {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(commands_.size()));
    commands_.push_back(std::make_unique<Command>());
    commands_.back()->slot = free_slots_.back();
    commands_.back()->generation = first_generation_;
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  busy_slots_.push_back(slot);
  return *commands_[slot];
}

Session::Command* Session::find(CommandId id) {
  if (id.slot >= commands_.size()) return nullptr;
  Command& command = *commands_[id.slot];
  return command.state != Command::State::free && command.generation == id.generation ? &command : nullptr;
}

Session::Command* Session::find_tag(std::uint32_t task_tag, bool gone_too) {
  for (const std::uint32_t slot : busy_slots_) {
    Command& command = *commands_[slot];
    if (command.task_tag == task_tag && (gone_too || command.state != Command::State::gone)) return &command;
  }
  return nullptr;
}

}  // namespace bootferry::iscsi
