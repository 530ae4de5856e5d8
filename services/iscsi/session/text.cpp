// SPDX-License-Identifier: Apache-2.0
// Text negotiation in the full-feature phase (RFC 7143 6.4, appendix C): SendTargets, in parts where they are long.
#include <algorithm>
#include <cstring>

#include "iscsi/session/session.hpp"

namespace bootferry::iscsi {
namespace {

constexpr std::size_t max_request = 16384;    // all parts of one request
constexpr std::size_t max_answer = 4u << 20;  // names of many targets
constexpr std::uint32_t max_part = 8192;      // Linux drops longer ones

}  // namespace

void Session::on_text(const ReceivedPdu& pdu, Actions& actions) {
  const auto request = decode<TextRequest>(pdu.bhs);
  if (request.task_tag == no_tag || (request.more && request.final))
    return reject(pdu.bhs, RejectReason::invalid_pdu_field);
  if (text_.waits_for_targets) return reject(pdu.bhs, RejectReason::protocol_error);
  if (request.transfer_tag == no_tag) {  // a new negotiation ends the one before (11.10.4)
    text_ = {};
    text_.active = true;
    text_.task_tag = request.task_tag;
  } else if (!text_.active || request.transfer_tag != text_.transfer_tag) {
    return reject(pdu.bhs, RejectReason::invalid_pdu_field);
  } else {
    text_.task_tag = request.task_tag;
  }
  if (text_.sent < text_.answer.size()) return send_text_part();  // it asks for the next part
  if (text_.collected.size() + pdu.data.size() > max_request) {
    text_ = {};
    return reject(pdu.bhs, RejectReason::protocol_error);
  }
  text_.collected.insert(text_.collected.end(), pdu.data.begin(), pdu.data.end());
  if (request.more) {
    TextResponse response;
    response.final = false;
    response.task_tag = request.task_tag;
    response.transfer_tag = text_.transfer_tag = take_transfer_tag();
    output_.push(encode(response), StatSn::advance);
    return;
  }
  auto keys = parse_key_values(text_.collected);
  if (!keys) {
    text_ = {};
    return reject(pdu.bhs, RejectReason::protocol_error);
  }
  text_.keys = std::move(*keys);
  text_.collected = {};
  if (find_value(text_.keys, "SendTargets")) {
    text_.waits_for_targets = true;
    actions.push_back(ListTargets{login_.initiator_name()});
    return;
  }
  answer_text({}, {});
}

void Session::on_targets(const std::vector<std::string>& names, const std::vector<std::string>& portals, Actions&) {
  if (!text_.waits_for_targets) return;
  text_.waits_for_targets = false;
  answer_text(names, portals);
}

void Session::answer_text(const std::vector<std::string>& names, const std::vector<std::string>& portals) {
  KeyValueText reply(max_answer);
  for (const KeyValue& pair : text_.keys) {
    if (pair.key != "SendTargets") {
      // Operational keys other than declarations belong to login (RFC 7143 13): they change nothing here.
      Parameters changed = parameters_;
      KeyValueText one;
      answer_operational_key(pair, settings_.offer, changed, one);
      if (pair.key == "MaxRecvDataSegmentLength")
        parameters_.initiator_max_data_segment = changed.initiator_max_data_segment;
      if (text_of(one.bytes()).ends_with(std::string_view("=NotUnderstood\0", 15)))
        reply.add(pair.key, "NotUnderstood");
      else if (!one.bytes().empty())
        reply.add(pair.key, "Reject");
      continue;
    }
    const auto add = [&](const std::string& name) {
      reply.add("TargetName", name);
      for (const std::string& portal : portals) reply.add("TargetAddress", portal);
    };
    if (discovery()) {
      if (pair.value.empty()) reply.add(pair.key, "Reject");  // "the target of this session": there is none
      for (const std::string& name : names) {
        if (pair.value == "All" || pair.value == name) add(name);
      }
    } else if (pair.value.empty() || pair.value == login_.target_name()) {
      add(login_.target_name());
    } else if (pair.value == "All") {
      reply.add(pair.key, "Reject");
    }
  }
  text_.keys = {};
  text_.answer = reply.bytes();
  send_text_part();
}

void Session::send_text_part() {
  const std::size_t rest = text_.answer.size() - text_.sent;
  const auto length =
      static_cast<std::uint32_t>(std::min<std::size_t>({rest, parameters_.initiator_max_data_segment, max_part}));
  TextResponse response;
  response.task_tag = text_.task_tag;
  if (length < rest) {
    response.final = false;
    response.more = true;
    response.transfer_tag = text_.transfer_tag = take_transfer_tag();
  }
  Buffer owner = copy(ByteView(text_.answer).subspan(text_.sent, length));
  const ByteView part = owner.first(length);
  output_.push(encode(response, length), StatSn::advance, part, std::move(owner));
  text_.sent += length;
  if (text_.sent == text_.answer.size()) text_ = {};
}

}  // namespace bootferry::iscsi
