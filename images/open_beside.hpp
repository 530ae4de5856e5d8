// SPDX-License-Identifier: Apache-2.0
// Opens a stack of layers for reading, outside the library's rule who may have what open: nobody is kept from anything
// by it. Where somebody writes meanwhile, what it reads may be of no time at all, or an error: for reading ahead only,
// never for a machine. Called by app on its prefetch thread; blocks.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "images/block_device.hpp"
#include "images/layer_file.hpp"

namespace bootferry::images {

/// `layers`: top first, as the registry has them. `folder`: the library's.
[[nodiscard]] Result<std::shared_ptr<BlockDevice>> open_beside(const std::filesystem::path& folder,
                                                               std::span<const LayerFile> layers,
                                                               std::uint32_t block_size = 512);

}  // namespace bootferry::images
