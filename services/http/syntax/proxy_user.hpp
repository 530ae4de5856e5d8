// SPDX-License-Identifier: Apache-2.0
// What a reverse proxy that logs people in writes into its headers: a name, and a list of groups. Called by
// proxy_login; pure, any thread.
#pragma once

#include <string_view>

namespace bootferry::http {

/// Of an account elsewhere: "carol", "carol@example.org"; 1 to 64 of what ASCII prints, but no blank, '"', '\' and ','.
/// It goes into the audit log; a ',' would be of two headers that something on the way made one of (RFC 9110 5.3).
[[nodiscard]] bool is_proxy_user_name(std::string_view name);

/// Is `group` in a list with ',' or '|' between its parts? An empty group is in none.
[[nodiscard]] bool has_group(std::string_view list, std::string_view group);

}  // namespace bootferry::http
