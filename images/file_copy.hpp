// SPDX-License-Identifier: Apache-2.0
// Copies a disk into an empty file: shares the blocks where the file system can (reflink), else copies data and leaves
// holes. Blocks; used by ImageLibrary on a worker.
#pragma once

#include <filesystem>
#include <functional>

#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::images {

struct CopyJob {
  int source = -1;
  int target = -1;
  ByteCount size;
  std::filesystem::path source_path;
  std::filesystem::path target_path;
};

/// The target becomes `size` bytes long. exhausted before a byte is copied when the data cannot fit. Ends with the
/// first error that `progress` (called every few MiB) gives.
[[nodiscard]] Result<void> copy_file(const CopyJob& job,
                                     const std::function<Result<void>(ByteCount done, ByteCount total)>& progress);

}  // namespace bootferry::images
