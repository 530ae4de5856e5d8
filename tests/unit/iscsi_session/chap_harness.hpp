// SPDX-License-Identifier: Apache-2.0
// An initiator that does CHAP, against a login whose secrets the test sets.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "iscsi/session/chap.hpp"
#include "iscsi/session/chap_value.hpp"
#include "iscsi/session/login.hpp"

namespace bootferry::iscsi::testing {

struct Rights {
  AccessSource::Demand demand = AccessSource::Demand::chap;
  std::optional<AccessSource::Refusal> refusal;
  std::map<std::string, ChapSecret, std::less<>> secrets;
  std::string asked_initiator, asked_target;
};

class FakeAccess final : public AccessSource {
 public:
  explicit FakeAccess(Rights& rights) : rights_(rights) {}
  std::expected<Demand, Refusal> demand_of(std::string_view initiator, std::string_view target) override {
    rights_.asked_initiator = initiator;
    rights_.asked_target = target;
    if (rights_.refusal) return std::unexpected(*rights_.refusal);
    return rights_.demand;
  }
  std::optional<ChapSecret> find_secret(std::string_view, std::string_view, std::string_view user) override {
    const auto at = rights_.secrets.find(user);
    return at == rights_.secrets.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  Rights& rights_;
};

inline const std::string names =
    "InitiatorName=iqn.2020-01.test:pc|TargetName=iqn.2020-01.test:disk|SessionType=Normal";

class ChapInitiator {
 public:
  ChapInitiator() { rights.secrets["pc"] = {"a secret of 16 b", "", ""}; }

  /// One request of the security stage with `keys`, parted by '|'; T as iPXE sets it, unless told otherwise.
  LoginStatus send(std::string keys, bool transit = true, LoginStage stage = LoginStage::security) {
    for (char& c : keys) c = c == '|' ? '\0' : c;
    if (!keys.empty()) keys += '\0';
    LoginRequest request;
    request.transit = transit;
    request.current = stage;
    request.next = transit ? (stage == LoginStage::security ? LoginStage::operational : LoginStage::full_feature)
                           : LoginStage::security;
    request.isid = {0x40, 0x27, 0x23, 1, 2, 3};
    const auto next = login.on_request(request, bytes_of(keys));
    opened = next == Login::Next::open_target;
    if (opened) (void)login.on_opened(1);
    answer = parse_key_values(login.text()).value_or(std::vector<KeyValue>{});
    return login.response().status;
  }
  [[nodiscard]] std::string value(std::string_view key) const {
    return std::string(find_value(answer, key).value_or("(absent)"));
  }
  [[nodiscard]] bool transits() const { return login.response().transit; }

  /// Up to our challenge.
  void take_challenge(const std::string& algorithms = "5") {
    ASSERT_EQ(send(names + "|AuthMethod=CHAP,None"), LoginStatus::success);
    EXPECT_EQ(value("AuthMethod"), "CHAP");
    EXPECT_FALSE(transits()) << "iPXE sets T on every request; CHAP is not done yet";
    ASSERT_EQ(send("CHAP_A=" + algorithms), LoginStatus::success);
    EXPECT_FALSE(transits());
    EXPECT_FALSE(opened);
    challenge = parse_chap_binary(value("CHAP_C")).value_or(Bytes{});
    identifier = static_cast<std::uint8_t>(std::stoul(value("CHAP_I")));
  }
  [[nodiscard]] Bytes proof(std::string_view secret, ChapAlgorithm algorithm = ChapAlgorithm::md5) const {
    return chap_response(algorithm, identifier, secret, challenge).value_or(Bytes{});
  }
  [[nodiscard]] std::string response(std::string_view user, std::string_view secret,
                                     ChapAlgorithm algorithm = ChapAlgorithm::md5) const {
    return "CHAP_N=" + std::string(user) + "|CHAP_R=" + render_chap_binary(proof(secret, algorithm));
  }

  Rights rights;
  SeededRandom random{7};
  Login login{{}, std::make_unique<ChapAuthenticator>(std::make_unique<FakeAccess>(rights), random)};
  std::vector<KeyValue> answer;
  bool opened = false;
  Bytes challenge;
  std::uint8_t identifier = 0;
};

}  // namespace bootferry::iscsi::testing
