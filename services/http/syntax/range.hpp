// SPDX-License-Identifier: Apache-2.0
// Which bytes of a file a request wants. Called by files; pure, any thread. RFC 9110 14.1.2, 14.2.
#pragma once

#include <cstdint>
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

}  // namespace bootferry::http
