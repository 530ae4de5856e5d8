// SPDX-License-Identifier: Apache-2.0
#include "boot/access.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "boot/target_name.hpp"

namespace bootferry::boot {
namespace {

constexpr std::size_t min_secret = 12, max_secret = 255;
constexpr std::size_t max_name = 223;  // RFC 7143 4.2.7.1

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_names(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_printable(std::string_view text, char first) {
  return std::all_of(text.begin(), text.end(), [first](char c) { return c >= first && c < 0x7f; });
}

Result<void> check_initiator(std::string_view name) {
  if (name.empty() || name == any_initiator) return {};
  const bool known_type = name.starts_with("iqn.") || name.starts_with("eui.") || name.starts_with("naa.");
  if (known_type && name.size() <= max_name && is_printable(name, '!')) return {};
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not an initiator name; it begins with iqn., eui. or naa. and has at most {} "
                          "characters without spaces; \"any\" lets every initiator in",
                          name.substr(0, 64), max_name));
}

Result<void> check_user(std::string_view user) {
  if (user.size() <= max_secret && is_printable(user, ' ')) return {};
  return fail(ErrorKind::invalid, fmt::format("the CHAP user must be at most {} printable characters", max_secret));
}

/// What the kind of proof has no use for is an error when it was just said, and forgotten when it was there before.
Result<void> fit_secrets(Access& access, const AccessChange& change) {
  const bool fixed = access.auth == AuthKind::chap || access.auth == AuthKind::mutual;
  const auto said = [](const auto& value) { return value && !value->empty(); };
  if (!fixed && (said(change.secret) || said(change.target_secret) || said(change.user))) {
    return fail(ErrorKind::invalid, fmt::format("a user or secret is of use with auth chap or mutual only, not with {}",
                                                name_of(access.auth)));
  }
  if (access.auth == AuthKind::chap && said(change.target_secret))
    return fail(ErrorKind::invalid, "a secret of the target is of use with auth mutual only");
  if (!fixed) access.user.clear(), access.secret = {};
  if (access.auth != AuthKind::mutual) access.target_secret = {};
  if (!fixed) return {};
  if (auto good = check_secret("the initiator's secret", access.secret); !good) return good;
  if (access.auth == AuthKind::chap) return {};
  if (auto good = check_secret("the target's secret", access.target_secret); !good) return good;
  if (access.secret == access.target_secret) {
    return fail(ErrorKind::invalid,
                "the initiator's secret and the target's are the same; RFC 7143 wants two different ones");
  }
  return {};
}

}  // namespace

std::string_view name_of(AuthKind kind) {
  constexpr std::string_view names[] = {"boot", "none", "chap", "mutual"};
  return names[static_cast<std::size_t>(kind)];
}

Result<AuthKind> parse_auth_kind(std::string_view name) {
  for (const AuthKind kind : {AuthKind::boot, AuthKind::none, AuthKind::chap, AuthKind::mutual}) {
    if (name == name_of(kind)) return kind;
  }
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a kind of proof; use boot, none, chap or mutual", name.substr(0, 40)));
}

Result<void> check_secret(std::string_view what, const Secret& secret) {
  const std::string& text = secret.reveal();
  if (text.empty()) return fail(ErrorKind::invalid, fmt::format("{} is missing", what));
  if (text.size() >= min_secret && text.size() <= max_secret && is_printable(text, ' ')) return {};
  return fail(ErrorKind::invalid,
              fmt::format("{} must be {} to {} printable ASCII characters (Windows takes {} to {}), and this one {}",
                          what, min_secret, max_secret, min_secret, max_windows_secret,
                          is_printable(text, ' ') ? fmt::format("has {}", text.size()) : "has others in it"));
}

Result<Access> change_access(Access access, const AccessChange& change) {
  if (change.auth) access.auth = *change.auth;
  if (change.initiator) access.initiator = *change.initiator;
  if (change.user) access.user = *change.user;
  if (change.from) access.from = *change.from;
  if (change.secret) access.secret = *change.secret;
  if (change.target_secret) access.target_secret = *change.target_secret;
  if (auto good = check_initiator(access.initiator); !good) return std::unexpected(good.error());
  if (auto good = check_user(access.user); !good) return std::unexpected(good.error());
  if (auto good = fit_secrets(access, change); !good) return std::unexpected(good.error());
  return access;
}

bool initiator_fits(const Access& access, const MacAddress& mac, std::string_view initiator) {
  if (access.initiator == any_initiator) return true;
  return equal_names(initiator, access.initiator.empty() ? initiator_name(mac) : access.initiator);
}

bool address_fits(const Access& access, std::string_view address) {
  return !access.from || access.from->contains(address);
}

std::string_view chap_user(const Access& access, std::string_view initiator) {
  return access.user.empty() ? initiator : std::string_view(access.user);
}

}  // namespace bootferry::boot
