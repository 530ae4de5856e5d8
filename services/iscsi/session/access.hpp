// SPDX-License-Identifier: Apache-2.0
// What one login has to prove, and the secrets that prove it: asked by ChapAuthenticator once the names are known,
// answered by the shell out of what is in memory (it runs on the connection's loop and must never block).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "iscsi/codec/pdu.hpp"

namespace bootferry::iscsi {

/// The secrets behind one CHAP_N (RFC 7143 12.1). Lives for one step of a login and is never rendered.
struct ChapSecret {
  std::string initiator;    ///< what the initiator must know
  std::string target;       ///< what we prove to know; empty: the login is one-way
  std::string target_user;  ///< our own CHAP_N, when `target` is set
};

/// Tells later, without keeping the secrets, whether a session proved those that are set then. Never 0, never leaves
/// this process.
[[nodiscard]] inline std::uint64_t fingerprint(const ChapSecret& secret) {
  const std::hash<std::string> hash;
  return (hash(secret.initiator) * 31 + hash(secret.target)) | 1;
}

class AccessSource {
 public:
  enum class Demand {
    none,          ///< the right needs no proof
    chap_or_none,  ///< both will do; the initiator's preference decides (a discovery that shows less without proof)
    chap,
  };
  struct Refusal {
    LoginStatus status = LoginStatus::authorization_failure;
    std::string reason;  ///< for the log, never for the initiator
  };

  virtual ~AccessSource() = default;
  /// `target` is empty for a discovery session.
  [[nodiscard]] virtual std::expected<Demand, Refusal> demand_of(std::string_view initiator,
                                                                 std::string_view target) = 0;
  /// `user` is the initiator's CHAP_N, a text and nothing else, even when it looks like a number.
  [[nodiscard]] virtual std::optional<ChapSecret> find_secret(std::string_view initiator, std::string_view target,
                                                              std::string_view user) = 0;
};

}  // namespace bootferry::iscsi
