// SPDX-License-Identifier: Apache-2.0
// Who may see and open which disk, and what he must prove: asked by the target at discovery and login, implemented by
// app (registry + image library) and by a fake in tests. open() may block (it opens files): the shell calls it on the
// disk pool; all else answers at once, on a network loop.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mac_address.hpp"
#include "iscsi/scsi/device_server.hpp"
#include "iscsi/session/access.hpp"

namespace bootferry::iscsi {

/// A login that is turned down: the status of RFC 7143 11.13.5, and a sentence for the event.
struct LoginRefusal {
  enum class Why { target_not_found, not_authorized, target_removed, in_use, unavailable };
  Why why = Why::target_not_found;
  std::string reason;
};

/// Who asks.
struct Visitor {
  std::string initiator;
  std::string address;  ///< IPv4 or IPv6, without port
  std::string user;     ///< the CHAP name that he claims (find_secret) or has proven (targets_for, open); else empty
  std::uint64_t proof = 0;  ///< fingerprint() of the secrets that `user` has proven
};

struct OpenedTarget {
  std::shared_ptr<scsi::LogicalUnit> unit;  ///< LUN 0, the same object for all sessions of the target
  std::string image;
  std::string disk;  ///< which disk this is to its initiator: another word, another disk
  std::uint8_t drive = 0x80;
  bool read_only = false;
  std::optional<MacAddress> mac;
  std::shared_ptr<void> hold;  ///< the session's share of the image; the last one to go frees it for other clients
};

/// A session that was let in; drives and rights may have changed since.
struct GrantedSession {
  std::string_view target;
  const Visitor& visitor;
  std::string_view disk;  ///< of OpenedTarget
};

class TargetDirectory {
 public:
  virtual ~TargetDirectory() = default;
  /// What this visitor must prove to log in to `target`, or, when that is empty, to ask for the names of targets.
  [[nodiscard]] virtual std::expected<AccessSource::Demand, LoginRefusal> admit(std::string_view target,
                                                                                const Visitor& visitor) {
    (void)target, (void)visitor;
    return AccessSource::Demand::none;
  }
  [[nodiscard]] virtual std::optional<ChapSecret> find_secret(std::string_view target, const Visitor& visitor) {
    (void)target, (void)visitor;
    return std::nullopt;
  }
  /// The client that `target` is a disk of, or would be; nothing when we know of none.
  [[nodiscard]] virtual std::optional<MacAddress> find_owner(std::string_view target) {
    (void)target;
    return std::nullopt;
  }
  /// Names for SendTargets=All (RFC 7143 appendix C): those that this visitor has a right to.
  [[nodiscard]] virtual std::vector<std::string> targets_for(const Visitor& visitor) = 0;
  /// Why open() would turn him down for want of a right; asked before his predecessor is ended for him.
  [[nodiscard]] virtual std::optional<LoginRefusal> find_objection(std::string_view target, const Visitor& visitor) {
    (void)target, (void)visitor;
    return std::nullopt;
  }
  /// Judges the right again: it may have been taken away since admit().
  [[nodiscard]] virtual std::expected<OpenedTarget, LoginRefusal> open(std::string_view target,
                                                                       const Visitor& visitor) = 0;
  /// Why the session may not go on, as words after "because "; nothing when it may.
  [[nodiscard]] virtual std::optional<std::string> why_revoked(const GrantedSession& session) {
    (void)session;
    return std::nullopt;
  }
};

}  // namespace bootferry::iscsi
