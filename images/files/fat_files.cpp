// SPDX-License-Identifier: Apache-2.0
#include "images/files/fat_files.hpp"

#include <fmt/format.h>

namespace bootferry::images::files {
namespace {

// fatgen103, "Date and Time Formats": years since 1980, two seconds a step.
std::string time_of(const check::FatFile& file) {
  return render_local_time(1980u + (file.date >> 9), file.date >> 5 & 15u, file.date & 31u, file.time >> 11,
                           file.time >> 5 & 63u, (file.time & 31u) * 2);
}

}  // namespace

std::string_view FatFiles::name() const { return boot_.bits == 12 ? "FAT12" : boot_.bits == 16 ? "FAT16" : "FAT32"; }

Result<std::vector<Node>> FatFiles::list(const Node& folder) {
  // A folder that is said to begin at cluster 0 is the root: so ".." of the first level is written.
  auto found =
      folder.place == 0 ? volume_.list_root() : volume_.list({.cluster = static_cast<std::uint32_t>(folder.place)});
  if (!found) return std::unexpected(found.error());
  std::vector<Node> nodes;
  nodes.reserve(found->size());
  for (const check::FatFile& file : *found)
    nodes.push_back(
        {safe_name(file.long_name), file.folder, {file.folder ? 0 : file.size}, time_of(file), file.cluster});
  return nodes;
}

Result<Bytes> FatFiles::read(const Node& file) {
  const auto size = static_cast<std::uint32_t>(file.size.value);
  auto bytes = volume_.read({.cluster = static_cast<std::uint32_t>(file.place), .size = size}, size);
  if (bytes && bytes->size() != size)
    return fail(ErrorKind::invalid, fmt::format("The FAT file system is damaged: {} is said to have {} bytes, and "
                                                "its clusters end after {}.",
                                                file.name, size, bytes->size()));
  return bytes;
}

}  // namespace bootferry::images::files
