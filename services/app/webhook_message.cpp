// SPDX-License-Identifier: Apache-2.0
#include "app/webhook_message.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "boot/boot_hearing.hpp"

namespace bootferry::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 9> own_keys{"kind", "id",     "time", "mac", "name",
                                                   "text", "reason", "mend", "link"};

bool is_unknown(const boot::Event& event, const boot::RegistrySnapshot& registry) {
  if (event.kind != boot::EventKind::client_seen || !event.mac) return false;
  const boot::Client* client = registry.find_client(*event.mac);
  return client && !client->known;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

/// {{text}} and its like, of the keys above; others stay as they are. A machine without a name is named by its MAC
/// address. What is put in is not looked at again: a machine
/// may have written it.
std::string fill_in(std::string_view text, const Json& message) {
  std::string filled;
  for (std::size_t open = text.find("{{"); open != text.npos; open = text.find("{{")) {
    const std::size_t close = std::min(text.find("}}", open), text.size());
    const std::string_view key = text.substr(open, close - open).substr(2);
    filled += text.substr(0, open);
    if (close == text.size() || !is_own_key(key)) {
      filled += "{{";
      text.remove_prefix(open + 2);
      continue;
    }
    const bool is_unnamed = key == "name" && message.at(key).is_null();
    const Json& value = message.at(is_unnamed ? "mac" : key);
    filled += value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
    text.remove_prefix(close + 2);
  }
  return filled.append(text);
}

Json value_of(const Webhook::Value& value, const Json& message) {
  if (const auto* text = std::get_if<std::string>(&value)) return fill_in(*text, message);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  return std::get<bool>(value);
}

}  // namespace

std::string_view name_for(const Webhook& hook, const boot::Event& event, const boot::RegistrySnapshot& registry) {
  for (const std::string& name : hook.events) {
    if (name == unknown_client ? is_unknown(event, registry)
        : name == boot_failed  ? event.kind == boot::EventKind::boot_stalled
                               : name == boot::name_of(event.kind))
      return name;
  }
  return {};
}

WebhookMessage make_message(const Webhook& hook, std::string_view name, const boot::Event& event,
                            const boot::RegistrySnapshot& registry, const std::string& public_url) {
  const boot::Client* client = event.mac ? registry.find_client(*event.mac) : nullptr;
  const std::string mac = event.mac ? event.mac->to_string() : "";
  Json message{{"kind", name}, {"id", event.id}, {"time", render_time(event.at)}};
  message["mac"] = text_or_null(mac);
  message["name"] = text_or_null(client ? client->name : "");
  message["text"] = event.text;
  message["reason"] = text_or_null(boot::field_of(event, "reason"));
  message["mend"] = text_or_null(boot::field_of(event, "mend"));
  message["link"] = text_or_null(public_url.empty() || mac.empty() ? "" : public_url + "/#/machines/" + mac);
  Json whole = message;
  for (const auto& [key, value] : hook.fields) whole[key] = value_of(value, message);
  // Bytes that are no UTF-8 (a host name off the wire) are replaced.
  return {std::string(name), event.id, whole.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

std::string sign(std::string_view body, std::string_view secret) {
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(secret), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes(body), body.size());
  unsigned char sum[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, sum);
  char hex[2 * sizeof sum + 1];
  sodium_bin2hex(hex, sizeof hex, sum, sizeof sum);
  return fmt::format("sha256={}", hex);
}

bool is_own_key(std::string_view key) { return std::ranges::find(own_keys, key) != own_keys.end(); }

}  // namespace bootferry::app
