// SPDX-License-Identifier: Apache-2.0
// The files inside images: who may read sees their names, an admin what is in them.
#include <limits>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Answer not_offered() { return make_problem(501, "This server does not look into images."); }

Result<boot::PlaceInImage> parse_place(const Request& request) {
  boot::PlaceInImage place{request.captures[0], {}, "/"};
  for (const auto& [name, value] : request.target.query) {
    if (name == "path") {
      place.path = value;
      continue;
    }
    if (name != "version") return fail(ErrorKind::invalid, "The query knows path and version.");
    const auto number = require_number("version", value);
    if (!number) return std::unexpected(number.error());
    if (*number == 0 || *number > std::numeric_limits<unsigned>::max())
      return fail(ErrorKind::invalid, "\"version\" must be a version's number.");
    place.version = static_cast<unsigned>(*number);
  }
  if (!place.path.starts_with('/')) return fail(ErrorKind::invalid, "\"path\" begins with /.");
  return place;
}

/// RFC 6266 4.3: what every browser takes, and beside it the name as it is (RFC 8187).
std::string disposition_of(const std::string& name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string plain, exact;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool harmless = letter || c == '.' || c == '-' || c == '_';
    const auto byte = static_cast<std::uint8_t>(c);
    plain += harmless || c == ' ' ? c : '_';
    exact += harmless ? std::string(1, c) : std::string{'%', digits[byte >> 4], digits[byte & 15]};
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + exact;
}

}  // namespace

Answer list_image_files(const Request& request, const Site& site) {
  if (!site.services.image_files) return not_offered();
  const auto place = parse_place(request);
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
  return make_json(200, {{"image", place->image},
                         {"version", folder->version},
                         {"path", place->path},
                         {"file_system", folder->file_system},
                         {"entries", std::move(entries)},
                         {"truncated", folder->truncated}});
}

// Never shown by the browser itself: what is in an image is a stranger's.
Answer get_image_file(const Request& request, const Site& site) {
  if (!site.services.image_files) return not_offered();
  const auto place = parse_place(request);
  if (!place) return make_problem(place.error());
  auto file = site.services.image_files->read_file(*place);
  if (!file) return make_problem(file.error());
  Answer answer(200, "application/octet-stream", std::move(file->bytes));
  answer.add_header("Content-Disposition", disposition_of(file->name));
  answer.add_header("Cache-Control", "no-store");
  return answer;
}

}  // namespace bootferry::http::api
