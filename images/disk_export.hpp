// SPDX-License-Identifier: Apache-2.0
// Writes a disk, with all that shows through its layers, into a file that stands alone. Blocks; used by app on a
// worker.
#pragma once

#include <filesystem>
#include <functional>

#include "images/block_device.hpp"

namespace bootferry::images {

enum class ExportFormat { raw, qcow2 };

/// Could a disk be exported there? conflict when the name is taken, not_found without a folder for it.
[[nodiscard]] Result<void> check_export_target(const std::filesystem::path& target);
/// Holes stay holes. The file gets its name when all of it is on the disk; conflict when the name is taken, exhausted
/// when it cannot fit. Ends with the first error that `progress` (called every few MiB) gives, and leaves nothing.
[[nodiscard]] Result<void> export_disk(BlockDevice& source, const std::filesystem::path& target, ExportFormat format,
                                       const std::function<Result<void>(ByteCount done, ByteCount total)>& progress);

}  // namespace bootferry::images
