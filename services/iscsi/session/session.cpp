// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session/session.hpp"

#include <algorithm>
#include <cstring>

namespace bootferry::iscsi {
namespace {

constexpr std::uint32_t login_data_segment = 8192;  // RFC 7143 13.12: before anything is agreed
constexpr std::size_t max_held_bytes = 1u << 20;    // of commands that came ahead of their turn
constexpr std::uint32_t max_response_data = 8192;   // Linux drops a connection whose Text or NOP data is longer

/// clear() would keep the memory.
template <class T>
void free(std::vector<T>& vector) {
  std::vector<T>().swap(vector);
}

bool is_numbered(Opcode opcode) {
  return opcode == Opcode::nop_out || opcode == Opcode::scsi_command || opcode == Opcode::task_management_request ||
         opcode == Opcode::text_request || opcode == Opcode::logout_request;
}

std::uint32_t cmd_sn_of(const Bhs& bhs) {
  std::uint32_t value = 0;
  BhsReader(bhs).number(24, 4, value);
  return value;
}

}  // namespace

Session::Session(SessionSettings settings, std::shared_ptr<BufferPool> pool,
                 std::unique_ptr<Authenticator> authenticator, SteadyTime now)
    : settings_(std::move(settings)),
      pool_(std::move(pool)),
      login_(settings_.offer, std::move(authenticator)),
      login_deadline_(now + settings_.login_limit) {}

Session::~Session() {
  if (busy_) settings_.budget->leave();
}

PduLimits Session::limits() const {
  if (phase_ == Phase::login) return {login_data_segment, false, false};
  return {settings_.offer.max_data_segment, parameters_.header_digest, parameters_.data_digest};
}

void Session::on_pdu(const ReceivedPdu& pdu, Actions& actions) {
  if (phase_ == Phase::closing) return;
  keepalive_.on_heard();
  if (phase_ == Phase::login) return on_login_pdu(pdu, actions);
  const Opcode opcode = opcode_of(pdu.bhs);
  if (!pdu.data_digest_ok) {
    reject(pdu.bhs, RejectReason::data_digest_error);
    // A lost command leaves a hole in CmdSN that level 0 cannot fill; a lost Data-Out only fails its command (RFC
    // 7143 7.7).
    if (opcode != Opcode::data_out) return close(actions, "a data digest was wrong");
  }
  if (is_numbered(opcode)) return on_numbered_pdu(pdu, actions);
  if (opcode == Opcode::data_out) return on_data_out(pdu, actions);
  if (opcode == Opcode::snack_request) return reject(pdu.bhs, RejectReason::snack_reject);
  reject(pdu.bhs, opcode == Opcode::login_request ? RejectReason::protocol_error : RejectReason::command_not_supported);
}

void Session::on_login_pdu(const ReceivedPdu& pdu, Actions& actions) {
  if (opcode_of(pdu.bhs) != Opcode::login_request || waits_for_target_) {
    return close(actions, "something else than a login came first", false);
  }
  const auto request = decode<LoginRequest>(pdu.bhs);
  if (!login_seen_)
    window_.start(request.cmd_sn, window_depth());  // later steps repeat the first one's CmdSN (RFC 7143 11.12.8)
  login_seen_ = true;
  after_login_step(login_.on_request(request, pdu.data), actions);
}

void Session::after_login_step(Login::Next next, Actions& actions) {
  if (next == Login::Next::drop) return close(actions, "the login made no sense", false);
  if (next == Login::Next::open_target) {
    waits_for_target_ = true;
    actions.push_back(OpenTarget{login_.target_name(), login_.initiator_name(), login_.requested_tsih()});
    return;
  }
  waits_for_target_ = false;
  const auto length = static_cast<std::uint32_t>(login_.text().size());
  Buffer owner = copy(login_.text());
  const ByteView text = owner.first(length);
  output_.push_login(encode(login_.response(), length), text, std::move(owner));
  if (login_.response().status != LoginStatus::success) return close(actions, "the login was refused");
  if (!login_.finished()) return;
  parameters_ = login_.parameters();
  login_.release();
  keepalive_.start(settings_.keepalive, is_ipxe(login_.isid()));
  phase_ = Phase::full_feature;
  actions.push_back(SessionBegan{});
}

void Session::on_target_opened(std::uint16_t tsih, Actions& actions) {
  if (phase_ != Phase::login || !waits_for_target_) return;
  after_login_step(login_.on_opened(tsih), actions);
}

void Session::on_target_refused(LoginStatus status, Actions& actions) {
  if (phase_ != Phase::login || !waits_for_target_) return;
  after_login_step(login_.on_refused(status), actions);
}

void Session::on_numbered_pdu(const ReceivedPdu& pdu, Actions& actions) {
  if (is_immediate(pdu.bhs)) return dispatch(pdu, actions);
  const std::uint32_t cmd_sn = cmd_sn_of(pdu.bhs);
  switch (window_.place(cmd_sn)) {
    case CommandWindow::Place::outside:  // silence (RFC 7143 4.2.2.1)
      incoming_ = {};
      return;
    case CommandWindow::Place::ahead: {
      const Buffer received_into = std::exchange(incoming_, {});  // pdu.data stands in it
      if (held_.contains(cmd_sn)) return;
      held_bytes_ += pdu.data.size() + pdu.ahs.size();
      if (held_bytes_ > max_held_bytes) return close(actions, "too much came ahead of its turn", false);
      held_.try_emplace(cmd_sn,
                        HeldPdu{pdu.bhs, {pdu.ahs.begin(), pdu.ahs.end()}, {pdu.data.begin(), pdu.data.end()}, false});
      return;
    }
    case CommandWindow::Place::expected:
      window_.advance();
      dispatch(pdu, actions);
      return release_held(actions);
  }
}

void Session::release_held(Actions& actions) {
  while (!held_.empty() && phase_ == Phase::full_feature) {
    const auto next = held_.find(window_.expected());
    if (next == held_.end()) return;
    const HeldPdu pdu = std::move(next->second);
    held_.erase(next);
    held_bytes_ -= pdu.data.size() + pdu.ahs.size();
    window_.advance();
    if (!pdu.aborted) dispatch({pdu.bhs, pdu.ahs, pdu.data}, actions);
  }
}

void Session::dispatch(const ReceivedPdu& pdu, Actions& actions) {
  switch (opcode_of(pdu.bhs)) {
    case Opcode::scsi_command:
      return on_scsi_command(pdu, actions);
    case Opcode::nop_out:
      return on_nop_out(pdu);
    case Opcode::text_request:
      return on_text(pdu, actions);
    case Opcode::task_management_request:
      return on_task_management(pdu, actions);
    case Opcode::logout_request:
      return on_logout(pdu, actions);
    default:
      return reject(pdu.bhs, RejectReason::command_not_supported);
  }
}

void Session::on_nop_out(const ReceivedPdu& pdu) {
  const auto ping = decode<NopOut>(pdu.bhs);
  if (ping.task_tag == no_tag) {  // an answer, or nothing to answer (RFC 7143 11.18)
    if (ping.transfer_tag != no_tag) keepalive_.on_answer();
    return;
  }
  NopIn pong;
  pong.task_tag = ping.task_tag;
  pong.lun = ping.lun;
  const auto length = static_cast<std::uint32_t>(
      std::min<std::size_t>({pdu.data.size(), parameters_.initiator_max_data_segment, max_response_data}));
  Buffer owner = copy(pdu.data.first(length));
  const ByteView echo = owner.first(length);
  output_.push_urgent(encode(pong, length), StatSn::advance, echo, std::move(owner));
}

void Session::on_logout(const ReceivedPdu& pdu, Actions& actions) {
  const auto request = decode<LogoutRequest>(pdu.bhs);
  LogoutResponse response;
  response.task_tag = request.task_tag;
  if (request.reason == LogoutReason::remove_for_recovery)
    response.result = LogoutResult::no_recovery;
  else if (request.reason == LogoutReason::close_connection && request.cid != login_.cid()) {
    response.result = LogoutResult::no_such_connection;
  } else if (request.reason > LogoutReason::remove_for_recovery) {
    return reject(pdu.bhs, RejectReason::invalid_pdu_field);
  }
  response.time2wait = parameters_.time2wait;
  response.time2retain = 0;
  output_.push(encode(response), StatSn::advance);
  if (response.result == LogoutResult::closed) close(actions, "the initiator logged out");
}

void Session::on_tick(SteadyTime now, Actions& actions) {
  if (phase_ == Phase::login && now >= login_deadline_) return close(actions, "the login took too long", false);
  if (phase_ != Phase::full_feature) return;
  const bool resting = open_ == 0 && open_immediate_ == 0 && !commands_came_;
  commands_came_ = false;
  if (resting && busy_) settings_.budget->leave(), busy_ = false;
  idle_ = resting && output_.empty();
  if (idle_) release_idle();
  tell_window();
  switch (keepalive_.on_tick(now)) {
    case Keepalive::Next::nothing:
      return;
    case Keepalive::Next::cut:
      return close(actions, "the initiator does not answer pings any more", false);
    case Keepalive::Next::ping: {
      NopIn ping;
      ping.transfer_tag = take_transfer_tag();
      output_.push_urgent(encode(ping), StatSn::show);  // it takes no StatSN (RFC 7143 11.19.4)
    }
  }
}

void Session::release_idle() {
  for (const auto& command : commands_) first_generation_ = std::max(first_generation_, command->generation + 1);
  free(commands_);
  free(free_slots_);
  free(busy_slots_);
  free(wait_for_budget_);
  output_.release();
}

std::uint32_t Session::window_depth() const {
  return settings_.budget ? settings_.budget->depth(settings_.window) : settings_.window;
}

/// Commands ended without an answer that could have told of it: an initiator whose window is closed waits for a PDU.
void Session::tell_window() {
  if (phase_ != Phase::full_feature || !told_closed_ || !output_.empty() || open_ >= window_depth()) return;
  output_.push(encode(NopIn{}), StatSn::show);
}

void Session::request_logout(std::uint16_t seconds) {
  if (phase_ != Phase::full_feature) return;
  AsyncMessage message;
  message.event = AsyncEvent::logout_request;
  message.parameter3 = seconds;
  output_.push(encode(message), StatSn::advance);
}

void Session::announce_drop() {
  if (phase_ != Phase::full_feature) return;
  AsyncMessage message;
  message.event = AsyncEvent::session_drop;
  message.parameter2 = parameters_.time2wait;
  message.parameter3 = 0;  // nothing is retained
  output_.push(encode(message), StatSn::advance);
}

void Session::reject(const Bhs& bhs, RejectReason reason) {
  Reject rejected;
  rejected.reason = reason;
  Buffer owner = copy(bhs);
  const ByteView header = owner.first(bhs.size());
  output_.push(encode(rejected, bhs.size()), StatSn::advance, header, std::move(owner));
}

void Session::close(Actions& actions, std::string reason, bool flush) {
  phase_ = Phase::closing;
  actions.push_back(CloseConnection{flush, std::move(reason)});
}

Buffer Session::copy(ByteView bytes) {
  if (bytes.empty()) return {};
  Buffer buffer = pool_->take(bytes.size());
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return buffer;
}

std::uint32_t Session::take_transfer_tag() {
  const std::uint32_t tag = next_transfer_tag_++;
  if (next_transfer_tag_ == no_tag) next_transfer_tag_ = 1;
  return tag;
}

void Session::fill(SendBatch& batch) {
  window_.update(open_, window_depth());
  told_closed_ = window_.closed();
  output_.fill(batch, parameters_, stat_sn_, window_.expected(), window_.max());
}

}  // namespace bootferry::iscsi
