// SPDX-License-Identifier: Apache-2.0
// Dates of HTTP headers (RFC 9110 5.6.7, IMF-fixdate): "Sun, 06 Nov 1994 08:49:37 GMT". Called by answer and files;
// pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bootferry::http {

[[nodiscard]] std::string render_date(std::chrono::sys_seconds time);
/// Only the form above; the two obsolete forms are answered as if no date was sent, which costs a download.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_date(std::string_view text);

}  // namespace bootferry::http
