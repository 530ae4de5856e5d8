// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "http/api/json.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {

Answer list_images(const Request& request, const Site& site) {
  return make_list(
      request, "images", site.services.administration.images(),
      [](const boot::ImageView& view) { return view.image.name; }, render_image);
}

Answer get_image(const Request& request, const Site& site) {
  const auto view = site.services.administration.require_image(request.captures[0]);
  return view ? make_resource(200, render_image(*view), {"allocated", "used_by", "missing_files"})
              : make_problem(view.error());
}

namespace {

std::optional<Answer> read_traits(const Json& body, boot::DiskTraits& traits) {
  for (const auto& [key, trait] : {std::pair{"removable", &traits.removable}, std::pair{"thick", &traits.thick}}) {
    if (!body.contains(key)) continue;
    if (!body.at(key).is_boolean()) return make_problem(400, fmt::format("\"{}\" must be true or false.", key));
    *trait = body.at(key).get<bool>();
  }
  if (!body.contains("physical_block_size")) return std::nullopt;
  const Json& size = body.at("physical_block_size");
  if (size != 512 && size != 4096) return make_problem(400, "\"physical_block_size\" must be 512 or 4096.");
  traits.physical_block_size = size.get<std::uint32_t>();
  return std::nullopt;
}

/// What goes with a "source": its format, and its sum.
std::optional<Answer> read_source_words(const Json& body, boot::NewImage& image) {
  if (body.contains("format")) {
    auto format = require_text(body, "format");
    if (!format) return make_problem(format.error());
    image.format = std::move(*format);
  }
  if (!body.contains("sha256")) return std::nullopt;
  auto sum = require_text(body, "sha256");
  if (!sum) return make_problem(sum.error());
  image.sha256 = std::move(*sum);
  return std::nullopt;
}

Answer make_created(const Json& image, const std::string& name) {
  Answer answer = make_json(201, image);
  answer.add_header("Location", "/api/v1/images/" + name);
  return answer;
}

/// Answers before the image is there: its job tells how far it is.
Answer start_import(const Json& body, const boot::NewImage& image, const std::string& source, const Site& site) {
  if (body.at("wait") != false) return make_problem(400, "\"wait\" is false, or left out.");
  if (site.services.intake == nullptr) return make_problem(501, "There are no jobs here.");
  const auto job = site.services.intake->start_import(image, source);
  return job ? make_begun(*job) : make_problem(job.error());
}

/// A path of the server is no business of the network: it would show and change whatever the server may.
Result<std::string> read_path(const Json& body, const char* key) {
  auto path = require_text(body, key);
  if (path && (!path->starts_with('/') || path->find('\0') != path->npos))
    return fail(ErrorKind::invalid, fmt::format("\"{}\" must be an absolute path.", key));
  return path;
}

Answer refuse_path(const char* key) {
  return make_problem(
      403, fmt::format("\"{}\" is taken only on the server's own Unix socket; use the command line there.", key));
}

/// A disk of the server's has its size and its blocks.
Answer attach_image(const Request& request, const Json& body, boot::NewImage image, const Site& site) {
  for (const char* key : {"size", "source", "preset", "block_size", "format", "sha256", "wait"}) {
    if (body.contains(key)) return make_problem(400, fmt::format("\"{}\" does not go with \"device\".", key));
  }
  if (request.door != Door::control) return refuse_path("device");
  const auto device = read_path(body, "device");
  if (!device) return make_problem(device.error());
  if (auto wrong = read_traits(body, image.traits)) return std::move(*wrong);
  const auto made = site.services.administration.attach_image(image, *device);
  return made ? make_created(render_image(*made), image.name) : make_problem(made.error());
}

}  // namespace

Answer create_image(const Request& request, const Site& site) {
  const auto body = parse_body(request, {"name", "size", "source", "device", "preset", "block_size", "removable",
                                         "thick", "physical_block_size", "format", "sha256", "wait"});
  if (!body) return make_problem(body.error());
  const auto name = require_text(*body, "name");
  if (!name) return make_problem(name.error());
  if (auto checked = boot::check_image_name(*name); !checked) return make_problem(checked.error());
  if (body->contains("device")) return attach_image(request, *body, {*name}, site);
  const bool has_size = body->contains("size");
  const bool has_preset = body->contains("preset");
  if ((has_size || has_preset) == body->contains("source")) {
    return make_problem(400, "Give \"size\" or \"preset\" for a new image, \"source\" to copy a file, or \"device\".");
  }
  boot::NewImage image{*name};
  if (body->contains("block_size")) {
    const Json& size = body->at("block_size");
    const bool fits = size.is_number_unsigned() && size.get<std::uint64_t>() <= 4096;
    if (!fits || !boot::check_block_size(size.get<std::uint64_t>()))
      return make_problem(400, "\"block_size\" must be 512 or 4096.");
    image.block_size = size.get<std::uint32_t>();
  }
  if (auto wrong = read_traits(*body, image.traits)) return std::move(*wrong);
  image.says_physical_block_size = body->contains("physical_block_size");
  if (has_preset) {
    auto preset = require_text(*body, "preset");
    if (!preset) return make_problem(preset.error());
    image.preset = std::move(*preset);
  }
  Result<boot::ImageView> made;
  for (const char* key : {"format", "sha256"}) {
    if (!body->contains("source") && body->contains(key))
      return make_problem(400, fmt::format("\"{}\" goes with \"source\".", key));
  }
  if (!body->contains("source")) {
    const Json size = has_size ? body->at("size") : Json();
    if (has_size && (!size.is_number_unsigned() || size.get<std::uint64_t>() == 0)) {
      return make_problem(400, "\"size\" must be a number of bytes, 1 or more.");
    }
    const ByteCount wanted{has_size ? size.get<std::uint64_t>() : 0};
    made = site.services.administration.create_image(image, wanted);
  } else {
    if (request.door != Door::control) return refuse_path("source");
    const auto source = read_path(*body, "source");
    if (!source) return make_problem(source.error());
    if (auto wrong = read_source_words(*body, image)) return std::move(*wrong);
    if (body->contains("wait")) return start_import(*body, image, *source, site);
    boot::Intake* const intake = site.services.intake;
    const auto added = intake != nullptr ? intake->import_image(image, *source)
                                         : site.services.administration.import_image(image, *source);
    if (!added) return make_problem(added.error());
    return make_created(render_added_image(*added), *name);
  }
  return made ? make_created(render_image(*made), *name) : make_problem(made.error());
}

Answer grow_image(const Request& request, const Site& site) {
  const auto body = parse_body(request, {"size"});
  if (!body) return make_problem(body.error());
  const auto size = body->find("size");
  if (size == body->end() || !size->is_number_unsigned() || size->get<std::uint64_t>() == 0)
    return make_problem(400, "\"size\" must be a number of bytes, 1 or more: what the image has afterwards.");
  const auto grown =
      site.services.administration.grow_image(request.captures[0], ByteCount{size->get<std::uint64_t>()});
  return grown ? make_json(200, render_image(*grown)) : make_problem(grown.error());
}

namespace {

Json render_findings(const std::vector<boot::ImageFinding>& findings) {
  Json list = Json::array();
  for (const boot::ImageFinding& finding : findings) {
    list.push_back({{"severity", finding.severity},
                    {"code", finding.code},
                    {"sentence", finding.sentence},
                    {"mend", finding.mend},
                    {"repairable", finding.repairable}});
  }
  return list;
}

Answer show_check(const Result<boot::ImageCheck>& check) {
  if (!check) return make_problem(check.error());
  return make_json(200, {{"image", check->image},
                         {"kind", check->kind},
                         {"worst", check->worst},
                         {"findings", render_findings(check->findings)},
                         {"mended", render_findings(check->mended)}});
}

}  // namespace

Answer check_image(const Request& request, const Site& site) {
  return show_check(site.services.administration.check_image(request.captures[0]));
}

Answer repair_image(const Request& request, const Site& site) {
  if (!request.body.empty()) {
    if (const auto body = parse_body(request, {}); !body) return make_problem(body.error());
  }
  return show_check(site.services.administration.repair_image(request.captures[0]));
}

Answer remove_image(const Request& request, const Site& site) {
  const auto done = site.services.administration.remove_image(request.captures[0]);
  return done ? Answer(204) : make_problem(done.error());
}

Answer get_image_path(const Request& request, const Site& site) {
  const auto path = site.services.administration.image_path(request.captures[0]);
  return path ? make_json(200, {{"path", path->string()}}) : make_problem(path.error());
}

}  // namespace bootferry::http::api
