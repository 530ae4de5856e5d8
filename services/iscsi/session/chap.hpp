// SPDX-License-Identifier: Apache-2.0
// The target's side of CHAP (RFC 7143 12.1, RFC 1994), one-way and mutual, and of AuthMethod=None where the right needs
// no proof. One a connection, driven by Login on the connection's loop; the world comes in as AccessSource and Random.
#pragma once

#include <memory>
#include <string>

#include "base/random.hpp"
#include "iscsi/session/access.hpp"
#include "iscsi/session/authenticator.hpp"
#include "iscsi/session/chap_hash.hpp"

namespace bootferry::iscsi {

class ChapAuthenticator final : public Authenticator {
 public:
  /// `random` outlives it.
  ChapAuthenticator(std::unique_ptr<AccessSource> access, Random& random)
      : access_(std::move(access)), random_(random) {}

  [[nodiscard]] std::optional<LoginStatus> on_names(std::string_view initiator, std::string_view target) override;
  [[nodiscard]] std::optional<std::string_view> choose(const std::vector<std::string_view>& offered) override;
  [[nodiscard]] Step on_keys(const std::vector<KeyValue>& keys, KeyValueText& reply) override;
  [[nodiscard]] bool may_skip() override;
  [[nodiscard]] std::string_view user() const override { return user_; }
  [[nodiscard]] std::uint64_t proof() const override { return proof_; }
  [[nodiscard]] std::string_view failure() const override { return failure_; }

 private:
  /// What the next request must bring.
  enum class State { method, nothing, rest_of_method, algorithm, response, done };

  [[nodiscard]] Step on_algorithms(const std::vector<KeyValue>& keys, KeyValueText& reply);
  [[nodiscard]] Step on_response(const std::vector<KeyValue>& keys, KeyValueText& reply);
  [[nodiscard]] Step prove_ourselves(const std::vector<KeyValue>& keys, const ChapSecret& secret, ByteView theirs,
                                     KeyValueText& reply);
  [[nodiscard]] Step fail(std::string reason);

  const std::unique_ptr<AccessSource> access_;
  Random& random_;
  AccessSource::Demand demand_ = AccessSource::Demand::chap;
  State state_ = State::method;
  std::string initiator_, target_, user_, failure_;
  ChapAlgorithm algorithm_ = ChapAlgorithm::sha256;
  std::uint64_t proof_ = 0;
  std::uint8_t identifier_ = 0;
  Bytes challenge_;
};

}  // namespace bootferry::iscsi
