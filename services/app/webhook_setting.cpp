// SPDX-License-Identifier: Apache-2.0
#include "app/webhook_setting.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "app/webhook_message.hpp"
#include "boot/event.hpp"

namespace bootferry::app {
namespace {

constexpr std::size_t most_webhooks = 8, most_events = 64, most_fields = 16;

std::unexpected<Error> wrong(const toml::node& node, std::string why) {
  return fail(ErrorKind::invalid, fmt::format("line {}: {}", node.source().begin.line, why));
}

Result<std::string> text_of(const toml::node& node, std::string_view key) {
  if (const auto* text = node.as_string(); text && !text->get().empty()) return text->get();
  return wrong(node, fmt::format("{} must be a text in quotes", key));
}

Result<void> read_url(const toml::node& node, Webhook& hook) {
  const auto url = text_of(node, "url");
  if (!url) return std::unexpected(url.error());
  auto parsed = parse_web_url(*url);
  if (!parsed) return wrong(node, parsed.error().message);
  hook.url = *url;
  hook.server = std::move(parsed->server);
  hook.target = std::move(parsed->target);
  return {};
}

Result<void> read_events(const toml::node& node, Webhook& hook) {
  const toml::array* list = node.as_array();
  if (!list || list->empty() || list->size() > most_events)
    return wrong(node, fmt::format("events must be a list like [\"{}\", \"{}\"]", unknown_client, boot_failed));
  for (const toml::node& item : *list) {
    const std::string name = item.is_string() ? item.as_string()->get() : "";
    if (name != unknown_client && name != boot_failed && !boot::parse_event_kind(name)) {
      return wrong(item, fmt::format("\"{}\" is no event; there are \"{}\", \"{}\" and the kinds that \"Live events\" "
                                     "in docs/api.md lists",
                                     name.substr(0, 40), unknown_client, boot_failed));
    }
    hook.events.push_back(name);
  }
  return {};
}

Result<void> read_fields(const toml::node& node, Webhook& hook) {
  const toml::table* table = node.as_table();
  if (!table || table->size() > most_fields)
    return wrong(node, fmt::format("fields must be a table of at most {}, like {{topic = \"lab\"}}", most_fields));
  for (const auto& [key, value] : *table) {
    const std::string name(key.str());
    if (is_own_key(name))
      return wrong(value, fmt::format("fields.{} is a key of Bootferry's own; name it another", name));
    if (const auto* text = value.as_string())
      hook.fields.emplace_back(name, text->get());
    else if (const auto* number = value.as_integer())
      hook.fields.emplace_back(name, number->get());
    else if (const auto* truth = value.as_boolean())
      hook.fields.emplace_back(name, truth->get());
    else
      return wrong(value, fmt::format("fields.{} must be a text, a whole number, true or false", name));
  }
  return {};
}

Result<void> read_key(std::string_view key, const toml::node& node, Webhook& hook) {
  if (key == "url") return read_url(node, hook);
  if (key == "events") return read_events(node, hook);
  if (key == "fields") return read_fields(node, hook);
  if (key != "secret_file" && key != "ca_file") {
    return wrong(node, fmt::format("unknown key \"{}\"; a webhook has url, events, secret_file, ca_file and fields",
                                   key.substr(0, 40)));
  }
  auto file = text_of(node, key);
  if (!file) return std::unexpected(file.error());
  (key == "ca_file" ? hook.ca_file : hook.secret_file) = *file;
  return {};
}

Result<Webhook> read_webhook(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (!table) return wrong(node, "each of webhooks must be a table with url and events");
  Webhook hook;
  for (const auto& [key, value] : *table) {
    if (auto read = read_key(key.str(), value, hook); !read) return std::unexpected(read.error());
  }
  if (hook.url.empty()) return wrong(node, "url is missing; write the address that takes the POST");
  if (hook.events.empty())
    return wrong(node, fmt::format("events is missing; write events = [\"{}\", \"{}\"]", unknown_client, boot_failed));
  hook.server.ca_file = hook.ca_file;
  return hook;
}

/// A basic string (TOML 1.0), whatever is in it.
std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      quoted += c;
  }
  return quoted + '"';
}

std::string write_value(const Webhook::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quote(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<bool>(value) ? "true" : "false";
}

std::string write_webhook(const Webhook& hook) {
  std::string events, fields;
  for (const std::string& name : hook.events) events += (events.empty() ? "" : ", ") + quote(name);
  for (const auto& [name, value] : hook.fields)
    fields += fmt::format("{}{} = {}", fields.empty() ? "" : ", ", quote(name), write_value(value));
  std::string text = fmt::format("{{url = {}, events = [{}]", quote(hook.url), events);
  if (!hook.secret_file.empty()) text += ", secret_file = " + quote(hook.secret_file.string());
  if (!hook.ca_file.empty()) text += ", ca_file = " + quote(hook.ca_file.string());
  if (!fields.empty()) text += ", fields = {" + fields + "}";
  return text + "}";
}

}  // namespace

Result<std::vector<Webhook>> read_webhooks(const toml::node& node) {
  const toml::array* list = node.as_array();
  if (!list || list->size() > most_webhooks)
    return fail(ErrorKind::invalid, fmt::format("must be at most {} tables, each below [[webhooks]]", most_webhooks));
  std::vector<Webhook> hooks;
  for (const toml::node& item : *list) {
    auto hook = read_webhook(item);
    if (!hook) return std::unexpected(hook.error());
    hooks.push_back(*std::move(hook));
  }
  return hooks;
}

std::string write_webhooks(const std::vector<Webhook>& webhooks) {
  if (webhooks.empty()) return "[]";
  std::string text = "[";
  for (const Webhook& hook : webhooks) text += "\n  " + write_webhook(hook) + ",";
  return text + "\n]";
}

}  // namespace bootferry::app
