// SPDX-License-Identifier: Apache-2.0
// A ByteFile of the file system. Made by ImageLibrary for the formats that have metadata of their own.
#pragma once

#include <filesystem>
#include <memory>

#include "images/byte_file.hpp"
#include "images/open_mode.hpp"

namespace bootferry::images {

/// Symbolic links are refused. Errors: not_found, denied, unsupported (not a regular file).
[[nodiscard]] Result<std::unique_ptr<ByteFile>> open_posix_file(const std::filesystem::path& path, OpenMode mode);
/// A new, empty file; conflict when the name is taken.
[[nodiscard]] Result<std::unique_ptr<ByteFile>> create_posix_file(const std::filesystem::path& path);

}  // namespace bootferry::images
