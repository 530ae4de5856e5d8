// SPDX-License-Identifier: Apache-2.0
// What a reverse proxy in front of us says of the request: believed only from addresses that the settings name, and
// only where it is well-formed. Also takes the base path off. Called by request_reader; pure, any thread.
#pragma once

#include <string>

#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http {

struct ForwardedHeaders {
  std::string for_, proto, host, prefix;  ///< X-Forwarded-..., as sent
  ProxyUser user = {};                    ///< of the headers that the settings name
};

/// Sets peer, from, secure, host, prefix, path and proxy_user to what they are for the one who asked. False: the
/// headers name a user, and no trusted proxy sent them.
bool look_through_proxy(Request& request, const ForwardedHeaders& headers, const Settings& settings);

/// "/boot": begins with '/', ends without one, and has only letters that need no escaping; also what http.base_path
/// takes.
[[nodiscard]] bool is_plain_prefix(std::string_view prefix);

}  // namespace bootferry::http
