// SPDX-License-Identifier: Apache-2.0
// What somebody may do, from nothing to everything: each right holds those before it. Routes name the right that they
// need, roles and token scopes the one that they give. Plain value, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace bootferry::people {

enum class Right {
  boot,     ///< asked of nobody, and answered over plain HTTP always: what a booting machine reads
  anyone,   ///< asked of nobody: the page's own files, logging in
  read,     ///< see everything but people: viewers, tokens of scope read
  write,    ///< change clients, images and what they boot: tokens of scope write
  admin,    ///< people, tokens, the audit log, settings: admins, tokens of scope admin
  control,  ///< root on the server's own Unix socket
};

/// "boot", "anyone", "read", "write", "admin", "control".
[[nodiscard]] std::string_view name_of(Right right);
/// The three that a token may have as its scope.
[[nodiscard]] Result<Right> parse_scope(std::string_view name);

enum class Role { viewer, admin };
[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] Result<Role> parse_role(std::string_view name);
[[nodiscard]] Right right_of(Role role);

}  // namespace bootferry::people
