// SPDX-License-Identifier: Apache-2.0
// An initiator and a shell for the session machine: sends PDUs, collects actions and frames. No sockets, no clock.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "iscsi/session/session.hpp"

namespace bootferry::iscsi::testing {

/// A PDU that the target sent.
struct Sent {
  Bhs bhs{};
  Bytes data;
  bool header_digest = false, data_digest = false;
  [[nodiscard]] Opcode opcode() const { return opcode_of(bhs); }
  template <class Pdu>
  [[nodiscard]] Pdu as() const {
    EXPECT_EQ(opcode(), Pdu::opcode);
    return decode<Pdu>(bhs);
  }
  [[nodiscard]] std::vector<KeyValue> keys() const { return parse_key_values(data).value_or(std::vector<KeyValue>{}); }
  [[nodiscard]] std::string value(std::string_view key) const {
    return std::string(find_value(keys(), key).value_or("(absent)"));
  }
};

inline Bytes text(std::initializer_list<std::string_view> pairs) {
  Bytes out;
  for (const std::string_view pair : pairs) {
    out.insert(out.end(), pair.begin(), pair.end());
    out.push_back(0);
  }
  return out;
}

class Harness {
 public:
  explicit Harness(SessionSettings settings = make_settings())
      : session(std::move(settings), session_pool, std::make_unique<NoAuthentication>(), SteadyTime{}) {}

  static SessionSettings make_settings() { return {}; }

  template <class Pdu>
  void send(const Pdu& pdu, const Bytes& data = {}, const Bytes& ahs = {}, bool digest_ok = true) {
    const Bhs bhs = encode(pdu, static_cast<std::uint32_t>(data.size()), static_cast<std::uint32_t>(ahs.size()));
    session.on_pdu({bhs, ahs, data, digest_ok}, actions);
  }

  /// All that waits, in the order of the wire.
  std::vector<Sent> sent() {
    std::vector<Sent> pdus;
    while (session.has_output()) {
      SendBatch batch;
      session.fill(batch);
      std::size_t bytes = 0;
      for (const Frame& frame : batch.frames) {
        Sent& pdu = pdus.emplace_back();
        std::copy_n(frame.head.begin(), pdu.bhs.size(), pdu.bhs.begin());
        pdu.data.assign(frame.data.begin(), frame.data.end());
        pdu.header_digest = frame.head_size == 52;
        pdu.data_digest = frame.tail_size >= 4;
        EXPECT_EQ(data_length_of(pdu.bhs), pdu.data.size());
        EXPECT_EQ((pdu.data.size() + frame.tail_size) % 4, 0u);
        bytes += frame.size();
      }
      EXPECT_EQ(bytes, batch.bytes);
    }
    return pdus;
  }
  Sent sent_one() {
    auto pdus = sent();
    EXPECT_EQ(pdus.size(), 1u);
    return pdus.empty() ? Sent{} : pdus.front();
  }

  template <class A>
  A take() {
    for (std::size_t i = 0; i < actions.size(); ++i) {
      if (A* found = std::get_if<A>(&actions[i])) {
        A taken = std::move(*found);
        actions.erase(actions.begin() + static_cast<long>(i));
        return taken;
      }
    }
    ADD_FAILURE() << "the action is not there";
    return A{};
  }
  /// The shell's answer to SendTargets.
  void answer_targets(const std::vector<std::string>& names = {}) {
    (void)take<ListTargets>();
    session.on_targets(names, {"10.0.0.1:3260,1", "[fd00::1]:3260,1"}, actions);
  }

  template <class A>
  [[nodiscard]] bool has() const {
    for (const Action& action : actions) {
      if (std::holds_alternative<A>(action)) return true;
    }
    return false;
  }

  static LoginRequest login_request(LoginStage current, LoginStage next, bool transit = true) {
    LoginRequest request;
    request.transit = transit;
    request.current = current;
    request.next = next;
    request.isid = {0x00, 0x02, 0x3d, 0, 0, 1};
    request.task_tag = 77;
    request.cmd_sn = 100;
    return request;
  }

  /// A normal session in the full-feature phase, with these keys beside the names.
  void log_in(std::vector<std::string> keys = {}) {
    Bytes body = text({"InitiatorName=iqn.2020-01.test:pc", "TargetName=iqn.2020-01.test:disk", "SessionType=Normal"});
    for (const std::string& key : keys) {
      body.insert(body.end(), key.begin(), key.end());
      body.push_back(0);
    }
    send(login_request(LoginStage::operational, LoginStage::full_feature), body);
    (void)take<OpenTarget>();
    session.on_target_opened(3, actions);
    (void)take<SessionBegan>();
    EXPECT_EQ(sent_one().as<LoginResponse>().status, LoginStatus::success);
    next_cmd_sn = 100;
  }
  void log_in_discovery() {
    send(login_request(LoginStage::operational, LoginStage::full_feature),
         text({"InitiatorName=iqn.2020-01.test:pc", "SessionType=Discovery"}));
    (void)take<OpenTarget>();
    session.on_target_opened(4, actions);
    (void)take<SessionBegan>();
    (void)sent();
    next_cmd_sn = 100;
  }

  ScsiCommand read_command(std::uint32_t tag, std::uint32_t length) {
    ScsiCommand command;
    command.read = true;
    command.task_tag = tag;
    command.expected_length = length;
    command.cmd_sn = next_cmd_sn++;
    command.cdb[0] = 0x28;
    return command;
  }
  ScsiCommand write_command(std::uint32_t tag, std::uint32_t length, bool final = true) {
    ScsiCommand command = read_command(tag, length);
    command.read = false;
    command.write = true;
    command.final = final;
    command.cdb[0] = 0x2a;
    return command;
  }
  CommandAnswer good(std::size_t size, std::uint8_t fill = 0xab) {
    CommandAnswer answer;
    if (size == 0) return answer;
    answer.owner = pool->take(size);
    std::fill_n(answer.owner.data(), size, fill);
    answer.data = answer.owner.first(size);
    return answer;
  }

  std::shared_ptr<BufferPool> session_pool = std::make_shared<BufferPool>();
  Session session;
  Actions actions;
  std::uint32_t next_cmd_sn = 100;
  std::shared_ptr<BufferPool> pool = std::make_shared<BufferPool>();
};

}  // namespace bootferry::iscsi::testing
