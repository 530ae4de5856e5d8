// SPDX-License-Identifier: Apache-2.0
// Which bytes of a file a request wants, and an answer has. Called by ranged_answer and by the command line; pure, any
// thread. RFC 9110 14.1.2, 14.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bootferry::http {

struct RangeChoice {
  enum class Kind {
    whole,          ///< no range, one that we may ignore (several, another unit), or one that says nothing
    part,           ///< 206: `first` .. `first + length - 1`
    unsatisfiable,  ///< 416
  };
  Kind kind = Kind::whole;
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

/// `text` is the Range header's value, or empty; `size` is the file's.
[[nodiscard]] RangeChoice parse_range(std::string_view text, std::uint64_t size);

/// The Content-Range of a 206: where the part begins, and how long the whole is.
struct ContentRange {
  std::uint64_t first = 0, size = 0;
};
/// Nothing when it is another unit, wrong, or does not tell the whole length. RFC 9110 14.4.
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace bootferry::http
