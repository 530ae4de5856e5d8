// SPDX-License-Identifier: Apache-2.0
// A raw disk: a (sparse) file or a block special file, byte for byte. Made by ImageLibrary and by tests; called by disk
// workers, try_read also by network loops. A file ends at its last whole block; what is behind is left alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "images/block_device.hpp"
#include "images/open_mode.hpp"

namespace bootferry::images {

/// `block_size` is a file's; a block special file has its own. Errors: not_found, denied (no right), conflict (a block
/// special file that is mounted), unsupported (neither file nor block special file, or a sector size other than 512 and
/// 4096), invalid (smaller than a block).
[[nodiscard]] Result<std::shared_ptr<BlockDevice>> make_raw_device(const std::filesystem::path& path, OpenMode mode,
                                                                   Symlinks links = Symlinks::follow,
                                                                   std::uint32_t block_size = 512);

}  // namespace bootferry::images
