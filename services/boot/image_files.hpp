// SPDX-License-Identifier: Apache-2.0
// The files inside a disk, for the API and the command line. Implemented by app, faked by tests. Blocks: called on
// the db thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "boot/image_lives.hpp"

namespace bootferry::boot {

struct FileInImage {
  std::string name;
  bool folder = false;
  ByteCount size;        ///< 0 of a folder, but for a partition
  std::string modified;  ///< "2026-03-01T09:30:00", by the clock of who wrote it; empty: unknown
};

struct FolderInImage {
  std::string image;        ///< that it is, or that the overlay lies on
  unsigned version = 0;     ///< of the image
  std::string file_system;  ///< "FAT16"; "MBR" or "GPT": the entries are partitions
  std::vector<FileInImage> entries;
  bool truncated = false;  ///< there are more
};

struct FileContent {
  std::string name, bytes;
};

/// Which place on which disk.
struct PlaceInImage {
  DiskName disk;
  std::string path = "/";  ///< "/1/DOS"
};

class ImageFiles {
 public:
  virtual ~ImageFiles() = default;
  /// not_found: no such disk or folder; conflict: a machine writes to it, it is damaged, or nothing in
  /// it can be looked into; invalid: no path.
  [[nodiscard]] virtual Result<FolderInImage> list_folder(const PlaceInImage& place) = 0;
  [[nodiscard]] virtual Result<FileContent> read_file(const PlaceInImage& place) = 0;
};

}  // namespace bootferry::boot
