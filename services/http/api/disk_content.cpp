// SPDX-License-Identifier: Apache-2.0
// Disks that are taken home: exported into files of the server by jobs, or downloaded. A disk holds secrets, so a
// download is an admin's, and in the audit log.
#include <fmt/format.h>

#include "http/api/json.hpp"
#include "http/api/overlay_name.hpp"
#include "http/api/resources.hpp"
#include "http/ranged_answer.hpp"
#include "http/syntax/disposition.hpp"

namespace bootferry::http::api {
namespace {

Result<boot::ExportWish> parse_export(const Json& body) {
  const auto path = require_text(body, "path");
  if (!path) return std::unexpected(path.error());
  if (!path->starts_with('/') || path->ends_with('/') || path->find('\0') != path->npos)
    return fail(ErrorKind::invalid, "\"path\" must be an absolute path of a new file.");
  const auto format = body.contains("format") ? require_text(body, "format") : Result<std::string>("raw");
  if (!format) return std::unexpected(format.error());
  if (*format != "raw" && *format != "qcow2")
    return fail(ErrorKind::invalid, "\"format\" must be \"raw\" or \"qcow2\".");
  return boot::ExportWish{*path, *format == "qcow2"};
}

Answer start_export(const boot::DiskName& name, const Json& body, const Site& site) {
  const auto wish = parse_export(body);
  if (!wish) return make_problem(wish.error());
  if (!site.services.lives) return make_problem(501, "This server exports no disks.");
  const auto job = site.services.lives->start_export(name, *wish);
  return job ? make_begun(*job) : make_problem(job.error());
}

Answer send_disk(const Request& request, const Result<boot::DiskName>& name, const Site& site) {
  if (!name) return make_problem(name.error());
  if (!site.services.lives) return make_problem(501, "This server sends no disks.");
  const auto disk = site.services.lives->open_disk(*name);
  if (!disk) return make_problem(disk.error());
  Representation whole{.content_type = "application/octet-stream", .size = disk->reader->size().value};
  whole.cache_control = "private, no-cache";
  if (!disk->revision.empty()) whole.etag = fmt::format("\"{}\"", disk->revision);
  std::uint64_t from = 0, count = 0;
  Answer answer = answer_ranged(request, whole, [&](std::uint64_t offset, std::uint64_t length) {
    from = offset;
    count = length;
    return DiskPart{disk->reader, offset, length};
  });
  if (count == 0) return answer;
  answer.add_header("Content-Disposition", render_attachment(disk->file_name));
  if (request.method == Method::get)
    answer.set_note(fmt::format("{}, {} from byte {}", disk->title, render_byte_count({count}), from));
  return answer;
}

}  // namespace

Answer export_overlay(const Request& request, const Site& site) {
  const auto name = require_overlay_name(request);
  if (!name) return make_problem(name.error());
  const auto body = parse_body(request, {"path", "format"});
  return body ? start_export(*name, *body, site) : make_problem(body.error());
}

Answer export_image(const Request& request, const Site& site) {
  const auto body = parse_body(request, {"path", "format", "version"});
  if (!body) return make_problem(body.error());
  const auto version = find_count(*body, "version");
  if (!version) return make_problem(version.error());
  return start_export(boot::VersionName{request.captures[0], *version}, *body, site);
}

Answer get_overlay_content(const Request& request, const Site& site) {
  const auto name = require_overlay_name(request);
  return send_disk(request, name ? Result<boot::DiskName>(*name) : std::unexpected(name.error()), site);
}

Answer get_image_content(const Request& request, const Site& site) {
  boot::VersionName name{request.captures[0]};
  for (const auto& [key, value] : request.target.query) {
    const auto version = key == "version" ? require_ordinal("version", value)
                                          : Result<unsigned>(fail(ErrorKind::invalid, "The query knows version."));
    if (!version) return make_problem(version.error());
    name.version = *version;
  }
  return send_disk(request, boot::DiskName(name), site);
}

}  // namespace bootferry::http::api
