// SPDX-License-Identifier: Apache-2.0
// The target of a request: decoded once, and matched against patterns like "/api/v1/clients/{mac}". Called by
// connection and router; pure, any thread. RFC 3986 2.1 (percent-encoding), RFC 9112 3.2 (forms of the target).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace bootferry::http {

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

struct Target {
  std::string path;  ///< decoded, begins with '/', holds no NUL, no backslash, no "." or ".." segment, no empty one but
                     ///< the last
  QueryPairs query;  ///< decoded, in the order of the request
};

/// "/a%20b?x=1" in origin form, or "http://host/a" in absolute form.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

/// The values of the pattern's {names} in their order, or nothing. "{name}" stands for one non-empty segment, a last
/// "{name...}" for all the rest (at least one segment).
[[nodiscard]] std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path);

}  // namespace bootferry::http
