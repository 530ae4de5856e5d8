// SPDX-License-Identifier: Apache-2.0
// Wake-on-LAN, boot media, the self-test, and what is told to who helps.
#include <fmt/format.h>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"
#include "http/authority.hpp"
#include "http/files.hpp"

namespace bootferry::http::api {
namespace {

Answer not_offered() { return make_problem(501, "This server does not offer that."); }

Result<std::filesystem::path> make_medium(const Request& request, const Site& site) {
  const auto kind = boot::parse_medium_kind(request.captures[0]);
  if (!kind) return fail(ErrorKind::not_found, "There is no such medium; there are floppy, iso and usb.");
  return site.services.media->make(*kind);
}

}  // namespace

Answer wake_client(const Request& request, const Site& site) {
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  if (mac->is_multicast() || *mac == MacAddress{})
    return make_problem(400, fmt::format("{} is not a machine's own address.", mac->to_string()));
  const auto body =
      request.body.empty() ? Result<Json>(Json::object()) : parse_body(request, {"broadcast", "next_boot"});
  if (!body) return make_problem(body.error());
  std::optional<Ipv4Address> broadcast;
  if (body->contains("broadcast")) {
    const auto text = require_text(*body, "broadcast");
    const auto address = text ? parse_ipv4_address(*text) : Result<Ipv4Address>(std::unexpected(text.error()));
    if (!address) return make_problem(address.error());
    broadcast = *address;
  }
  if (!site.services.waker) return not_offered();
  if (body->contains("next_boot")) {
    const auto change = parse_client_change({{"next_boot", (*body)["next_boot"]}});
    if (!change) return make_problem(change.error());
    // First what it shall boot, then the packet: it may be quick.
    if (auto set = site.services.administration.put_client(*mac, *change); !set) return make_problem(set.error());
  }
  const auto sent = site.services.waker->wake(*mac, broadcast);
  return sent ? make_json(200, {{"mac", mac->to_string()}, {"sent", *sent}}) : make_problem(sent.error());
}

Answer insert_floppy(const Request& request, const Site& site) {
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  const auto body = parse_body(request, {"image"});
  if (!body) return make_problem(body.error());
  const auto image = require_text(*body, "image");
  if (!image) return make_problem(image.error());
  if (!site.services.floppy_drives) return not_offered();
  const auto inserted = site.services.floppy_drives->insert_floppy(*mac, *image);
  if (!inserted) return make_problem(inserted.error());
  boot::Event event;
  event.kind = boot::EventKind::floppy_changed;
  event.mac = *mac;
  event.text = fmt::format("PC {} has the floppy {} in its drive now, instead of {}", mac->to_string(), inserted->image,
                           inserted->before);
  event.fields = {{"image", inserted->image}, {"before", inserted->before}};
  site.services.events.publish(std::move(event));
  return make_json(200, {{"mac", mac->to_string()}, {"image", inserted->image}, {"before", inserted->before}});
}

Answer get_medium(const Request& request, const Site& site) {
  if (!site.services.media) return not_offered();
  const auto path = make_medium(request, site);
  if (!path) return make_problem(path.error());
  auto file = open_named(*path);
  if (!file) return make_problem(file.error());
  const std::string name = path->filename();
  Answer answer = answer_file(request, std::move(*file), name);
  answer.add_header("Content-Disposition", fmt::format("attachment; filename=\"{}\"", name));
  return answer;
}

Answer get_medium_path(const Request& request, const Site& site) {
  if (!site.services.media) return not_offered();
  const auto path = make_medium(request, site);
  return path ? make_json(200, {{"path", path->string()}}) : make_problem(path.error());
}

Answer get_diagnostics(const Request&, const Site& site) {
  if (!site.services.diagnostics) return not_offered();
  Answer answer(200, "text/plain; charset=utf-8", site.services.diagnostics->render_diagnostics());
  answer.add_header("Content-Disposition", "attachment; filename=\"bootferry-diagnostics.txt\"");
  answer.add_header("Cache-Control", "no-store");
  return answer;
}

Answer run_check(const Request&, const Site& site) {
  if (!site.services.self_check) return not_offered();
  Json lines = Json::array();
  auto worst = boot::CheckVerdict::ok;
  for (const boot::CheckLine& line : site.services.self_check->run()) {
    worst = std::max(worst, line.verdict);
    lines.push_back({{"id", line.id},
                     {"verdict", boot::name_of(line.verdict)},
                     {"text", line.text},
                     {"mend", line.mend.empty() ? Json(nullptr) : Json(line.mend)}});
  }
  return make_json(200, {{"worst", boot::name_of(worst)}, {"lines", std::move(lines)}});
}

/// Whoever sets the server up sees what stands in its way before he has a password. It tells of ports, programs and
/// other servers, so it takes the code, and nobody has one once there is an admin.
Answer run_check_at_first_visit(const Request& request, const Site& site) {
  if (!site.services.accounts) return not_offered();
  const auto refusal =
      site.services.accounts->refuse_code(request.first_visit_code, {request.from, request.user_agent});
  return refusal ? make_refusal(*refusal) : run_check(request, site);
}

}  // namespace bootferry::http::api
