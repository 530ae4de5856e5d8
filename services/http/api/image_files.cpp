// SPDX-License-Identifier: Apache-2.0
// The files inside images and overlays: who may read sees their names, an admin what is in them.
#include "http/api/json.hpp"
#include "http/api/overlay_name.hpp"
#include "http/api/resources.hpp"
#include "http/syntax/disposition.hpp"

namespace bootferry::http::api {
namespace {

Answer not_offered() { return make_problem(501, "This server does not look into images."); }

using Place = Result<boot::PlaceInImage>;

/// ?path=/1/DOS; without it the whole disk is meant.
Place with_path(boot::DiskName disk, const Request& request) {
  boot::PlaceInImage place{std::move(disk)};
  for (const auto& [name, value] : request.target.query) {
    if (name == "path") place.path = value;
  }
  if (!place.path.starts_with('/')) return fail(ErrorKind::invalid, "\"path\" begins with /.");
  return place;
}

Place place_in_image(const Request& request) {
  boot::VersionName image{request.captures[0]};
  for (const auto& [name, value] : request.target.query) {
    if (name == "path") continue;
    if (name != "version") return fail(ErrorKind::invalid, "The query knows path and version.");
    const auto version = require_ordinal("version", value);
    if (!version) return std::unexpected(version.error());
    image.version = *version;
  }
  return with_path(std::move(image), request);
}

Place place_in_overlay(const Request& request) {
  auto overlay = require_overlay_name(request, {"path"});
  if (!overlay) return std::unexpected(overlay.error());
  return with_path(std::move(*overlay), request);
}

Answer list_files(const Place& place, const Site& site) {
  if (!site.services.image_files) return not_offered();
  if (!place) return make_problem(place.error());
  const auto folder = site.services.image_files->list_folder(*place);
  if (!folder) return make_problem(folder.error());
  Json entries = Json::array();
  for (const boot::FileInImage& entry : folder->entries) {
    entries.push_back({{"name", entry.name},
                       {"folder", entry.folder},
                       {"size", entry.size.value},
                       {"modified", entry.modified.empty() ? Json(nullptr) : Json(entry.modified)}});
  }
  return make_json(200, {{"image", folder->image},
                         {"version", folder->version},
                         {"path", place->path},
                         {"file_system", folder->file_system},
                         {"entries", std::move(entries)},
                         {"truncated", folder->truncated}});
}

// Never shown by the browser itself: what is in an image is a stranger's.
Answer send_file(const Place& place, const Site& site) {
  if (!site.services.image_files) return not_offered();
  if (!place) return make_problem(place.error());
  auto file = site.services.image_files->read_file(*place);
  if (!file) return make_problem(file.error());
  Answer answer(200, "application/octet-stream", std::move(file->bytes));
  answer.add_header("Content-Disposition", render_attachment(file->name));
  answer.add_header("Cache-Control", "no-store");
  return answer;
}

}  // namespace

Answer list_image_files(const Request& request, const Site& site) { return list_files(place_in_image(request), site); }
Answer get_image_file(const Request& request, const Site& site) { return send_file(place_in_image(request), site); }
Answer list_overlay_files(const Request& request, const Site& site) {
  return list_files(place_in_overlay(request), site);
}
Answer get_overlay_file(const Request& request, const Site& site) { return send_file(place_in_overlay(request), site); }

}  // namespace bootferry::http::api
