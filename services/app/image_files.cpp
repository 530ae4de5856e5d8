// SPDX-License-Identifier: Apache-2.0
#include "app/image_files.hpp"

#include <fmt/format.h>

#include "app/open_version.hpp"
#include "images/files/browse.hpp"

namespace bootferry::app {

Result<ApplianceImageFiles::Version> ApplianceImageFiles::open(const boot::PlaceInImage& place) {
  const auto registry = registry_.snapshot();
  const boot::Image* image = registry->find_image(place.image);
  if (!image) return fail(ErrorKind::not_found, fmt::format("There is no image {}.", place.image));
  const boot::ImageVersion* version = place.version ? image->find_version(*place.version) : &image->current();
  if (!version)
    return fail(ErrorKind::not_found, fmt::format("Image {} has no version {}.", image->name, *place.version));
  auto opened = open_version(library_, *registry, *image, *version, images::OpenMode::read_only,
                             fmt::format("a look into image {}", image->name));
  if (!opened) return std::unexpected(opened.error());
  return Version{version->number, std::move(*opened)};
}

Result<boot::FolderInImage> ApplianceImageFiles::list_folder(const boot::PlaceInImage& place) {
  auto version = open(place);
  if (!version) return std::unexpected(version.error());
  auto found = images::files::list_folder(*version->opened.device, place.path);
  if (!found) return std::unexpected(found.error());
  boot::FolderInImage folder{version->number, std::move(found->file_system), {}, found->truncated};
  folder.entries.reserve(found->nodes.size());
  for (images::files::Node& node : found->nodes)
    folder.entries.push_back({std::move(node.name), node.folder, node.size, std::move(node.modified)});
  return folder;
}

Result<boot::FileContent> ApplianceImageFiles::read_file(const boot::PlaceInImage& place) {
  auto version = open(place);
  if (!version) return std::unexpected(version.error());
  auto file = images::files::read_file(*version->opened.device, place.path);
  if (!file) return std::unexpected(file.error());
  return boot::FileContent{std::move(file->name), std::string(text_of(file->bytes))};
}

}  // namespace bootferry::app
