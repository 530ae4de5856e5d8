// SPDX-License-Identifier: Apache-2.0
// How long a file or block special file is, for whoever copies or grows one. Any thread.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::images {

/// Rounded up to whole blocks. unsupported when it is neither file nor disk, invalid when it is empty.
[[nodiscard]] Result<ByteCount> source_size(int fd, const std::filesystem::path& path, std::uint64_t block);

}  // namespace bootferry::images
