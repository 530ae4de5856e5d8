// SPDX-License-Identifier: Apache-2.0
// Finds the boot loaders: what the Debian packages bring, and what the user dropped into STATE_DIR/loaders, which wins.
// Called at start and by LoaderWatch whenever the folders may have changed.
#pragma once

#include <filesystem>
#include <string>

#include "boot/loader_catalog.hpp"

namespace bootferry::app {

struct LoaderFolders {
  std::filesystem::path package = "/usr/lib/ipxe";  ///< Debian's
  std::filesystem::path user;                       ///< its sub-folders count too, one level deep
  std::filesystem::path memdisk = "/usr/lib/syslinux/memdisk";
  /// The script that is served as "FOLDER/autoexec.ipxe" beside a shim, unless the user has one there: a signed iPXE
  /// cannot carry it. Empty: none.
  std::filesystem::path autoexec = {};
};

/// Folders that are not there count as empty. `before`: facts of files that have not changed since are taken from it.
[[nodiscard]] boot::LoaderCatalog::Files find_loaders(const LoaderFolders& folders,
                                                      const boot::LoaderCatalog::Files& before = {});

/// Of a package in dpkg's status file; empty when it is not installed.
[[nodiscard]] std::string find_package_version(std::string_view status, std::string_view package);

}  // namespace bootferry::app
