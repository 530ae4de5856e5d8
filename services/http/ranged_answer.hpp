// SPDX-License-Identifier: Apache-2.0
// What is asked of something large and lasting: all of it, a part, or whether it has changed. Called by files and by
// api/disk_content; pure, any thread. RFC 9110 13 (conditional requests), 14 (ranges).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "http/answer.hpp"
#include "http/request.hpp"

namespace bootferry::http {

struct Representation {
  std::string content_type;
  std::uint64_t size = 0;
  std::string etag{};  ///< strong, in its quotes; empty: nothing tells these bytes from others
  std::optional<std::chrono::sys_seconds> modified{};
  std::string_view cache_control = "no-cache";
};

/// 200, 206, 304 or 416; `part_of` makes the body of so many bytes behind an offset.
[[nodiscard]] Answer answer_ranged(
    const Request& request, const Representation& whole,
    const std::function<Answer::Body(std::uint64_t offset, std::uint64_t length)>& part_of);

}  // namespace bootferry::http
