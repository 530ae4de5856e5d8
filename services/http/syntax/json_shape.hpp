// SPDX-License-Identifier: Apache-2.0
// A look at JSON text before a parser builds a tree of it: how deep it nests. Called by api/json; pure, any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"

namespace bootferry::http {

inline constexpr std::size_t max_json_depth = 32;
inline constexpr std::size_t max_json_size = 65'536;

/// Refuses text that is larger or nests deeper than the limits; says nothing about whether it is JSON.
[[nodiscard]] Result<void> check_json_shape(std::string_view text, std::size_t max_size = max_json_size);

}  // namespace bootferry::http
