// SPDX-License-Identifier: Apache-2.0
// Data on its way to the target: immediate, unsolicited and solicited by R2T (RFC 7143 4.2.5.2, 11.7, 11.8).
#include <algorithm>
#include <cstring>

#include "iscsi/session/session.hpp"

namespace bootferry::iscsi {
namespace {

constexpr std::uint16_t protocol_service_crc_error =
    0x4705;  // RFC 7143 11.4.7.2; also for what arrived out of its order
constexpr std::uint16_t incorrect_amount_of_data = 0x0c0d;
constexpr std::uint8_t status_check_condition = 0x02;
constexpr std::size_t eager_buffer = 1u << 20;  ///< a write up to this size gets its whole buffer with its first bytes

/// Fixed format, key ABORTED COMMAND (SPC-4 4.5.3): what RFC 7143 11.4.7.2 lays down for failures of the transport.
Bytes transport_sense(std::uint16_t code) {
  Bytes sense(18);
  sense[0] = 0x70;
  sense[2] = 0x0b;
  sense[7] = 10;
  sense[12] = static_cast<std::uint8_t>(code >> 8);
  sense[13] = static_cast<std::uint8_t>(code);
  return sense;
}

}  // namespace

MutableByteView Session::destination_for(const Bhs& bhs) {
  incoming_ = {};
  const std::uint32_t length = data_length_of(bhs);
  if (phase_ != Phase::full_feature || length < 4096) return {};  // a short copy is cheaper than a second iovec
  if (opcode_of(bhs) == Opcode::scsi_command) {
    const auto request = decode<ScsiCommand>(bhs);
    if (!request.write || length > request.expected_length) return {};
    incoming_ =
        pool_->take(std::max<std::size_t>(length, std::min<std::size_t>(request.expected_length, eager_buffer)));
    return incoming_.first(length);
  }
  if (opcode_of(bhs) != Opcode::data_out) return {};
  const auto header = decode<DataOut>(bhs);
  Command* command = find_tag(header.task_tag);
  if (command == nullptr || command->failure != 0 || header.transfer_tag == no_tag) return {};
  for (const Burst& burst : command->bursts) {
    if (burst.transfer_tag != header.transfer_tag) continue;
    const bool fits = header.offset == burst.offset + burst.received && length <= burst.length - burst.received;
    if (!fits || std::size_t{header.offset} + length > command->buffer.capacity()) continue;
    incoming_ = command->buffer;  // another session's reset may end the command before its data are here
    return {incoming_.data() + header.offset, length};
  }
  return {};
}

void Session::on_data_out(const ReceivedPdu& pdu, Actions& actions) {
  const Buffer received_into = std::exchange(incoming_, {});
  const auto header = decode<DataOut>(pdu.bhs);
  Command* command = find_tag(header.task_tag);
  if (command == nullptr) return;  // of a command that was aborted or has failed: initiators may still send it
  const auto length = static_cast<std::uint32_t>(pdu.data.size());
  if (!pdu.data_digest_ok && command->failure == 0) command->failure = protocol_service_crc_error;
  if (header.transfer_tag == no_tag) {
    if (!command->unsolicited_open) return reject(pdu.bhs, RejectReason::protocol_error);
    if (header.data_sn != command->unsolicited_data_sn++ && command->failure == 0)
      command->failure = protocol_service_crc_error;
    const std::uint32_t limit = std::min(command->expected_length, parameters_.first_burst);
    if (command->failure == 0 &&
        (header.offset != command->arrived || length > limit - std::min(limit, header.offset))) {
      command->failure = incorrect_amount_of_data;
    }
    if (command->failure == 0) take_data(*command, header.offset, pdu.data);
    if (header.final) command->unsolicited_open = false;
    return proceed(*command, actions);
  }
  const auto burst = std::find_if(command->bursts.begin(), command->bursts.end(),
                                  [&](const Burst& b) { return b.transfer_tag == header.transfer_tag; });
  if (burst == command->bursts.end()) return reject(pdu.bhs, RejectReason::invalid_pdu_field);
  if (header.data_sn != burst->next_data_sn++ && command->failure == 0) command->failure = protocol_service_crc_error;
  const bool fits = header.offset == burst->offset + burst->received && length <= burst->length - burst->received;
  if (!fits && command->failure == 0) command->failure = incorrect_amount_of_data;
  if (command->failure == 0) {
    take_data(*command, header.offset, pdu.data);
    burst->received += length;
  }
  const bool complete = command->failure == 0 && burst->received == burst->length;
  if (header.final && !complete && command->failure == 0) command->failure = incorrect_amount_of_data;
  if (header.final || complete) command->bursts.erase(burst);
  proceed(*command, actions);
}

/// Bytes behind what the device server wants are counted and dropped.
void Session::take_data(Command& command, std::uint32_t offset, ByteView data) {
  command.arrived += static_cast<std::uint32_t>(data.size());
  if (data.empty() || data.data() == command.buffer.data() + offset) return;
  const std::size_t end = std::size_t{offset} + data.size();
  if (end > command.buffer.capacity()) {
    const std::size_t eager =
        std::min<std::size_t>(command.expected_length, solicited_bytes_ < settings_.write_budget ? eager_buffer : 0);
    grow(command, std::max(end, eager));
  }
  std::memcpy(command.buffer.data() + offset, data.data(), data.size());
}

void Session::grow(Command& command, std::size_t size) {
  if (command.buffer.capacity() >= size) return;
  Buffer larger = pool_->take(size);
  const std::size_t filled = std::min<std::size_t>(command.arrived, command.buffer.capacity());
  if (filled != 0) std::memcpy(larger.data(), command.buffer.data(), filled);
  command.buffer = std::move(larger);
}

void Session::on_need_data(CommandId id, std::uint32_t length, Actions& actions) {
  Command* command = find(id);
  if (command == nullptr) return;
  if (command->state == Command::State::gone) return on_command_gone(id, actions);
  command->state = Command::State::collecting;
  command->needed = length;
  command->wanted = command->write ? std::min(length, command->expected_length) : 0;
  command->solicited = command->arrived;
  proceed(*command, actions);
}

/// Decides what a command waits for next, after anything happened to its data.
void Session::proceed(Command& command, Actions& actions) {
  if (command.unsolicited_open) return;
  if (command.failure != 0) {
    if (!command.bursts.empty()) return;
    CommandAnswer answer;
    answer.status = status_check_condition;
    answer.sense = transport_sense(command.failure);
    send_answer(command, answer);
    const CommandId id = id_of(command);
    actions.push_back(ForgetCommand{id});
    finish(command);
    return solicit_waiting();
  }
  if (command.held) {
    if (!command.bursts.empty()) return;
    const CommandAnswer answer = std::move(*command.held);
    send_answer(command, answer);
    finish(command);
    return solicit_waiting();
  }
  if (command.state != Command::State::collecting) return;
  if (command.arrived >= command.wanted) {
    command.state = Command::State::running;
    if (command.wanted != 0) grow(command, command.wanted);
    actions.push_back(DataArrived{id_of(command), command.buffer, command.wanted});
    return;
  }
  command.solicited = std::max(command.solicited, command.arrived);
  if (command.charged == 0) {
    const std::uint32_t rest = command.wanted - command.arrived;
    const bool fits = wait_for_budget_.empty() && solicited_bytes_ + rest <= settings_.write_budget;
    if (solicited_bytes_ != 0 && !fits) {
      wait_for_budget_.push_back(id_of(command));
      return;
    }
    command.charged = rest;
    solicited_bytes_ += rest;
  }
  solicit(command);
}

void Session::solicit(Command& command) {
  grow(command, command.wanted);
  while (command.solicited < command.wanted && command.bursts.size() < parameters_.max_outstanding_r2t) {
    ReadyToTransfer r2t;
    r2t.lun = command.lun;
    r2t.task_tag = command.task_tag;
    r2t.transfer_tag = take_transfer_tag();
    r2t.r2t_sn = command.r2t_sn++;
    r2t.offset = command.solicited;
    r2t.length = std::min(parameters_.max_burst, command.wanted - command.solicited);
    command.bursts.push_back({r2t.transfer_tag, r2t.offset, r2t.length, 0, 0});
    command.solicited += r2t.length;
    output_.push(encode(r2t), StatSn::show);
  }
}

/// Budget came free: the next writes in line may send.
void Session::solicit_waiting() {
  std::size_t served = 0;
  for (; served < wait_for_budget_.size(); ++served) {
    Command* command = find(wait_for_budget_[served]);
    if (command != nullptr && command->state == Command::State::collecting) {
      const std::uint32_t rest = command->wanted - command->arrived;
      if (solicited_bytes_ != 0 && solicited_bytes_ + rest > settings_.write_budget) break;
      command->charged = rest;
      solicited_bytes_ += rest;
      solicit(*command);
    }
  }
  wait_for_budget_.erase(wait_for_budget_.begin(), wait_for_budget_.begin() + static_cast<std::ptrdiff_t>(served));
}

}  // namespace bootferry::iscsi
