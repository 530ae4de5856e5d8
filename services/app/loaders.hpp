// SPDX-License-Identifier: Apache-2.0
// Finds the boot loaders: what the Debian package brings, and what the user dropped into STATE_DIR/loaders, which wins.
// Called once, at start.
#pragma once

#include <filesystem>

#include "boot/loader_catalog.hpp"

namespace bootferry::app {

/// `package_dir`: Debian's /usr/lib/ipxe. Folders that are not there count as empty.
[[nodiscard]] boot::LoaderCatalog find_loaders(const std::filesystem::path& package_dir,
                                               const std::filesystem::path& user_dir);

}  // namespace bootferry::app
