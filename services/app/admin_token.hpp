// SPDX-License-Identifier: Apache-2.0
// The admin token: what every change over HTTP needs until there are logins. Made at first start, kept in a root-only
// file.
#pragma once

#include <filesystem>
#include <string>

#include "base/random.hpp"

namespace bootferry::app {

struct AdminToken {
  std::string value;      ///< 32 hex digits
  bool made_now = false;  ///< then it is printed, once
};

/// Reads STATE_DIR/admin-token, or makes it (mode 0600). Throws std::runtime_error with a sentence when it cannot.
[[nodiscard]] AdminToken load_or_make_admin_token(const std::filesystem::path& state_dir, Random& random);

}  // namespace bootferry::app
