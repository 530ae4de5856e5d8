// SPDX-License-Identifier: Apache-2.0
// The two verbs of this room: what is in a folder of an image, and what is in a file. A path is "/1/DOS/FORMAT.COM"
// where the image has partitions (the first part is the partition's number), "/FORMAT.COM" where it has none; it means
// the name as it is, or else one that differs in capital letters. Called by app on a thread that may block.
#pragma once

#include "images/block_device.hpp"
#include "images/files/file_system.hpp"

namespace bootferry::images::files {

constexpr std::size_t most_listed = 4096;
constexpr ByteCount biggest_file{64ull << 20};

struct Folder {
  std::string file_system;  ///< "FAT16"; "MBR" or "GPT" of the list of partitions
  std::vector<Node> nodes;  ///< folders first, then by name; most_listed at most
  bool truncated = false;   ///< there are more
};

/// not_found: no such folder; conflict: it is a file, the image is damaged, or holds nothing that this room can read;
/// invalid: no path. Sentences for people.
[[nodiscard]] Result<Folder> list_folder(BlockDevice& device, std::string_view path);

struct Content {
  std::string name;
  Bytes bytes;
};
/// As list_folder; conflict for a folder, and for a file that is bigger than biggest_file.
[[nodiscard]] Result<Content> read_file(BlockDevice& device, std::string_view path);

}  // namespace bootferry::images::files
