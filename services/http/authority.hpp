// SPDX-License-Identifier: Apache-2.0
// Who asks, and may he: the Unix socket (root), a bearer token (RFC 6750), the admin token of the state directory, a
// trusted proxy's word, or the cookie of a login; the first that there is counts. Called by router; never waits, any
// thread. A browser sends cookies, and what a proxy's login rests on, by itself: a write by those must also show that
// our own page sent it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/answer.hpp"
#include "http/request.hpp"
#include "people/accounts.hpp"

namespace bootferry::http {

/// What decides, taken from the Site.
struct Gate {
  people::Accounts* accounts = nullptr;  ///< none: there are no users (tests)
  std::string_view admin_token;
  bool open_metrics = false;
  bool require_https = false;
  std::uint16_t https_port = 0;
  std::string_view admin_group = {}, viewer_group = {};  ///< at a proxy that logs people in
};

/// Nobody in particular may read until there is an admin; an error is a token that is not known, or not any
/// more, or a name of a proxy that may not come in.
[[nodiscard]] Result<people::Principal> identify(const Request& request, const Gate& gate);

/// The refusal of a request for what needs `needed`, or nothing. Sets request.caller.
[[nodiscard]] std::optional<Answer> refuse(Request& request, people::Right needed, const Gate& gate);

/// Why somebody could not log in, or has not the code of the first visit.
[[nodiscard]] Answer make_refusal(const people::Refusal& refusal);

/// Browsers keep one cookie jar for all ports of a host: a login over plain HTTP must not end the one over HTTPS.
[[nodiscard]] std::string_view login_cookie_name(bool secure);
/// The value of a cookie, or empty. RFC 6265 4.2.
[[nodiscard]] std::string_view find_cookie(std::string_view header, std::string_view name);

}  // namespace bootferry::http
