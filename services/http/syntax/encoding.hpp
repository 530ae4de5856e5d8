// SPDX-License-Identifier: Apache-2.0
// Which content codings a client takes (RFC 9110 12.5.3). Called by page; pure, any thread.
#pragma once

#include <string_view>

namespace bootferry::http {

/// Of an Accept-Encoding: "gzip" or "*" is in it, and not with the weight 0. Without the header nothing is asked for.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

}  // namespace bootferry::http
