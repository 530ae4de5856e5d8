// SPDX-License-Identifier: Apache-2.0
// errno as an Error: the kind that doors translate, and a sentence with the path. Any thread.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace bootferry::images {

/// "Cannot WHAT PATH: No space left on device."
[[nodiscard]] std::unexpected<Error> posix_fail(int error, std::string_view what, const std::filesystem::path& path);

}  // namespace bootferry::images
