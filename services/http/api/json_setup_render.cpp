// SPDX-License-Identifier: Apache-2.0
#include "http/api/json_boot.hpp"
#include "http/api/json_setup.hpp"

namespace bootferry::http::api {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

/// `wanted` of an answer's keys: those that a write takes, too.
Json pick(const Json& object, std::initializer_list<const char*> wanted) {
  Json picked = Json::object();
  for (const char* key : wanted) picked[key] = object.at(key);
  return picked;
}

Json render_setup_client(const boot::Client& client) {
  const auto& address = client.reserved_address;
  return {{"mac", client.mac.to_string()},
          {"name", client.name},
          {"entries", render_entries(client.menu.entries)},
          {"default_entry", text_or_null(client.menu.default_entry)},
          {"menu_timeout", render_timeout(client.menu.timeout)},
          {"groups", client.groups},
          {"variables", render_variables(client.menu.variables)},
          {"reserved_address", address ? Json(address->to_string()) : Json()},
          {"access", pick(render_access(client.access), {"auth", "initiator", "user", "from"})},
          {"quirks", pick(render_quirks(client.quirks),
                          {"proxy_form", "loader", "tftp_no_options", "tftp_block_size", "serial_console"})}};
}

}  // namespace

Json render_setup_image(const boot::Image& image) {
  return {{"name", image.name},
          {"format", image.format},
          {"block_size", image.block_size},
          {"physical_block_size", image.traits.physical_block_size},
          {"removable", image.traits.removable},
          {"thick", image.traits.thick}};
}

Json render_setup(const boot::RegistrySnapshot& registry, const std::vector<OwnTemplate>& templates) {
  Json document{{"bootferry", setup_version}};
  Json& images = document["images"] = Json::array();
  for (const auto& [name, image] : registry.images) images.push_back(render_setup_image(image));
  Json& groups = document["groups"] = Json::array();
  for (const auto& [name, group] : registry.groups) {
    groups.push_back(
        pick(render_group(group, registry), {"name", "entries", "default_entry", "menu_timeout", "variables"}));
  }
  Json& rules = document["rules"] = Json::array();
  for (const boot::Rule& rule : registry.rules) rules.push_back(render_rule(rule));
  document["default"] = render_assignment(registry.unknown);
  Json& clients = document["clients"] = Json::array();
  for (const auto& [mac, client] : registry.clients) {
    if (client.known) clients.push_back(render_setup_client(client));
  }
  Json& own = document["templates"] = Json::array();
  for (const OwnTemplate& one : templates) own.push_back({{"name", one.name}, {"text", one.text}});
  return document;
}

Json render_change(const boot::SetupChange& change) {
  return {{"what", change.what},
          {"name", change.name},
          {"change", boot::name_of(change.kind)},
          {"why", text_or_null(change.why)}};
}

}  // namespace bootferry::http::api
