// SPDX-License-Identifier: Apache-2.0
// Which file systems an image holds: one that fills it, or one in each of its partitions. Called by browse.
#pragma once

#include <memory>

#include "images/check/partition_table.hpp"
#include "images/files/file_system.hpp"

namespace bootferry::images::files {

struct Volumes {
  std::unique_ptr<FileSystem> whole;  ///< null: the image has partitions
  std::string_view table;             ///< "MBR" or "GPT" of those
  std::vector<check::Partition> partitions;
};

/// conflict when there is neither a file system that this room reads nor a partition.
[[nodiscard]] Result<Volumes> find_volumes(check::DiskReader& reader);
/// The same of one partition.
[[nodiscard]] Result<std::unique_ptr<FileSystem>> open_partition(check::DiskReader& reader,
                                                                 const check::Partition& partition);

}  // namespace bootferry::images::files
