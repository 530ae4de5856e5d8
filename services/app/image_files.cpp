// SPDX-License-Identifier: Apache-2.0
#include "app/image_files.hpp"

#include "app/named_disk.hpp"
#include "images/files/browse.hpp"

namespace bootferry::app {

Result<ApplianceImageFiles::Place> ApplianceImageFiles::open(const boot::PlaceInImage& place) {
  auto disk = find_disk(place.disk, *registry_.snapshot());
  if (!disk) return std::unexpected(disk.error());
  auto opened = open_to_read(library_, *disk, "a look inside");
  if (!opened) return std::unexpected(opened.error());
  return Place{std::move(*disk), std::move(*opened)};
}

Result<boot::FolderInImage> ApplianceImageFiles::list_folder(const boot::PlaceInImage& place) {
  const auto there = open(place);
  if (!there) return std::unexpected(there.error());
  auto found = images::files::list_folder(*there->opened.device, place.path);
  if (!found) return std::unexpected(found.error());
  boot::FolderInImage folder{
      there->disk.image, there->disk.version, std::move(found->file_system), {}, found->truncated};
  folder.entries.reserve(found->nodes.size());
  for (images::files::Node& node : found->nodes)
    folder.entries.push_back({std::move(node.name), node.folder, node.size, std::move(node.modified)});
  return folder;
}

Result<boot::FileContent> ApplianceImageFiles::read_file(const boot::PlaceInImage& place) {
  const auto there = open(place);
  if (!there) return std::unexpected(there.error());
  auto file = images::files::read_file(*there->opened.device, place.path);
  if (!file) return std::unexpected(file.error());
  return boot::FileContent{std::move(file->name), std::string(text_of(file->bytes))};
}

}  // namespace bootferry::app
