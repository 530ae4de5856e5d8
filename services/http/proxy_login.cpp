// SPDX-License-Identifier: Apache-2.0
#include "http/proxy_login.hpp"

#include <fmt/format.h>

#include "http/syntax/proxy_user.hpp"

namespace bootferry::http {
namespace {

using people::Principal;
using people::Role;

std::optional<Role> role_of(std::string_view groups, const Gate& gate) {
  if (has_group(groups, gate.admin_group)) return Role::admin;
  if (has_group(groups, gate.viewer_group)) return Role::viewer;
  return std::nullopt;
}

}  // namespace

Result<std::optional<Principal>> find_proxy_user(const ProxyUser& named, const Gate& gate) {
  if (named.names > 1 || named.lists > 1)
    return fail(ErrorKind::denied,
                "The request says twice who asks; the reverse proxy must replace the header that names the user, and "
                "not add to it.");
  if (named.name.empty() || gate.accounts == nullptr) return std::nullopt;
  if (!is_proxy_user_name(named.name))
    return fail(ErrorKind::denied,
                "The reverse proxy names a user with letters that no name here has; only plain ones are taken, 64 at "
                "most.");
  auto known = gate.accounts->find_by_proxy(named.name, role_of(named.groups, gate));
  if (known) return known;
  return fail(
      ErrorKind::denied,
      fmt::format("The reverse proxy says that you are {}, who may not use Bootferry; an admin adds such a user "
                  "(\"bootferry user add\"), or puts him into a group of http.admin_group or "
                  "http.viewer_group.",
                  named.name));
}

}  // namespace bootferry::http
