// SPDX-License-Identifier: Apache-2.0
// Overlays of clients, and the versions of images.
#include <fmt/format.h>

#include <algorithm>

#include "http/api/json.hpp"
#include "http/api/overlay_name.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Result<std::string> find_comment(const Json& body) {
  if (!body.contains("comment")) return std::string();
  auto comment = require_text(body, "comment");
  if (!comment) return comment;
  if (auto good = boot::check_comment(*comment); !good) return std::unexpected(good.error());
  return comment;
}

Json render_version(const boot::VersionView& view) {
  Json users = Json::array();
  for (const std::string& user : view.users) users.push_back(user);
  return {{"number", view.version.number},
          {"comment", view.version.comment},
          {"created", render_time(view.version.created)},
          {"size", view.size.value},
          {"allocated", view.allocated.value},
          {"depth", view.depth},
          {"used_by", std::move(users)}};
}

Json render_snapshot(const boot::SnapshotView& view) {
  return {{"number", view.snapshot.number},
          {"version", view.snapshot.version},
          {"comment", view.snapshot.comment},
          {"created", render_time(view.snapshot.created)},
          {"allocated", view.allocated.value}};
}

Json render_overlay(const boot::OverlayView& view) {
  Json snapshots = Json::array();
  for (const boot::SnapshotView& one : view.snapshots) snapshots.push_back(render_snapshot(one));
  const boot::Overlay& overlay = view.overlay;
  return {{"mac", overlay.key.mac.to_string()},
          {"image", overlay.key.image},
          {"mode", boot::name_of(overlay.key.mode)},
          {"version", overlay.version},
          {"current_version", view.current},
          {"behind", view.is_behind()},
          {"in_use", view.in_use},
          {"created", render_time(overlay.created)},
          {"size", view.size.value},
          {"allocated", view.allocated.value},
          {"quota", view.quota.value == 0 ? Json(nullptr) : Json(view.quota.value)},
          {"snapshots", std::move(snapshots)}};
}

Answer no_lives() { return make_problem(503, "This server keeps no overlays."); }

Answer change_overlay(const Request& request, const Site& site, const Result<boot::OverlayVerb>& verb) {
  if (!verb) return make_problem(verb.error());
  const auto name = require_overlay_name(request);
  if (!name) return make_problem(name.error());
  if (!site.services.lives) return no_lives();
  if (auto done = site.services.lives->change_overlay(*name, *verb); !done) return make_problem(done.error());
  if (std::holds_alternative<boot::Discard>(*verb)) return Answer(204);
  const auto view = site.services.lives->require_overlay(*name);
  return view ? make_json(200, render_overlay(*view)) : make_problem(view.error());
}

Answer change_versions(const Request& request, const Site& site, const Result<boot::VersionVerb>& verb,
                       const std::string& shown) {
  if (!verb) return make_problem(verb.error());
  if (!site.services.lives) return no_lives();
  if (auto done = site.services.lives->change_versions(request.captures[0], *verb); !done)
    return make_problem(done.error());
  const auto view = site.services.administration.require_image(shown);
  return view ? make_json(200, render_image(*view)) : make_problem(view.error());
}

template <class Verb>
Result<boot::OverlayVerb> with_comment(const Request& request) {
  const auto body = parse_body(request, {"comment"});
  if (!body) return std::unexpected(body.error());
  auto comment = find_comment(*body);
  if (!comment) return std::unexpected(comment.error());
  return Verb{std::move(*comment)};
}

}  // namespace

Result<boot::OverlayName> require_overlay_name(const Request& request, std::initializer_list<std::string_view> others) {
  const auto mac = require_mac(request);
  if (!mac) return std::unexpected(mac.error());
  boot::OverlayName name{*mac, request.captures[1]};
  if (auto good = boot::check_image_name(name.image); !good) return std::unexpected(good.error());
  for (const auto& [key, value] : request.target.query) {
    if (std::ranges::find(others, key) != others.end()) continue;
    if (key != "mode") return fail(ErrorKind::invalid, "known here is only ?mode=private or ?mode=fresh");
    const auto mode = boot::parse_drive_mode(value);
    if (!mode) return std::unexpected(mode.error());
    name.mode = *mode;
  }
  return name;
}

Answer list_overlays(const Request& request, const Site& site) {
  if (!site.services.lives) return no_lives();
  const auto key_of = [](const boot::OverlayView& view) {
    const boot::OverlayKey& key = view.overlay.key;
    return fmt::format("{}/{}/{}", key.mac.to_string(), key.image, boot::name_of(key.mode));
  };
  return make_list(request, "overlays", site.services.lives->overlays(), key_of, render_overlay);
}

Answer get_overlay(const Request& request, const Site& site) {
  const auto name = require_overlay_name(request);
  if (!name) return make_problem(name.error());
  if (!site.services.lives) return no_lives();
  const auto view = site.services.lives->require_overlay(*name);
  return view ? make_json(200, render_overlay(*view)) : make_problem(view.error());
}

Answer discard_overlay(const Request& request, const Site& site) {
  return change_overlay(request, site, boot::OverlayVerb(boot::Discard{}));
}

Answer take_snapshot(const Request& request, const Site& site) {
  return change_overlay(request, site, with_comment<boot::TakeSnapshot>(request));
}

Answer apply_overlay(const Request& request, const Site& site) {
  return change_overlay(request, site, with_comment<boot::Apply>(request));
}

Answer rebase_overlay(const Request& request, const Site& site) {
  return change_overlay(request, site, boot::OverlayVerb(boot::Rebase{}));
}

Answer roll_back(const Request& request, const Site& site) {
  const auto body = parse_body(request, {"snapshot"});
  if (!body) return make_problem(body.error());
  const auto number = require_count(*body, "snapshot");
  if (!number) return make_problem(number.error());
  return change_overlay(request, site, boot::OverlayVerb(boot::Rollback{*number}));
}

Answer remove_snapshot(const Request& request, const Site& site) {
  const auto number = require_ordinal("snapshot", request.captures[2]);
  if (!number) return make_problem(number.error());
  return change_overlay(request, site, boot::OverlayVerb(boot::RemoveSnapshot{*number}));
}

Answer clone_overlay(const Request& request, const Site& site) {
  const auto body = parse_body(request, {"name"});
  if (!body) return make_problem(body.error());
  const auto name = require_text(*body, "name");
  if (!name) return make_problem(name.error());
  return change_overlay(request, site, boot::OverlayVerb(boot::Clone{*name}));
}

Answer grow_overlay(const Request& request, const Site& site) {
  const auto body = parse_body(request, {"size"});
  if (!body) return make_problem(body.error());
  const auto size = body->find("size");
  if (size == body->end() || !size->is_number_unsigned() || size->get<std::uint64_t>() == 0)
    return make_problem(400, "\"size\" must be a number of bytes, 1 or more: what the disk has afterwards.");
  return change_overlay(request, site, boot::OverlayVerb(boot::Grow{{size->get<std::uint64_t>()}}));
}

Answer list_versions(const Request& request, const Site& site) {
  if (!site.services.lives) return no_lives();
  const auto views = site.services.lives->versions(request.captures[0]);
  if (!views) return make_problem(views.error());
  Json list = Json::array();
  for (const boot::VersionView& view : *views) list.push_back(render_version(view));
  return make_json(200, {{"versions", std::move(list)}});
}

Answer publish_image(const Request& request, const Site& site) {
  const auto body = parse_body(request, {"comment", "from"});
  if (!body) return make_problem(body.error());
  const auto comment = find_comment(*body);
  if (!comment) return make_problem(comment.error());
  const auto from = find_count(*body, "from");
  if (!from) return make_problem(from.error());
  return change_versions(request, site, boot::VersionVerb(boot::Publish{*comment, *from}), request.captures[0]);
}

Answer clone_image(const Request& request, const Site& site) {
  const auto body = parse_body(request, {"name", "from"});
  if (!body) return make_problem(body.error());
  const auto name = require_text(*body, "name");
  if (!name) return make_problem(name.error());
  const auto from = find_count(*body, "from");
  if (!from) return make_problem(from.error());
  return change_versions(request, site, boot::VersionVerb(boot::CloneImage{*name, *from}), *name);
}

Answer remove_version(const Request& request, const Site& site) {
  const auto number = require_ordinal("version", request.captures[1]);
  if (!number) return make_problem(number.error());
  return change_versions(request, site, boot::VersionVerb(boot::RemoveVersion{*number}), request.captures[0]);
}

}  // namespace bootferry::http::api
