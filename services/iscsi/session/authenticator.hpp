// SPDX-License-Identifier: Apache-2.0
// The security stage of a login (RFC 7143 section 12): which method is taken, and the exchange of its keys. Two are
// there: NoAuthentication, and ChapAuthenticator, which the target runs with. One a connection, called by Login on the
// connection's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "iscsi/codec/key_values.hpp"
#include "iscsi/codec/pdu.hpp"

namespace bootferry::iscsi {

class Authenticator {
 public:
  enum class Step { more, passed, failed };
  virtual ~Authenticator() = default;
  /// Who logs in to what, once, before anything else is asked; a status turns the login down at once. `target` is
  /// empty for a discovery session.
  [[nodiscard]] virtual std::optional<LoginStatus> on_names(std::string_view initiator, std::string_view target) {
    (void)initiator, (void)target;
    return std::nullopt;
  }
  /// The method to take of the initiator's list; nothing when none will do.
  [[nodiscard]] virtual std::optional<std::string_view> choose(const std::vector<std::string_view>& offered) = 0;
  /// Keys of the security stage behind AuthMethod; adds what must be answered.
  [[nodiscard]] virtual Step on_keys(const std::vector<KeyValue>& keys, KeyValueText& reply) = 0;
  /// The initiator goes without a security stage: may it?
  [[nodiscard]] virtual bool may_skip() = 0;
  /// The name that was proven; empty where nothing was.
  [[nodiscard]] virtual std::string_view user() const { return {}; }
  /// The fingerprint() of the secrets that were proven; 0 where nothing was.
  [[nodiscard]] virtual std::uint64_t proof() const { return 0; }
  /// Why the login was turned down, for the log; the initiator hears only a status.
  [[nodiscard]] virtual std::string_view failure() const { return {}; }
};

class NoAuthentication final : public Authenticator {
 public:
  std::optional<std::string_view> choose(const std::vector<std::string_view>& offered) override {
    for (const std::string_view method : offered) {
      if (method == "None") return method;
    }
    return std::nullopt;
  }
  Step on_keys(const std::vector<KeyValue>&, KeyValueText&) override { return Step::passed; }
  bool may_skip() override { return true; }
};

}  // namespace bootferry::iscsi
