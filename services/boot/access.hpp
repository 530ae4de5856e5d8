// SPDX-License-Identifier: Apache-2.0
// Who may open a client's disks: under which initiator name, from where, with which proof (CHAP, RFC 7143 12.1). Plain
// value and pure functions; kept by db, judged by app's DiskDirectory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ip_network.hpp"
#include "base/mac_address.hpp"
#include "boot/secret.hpp"

namespace bootferry::boot {

enum class AuthKind {
  boot,    ///< CHAP with the secret that Bootferry puts into each boot script of the client
  none,    ///< the name alone
  chap,    ///< CHAP with a fixed secret, for an initiator that is configured by hand
  mutual,  ///< the same, and the target proves itself too
};
[[nodiscard]] std::string_view name_of(AuthKind kind);
[[nodiscard]] Result<AuthKind> parse_auth_kind(std::string_view name);

inline constexpr std::string_view any_initiator = "any";

struct Access {
  AuthKind auth = AuthKind::boot;
  std::string initiator;          ///< an IQN, or "any"; empty: the client's own, initiator_name(mac)
  std::string user;               ///< CHAP_N of chap and mutual; empty: the initiator's name
  std::optional<IpNetwork> from;  ///< none: from anywhere
  Secret secret, target_secret;
  friend bool operator==(const Access&, const Access&) = default;
};

/// What a person says of it; what is left out keeps its value.
struct AccessChange {
  std::optional<AuthKind> auth;
  std::optional<std::string> initiator, user;  ///< "": as without one
  std::optional<std::optional<IpNetwork>> from;
  std::optional<Secret> secret, target_secret;
};

/// The access as it is after the change, or what is wrong with that. Secrets that the new kind does not use are
/// forgotten. No message holds a secret.
[[nodiscard]] Result<Access> change_access(Access access, const AccessChange& change);

/// Windows takes no secret that is longer.
inline constexpr std::size_t max_windows_secret = 16;
/// 12 to 255 printable ASCII characters (RFC 7143 9.2.1 asks for 96 bits); `what` begins the sentence.
[[nodiscard]] Result<void> check_secret(std::string_view what, const Secret& secret);

/// Names are compared without regard to case (RFC 7143 4.2.7.2 folds them).
[[nodiscard]] bool initiator_fits(const Access& access, const MacAddress& mac, std::string_view initiator);
[[nodiscard]] bool address_fits(const Access& access, std::string_view address);
/// The CHAP_N that chap and mutual ask of this initiator.
[[nodiscard]] std::string_view chap_user(const Access& access, std::string_view initiator);

}  // namespace bootferry::boot
