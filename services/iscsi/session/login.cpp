// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session/login.hpp"

#include <algorithm>

namespace bootferry::iscsi {
namespace {

constexpr std::size_t max_name_length = 223;       // RFC 7143 4.2.7.1
constexpr std::size_t max_collected_text = 32768;  // all texts of one continued request

/// Names are compared and logged: printable, bounded (RFC 7143 4.2.7.1).
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= max_name_length && std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
  });
}

}  // namespace

Login::Next Login::on_request(const LoginRequest& request, ByteView text) {
  start_response(request);
  if (const auto wrong = check_request(request)) return refuse(*wrong);
  if (!started_) {
    isid_ = request.isid;
    cid_ = request.cid;
    requested_tsih_ = request.tsih;
    stage_ = request.current;
  }
  if (collected_.size() + text.size() > max_collected_text) return refuse(LoginStatus::out_of_resources);
  collected_.insert(collected_.end(), text.begin(), text.end());
  if (request.more) {  // 7.2: an empty answer asks for the rest
    started_ = true;
    request_ = request;
    return Next::respond;
  }
  auto keys = parse_key_values(collected_);
  collected_ = {};
  if (!keys) return refuse(LoginStatus::initiator_error);
  keys_ = std::move(*keys);
  request_ = request;
  started_ = true;
  if (initiator_.empty()) {
    if (const auto wrong = take_names()) return refuse(*wrong);
    if (const auto wrong = authenticator_->on_names(initiator_, target_)) return refuse(*wrong);
  }
  return answer();
}

void Login::start_response(const LoginRequest& request) {
  response_ = {};
  response_.current = request.current;
  response_.isid = request.isid;
  response_.tsih = request.tsih;
  response_.task_tag = request.task_tag;
  text_ = {};
}

std::optional<LoginStatus> Login::check_request(const LoginRequest& request) const {
  if (request.version_min > 0) return LoginStatus::unsupported_version;  // only version 0 exists
  if (request.current == LoginStage::reserved || request.current == LoginStage::full_feature)
    return LoginStatus::initiator_error;
  if (request.more && request.transit) return LoginStatus::initiator_error;
  if (request.transit && (request.next == LoginStage::reserved || request.next <= request.current))
    return LoginStatus::initiator_error;
  if (!started_) return std::nullopt;
  if (request.isid != isid_ || request.cid != cid_ || request.tsih != requested_tsih_)
    return LoginStatus::invalid_during_login;
  if (request.current != stage_) return LoginStatus::invalid_during_login;
  return std::nullopt;
}

std::optional<LoginStatus> Login::take_names() {
  const auto initiator = find_value(keys_, "InitiatorName");
  if (!initiator) return LoginStatus::missing_parameter;
  if (!is_name(*initiator)) return LoginStatus::initiator_error;
  const std::string_view type = find_value(keys_, "SessionType").value_or("Normal");
  if (type != "Normal" && type != "Discovery") return LoginStatus::session_type_not_supported;
  discovery_ = type == "Discovery";
  if (!discovery_) {
    const auto target = find_value(keys_, "TargetName");
    if (!target) return LoginStatus::missing_parameter;
    if (!is_name(*target)) return LoginStatus::not_found;
    target_ = *target;
  }
  initiator_ = *initiator;
  return std::nullopt;
}

Login::Next Login::answer() {
  KeyValueText reply;
  if (const auto wrong = negotiate(reply)) return refuse(*wrong);
  if (reply.overflowed()) return refuse(LoginStatus::initiator_error);
  text_ = reply.bytes();
  const bool may_leave = request_.current != LoginStage::security || authenticated_;
  if (request_.transit && may_leave) {
    response_.transit = true;
    response_.next = request_.next;
    stage_ = request_.next;
  }
  if (!discovery_ && !opened_ && authenticated_) return Next::open_target;
  if (response_.transit && response_.next == LoginStage::full_feature) {
    if (discovery_ && tsih_ == 0) return Next::open_target;  // for its TSIH
    response_.tsih = tsih_;
    finished_ = true;
  }
  return Next::respond;
}

std::optional<LoginStatus> Login::negotiate(KeyValueText& reply) {
  if (request_.current == LoginStage::operational && !authenticated_) {
    if (!authenticator_->may_skip()) return LoginStatus::authentication_failure;
    authenticated_ = true;
  }
  if (!discovery_ && !declared_group_) {
    declared_group_ = true;
    reply.add("TargetPortalGroupTag", "1");  // RFC 7143 13.9: in the first response of a normal session
  }
  std::vector<KeyValue> security;
  for (const KeyValue& pair : keys_) {
    if (!negotiated_.note(pair.key)) return LoginStatus::initiator_error;
    if (pair.key == "AuthMethod") {
      const auto method = authenticator_->choose(parse_list(pair.value));
      if (!method) return LoginStatus::authentication_failure;
      reply.add(pair.key, *method);
    } else if (request_.current == LoginStage::security && pair.key.starts_with("CHAP_")) {
      security.push_back(pair);
    } else {
      answer_operational_key(pair, offer_, parameters_, reply);
    }
  }
  if (request_.current == LoginStage::security && !authenticated_) {
    const auto step = authenticator_->on_keys(security, reply);
    if (step == Authenticator::Step::failed) return LoginStatus::authentication_failure;
    authenticated_ = step == Authenticator::Step::passed;
  }
  if (request_.current == LoginStage::operational && !declared_length_) {
    declared_length_ = true;
    reply.add("MaxRecvDataSegmentLength", std::to_string(offer_.max_data_segment));
  }
  return std::nullopt;
}

Login::Next Login::on_opened(std::uint16_t tsih) {
  opened_ = true;
  tsih_ = tsih;
  if (response_.transit && response_.next == LoginStage::full_feature) {
    response_.tsih = tsih_;
    finished_ = true;
  }
  return Next::respond;
}

void Login::release() {
  collected_ = {};
  std::vector<KeyValue>().swap(keys_);
  text_ = {};
  user_ = authenticator_->user();
  proof_ = authenticator_->proof();
  authenticator_.reset();
}

Login::Next Login::on_refused(LoginStatus status) { return refuse(status); }

Login::Next Login::refuse(LoginStatus status) {
  response_.status = status;
  response_.transit = false;
  response_.next = LoginStage::security;
  text_ = {};
  return Next::respond;
}

}  // namespace bootferry::iscsi
