// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "http/api/json.hpp"
#include "http/api/json_boot.hpp"

namespace bootferry::http::api {
namespace {

constexpr std::uint64_t most_ordinal = 1'000'000;

std::unexpected<Error> wrong(std::string message) { return fail(ErrorKind::invalid, std::move(message)); }

/// What nlohmann would let pass silently: the second of two equal keys would win.
class TwinFinder {
 public:
  bool operator()(int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end && !open_.empty()) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.empty() && !open_.back().insert(value.get<std::string>()).second) {
      twin = value.get<std::string>();
    }
    return true;
  }

  std::optional<std::string> twin;

 private:
  std::vector<std::set<std::string>> open_;
};

/// A text, or null for none of it.
Result<std::optional<std::string>> find_text(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::optional<std::string>();
  if (found->is_null()) return std::optional<std::string>("");
  if (!found->is_string()) return wrong(fmt::format("\"{}\" must be a text or null.", key));
  return std::optional(found->get<std::string>());
}

/// Its messages never quote a secret.
Result<boot::AccessChange> parse_access(const Json& value) {
  if (!value.is_object()) return wrong("\"access\" must be an object.");
  if (auto known = check_keys(value, {"auth", "initiator", "user", "from", "secret", "target_secret"}); !known)
    return std::unexpected(known.error());
  boot::AccessChange change;
  std::optional<std::string> auth, from, secret, target_secret;
  for (const auto& [key, place] :
       {std::pair{"auth", &auth}, std::pair{"initiator", &change.initiator}, std::pair{"user", &change.user},
        std::pair{"from", &from}, std::pair{"secret", &secret}, std::pair{"target_secret", &target_secret}}) {
    auto text = find_text(value, key);
    if (!text) return std::unexpected(text.error());
    *place = std::move(*text);
  }
  if (auth) {
    const auto kind = boot::parse_auth_kind(*auth);
    if (!kind) return std::unexpected(kind.error());
    change.auth = *kind;
  }
  if (from && from->empty()) change.from.emplace(std::nullopt);
  if (from && !from->empty()) {
    const auto network = parse_ip_network(*from);
    if (!network) return std::unexpected(network.error());
    change.from.emplace(*network);
  }
  if (secret) change.secret = boot::Secret(std::move(*secret));
  if (target_secret) change.target_secret = boot::Secret(std::move(*target_secret));
  return change;
}

/// A number, or null for none (0).
Result<std::optional<std::uint64_t>> find_number(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::optional<std::uint64_t>();
  if (found->is_null()) return std::optional<std::uint64_t>(0);
  if (!found->is_number_unsigned()) return wrong(fmt::format("\"{}\" must be a number, or null.", key));
  return std::optional(found->get<std::uint64_t>());
}

Result<boot::QuirksChange> parse_quirks(const Json& value) {
  if (!value.is_object()) return wrong("\"quirks\" must be an object.");
  if (auto known = check_keys(value, {"proxy_form", "loader", "tftp_no_options", "tftp_block_size", "serial_console"});
      !known)
    return std::unexpected(known.error());
  boot::QuirksChange change;
  if (value.contains("proxy_form")) {
    const auto name = require_text(value, "proxy_form");
    if (!name) return std::unexpected(name.error());
    const auto form = boot::parse_proxy_form(*name);
    if (!form) return std::unexpected(form.error());
    change.proxy_form = *form;
  }
  auto loader = find_text(value, "loader");
  if (!loader) return std::unexpected(loader.error());
  change.loader = std::move(*loader);
  if (const auto plain = value.find("tftp_no_options"); plain != value.end()) {
    if (!plain->is_boolean()) return wrong("\"tftp_no_options\" must be true or false.");
    change.tftp_no_options = plain->get<bool>();
  }
  for (const auto& [key, place] :
       {std::pair{"tftp_block_size", &change.tftp_block_size}, std::pair{"serial_console", &change.serial_console}}) {
    auto number = find_number(value, key);
    if (!number) return std::unexpected(number.error());
    *place = *number;
  }
  // Tried on a client without quirks, so that a wrong value is told before anything else is looked at.
  if (auto good = boot::change_quirks({}, change); !good) return std::unexpected(good.error());
  return change;
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::size_t max_size) {
  if (auto shape = check_json_shape(text, max_size); !shape) return std::unexpected(shape.error());
  TwinFinder finder;
  auto callback = [&finder](int depth, Json::parse_event_t event, Json& value) { return finder(depth, event, value); };
  Json value = Json::parse(text, callback, false);
  if (value.is_discarded()) return wrong("The body is not JSON in UTF-8.");
  if (finder.twin) return wrong(fmt::format("The key \"{}\" is there twice.", *finder.twin));
  return value;
}

Result<void> check_keys(const Json& object, std::initializer_list<std::string_view> keys) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    return wrong(
        fmt::format("Nobody knows the key \"{}\" here; known are: {}.", key.substr(0, 64), fmt::join(keys, ", ")));
  }
  return {};
}

Result<Json> parse_body(const Request& request, std::initializer_list<std::string_view> keys) {
  auto body = parse_json(request.body);
  if (!body) return body;
  if (!body->is_object()) return wrong("The body must be a JSON object.");
  if (auto known = check_keys(*body, keys); !known) return std::unexpected(known.error());
  return body;
}

Result<std::uint64_t> require_number(std::string_view name, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return wrong(fmt::format("\"{}\" must be a number.", name));
  return value;
}

Result<unsigned> require_ordinal(std::string_view name, std::string_view text) {
  const auto number = require_number(name, text);
  if (!number) return std::unexpected(number.error());
  if (*number == 0 || *number > most_ordinal) return wrong(fmt::format("\"{}\" must be a number from 1 on.", name));
  return static_cast<unsigned>(*number);
}

Result<unsigned> require_count(const Json& body, std::string_view key) {
  const auto found = body.find(key);
  if (found == body.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > most_ordinal)
    return wrong(fmt::format("\"{}\" must be a number.", key));
  return found->get<unsigned>();
}

Result<std::optional<unsigned>> find_count(const Json& body, std::string_view key) {
  if (!body.contains(key)) return std::optional<unsigned>();
  const auto count = require_count(body, key);
  if (!count) return std::unexpected(count.error());
  return std::optional(*count);
}

Result<std::string> require_text(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end()) return wrong(fmt::format("\"{}\" is missing.", key));
  if (!found->is_string()) return wrong(fmt::format("\"{}\" must be a text.", key));
  return found->get<std::string>();
}

Result<boot::ClientChange> parse_client_change(const Json& body) {
  boot::ClientChange change;
  if (const auto name = body.find("name"); name != body.end()) {
    if (!name->is_string()) return wrong("\"name\" must be a text.");
    change.name = name->get<std::string>();  // empty: the name is taken back
    if (auto checked = boot::check_client_name(*change.name); !checked && !change.name->empty())
      return std::unexpected(checked.error());
  }
  if (const auto entry = body.find("boot"); entry != body.end()) {
    auto parsed = parse_boot(*entry, "\"boot\"");
    if (!parsed) return std::unexpected(parsed.error());
    change.boot = std::move(*parsed);
  }
  if (auto menu = parse_menu_change(body, change); !menu) return std::unexpected(menu.error());
  if (const auto access = body.find("access"); access != body.end()) {
    auto parsed = parse_access(*access);
    if (!parsed) return std::unexpected(parsed.error());
    change.access = std::move(*parsed);
  }
  if (const auto quirks = body.find("quirks"); quirks != body.end()) {
    auto parsed = parse_quirks(*quirks);
    if (!parsed) return std::unexpected(parsed.error());
    change.quirks = std::move(*parsed);
  }
  if (const auto address = body.find("reserved_address"); address != body.end()) {
    if (address->is_null()) {
      change.reserved_address.emplace(std::nullopt);
    } else if (address->is_string()) {
      auto parsed = parse_ipv4_address(address->get<std::string>());
      if (!parsed) return std::unexpected(parsed.error());
      change.reserved_address.emplace(*parsed);
    } else {
      return wrong("\"reserved_address\" must be an IPv4 address in quotes, or null.");
    }
  }
  return change;
}

Result<bool> find_dry_run(const Request& request) {
  bool dry_run = false;
  for (const auto& [key, value] : request.target.query) {
    if (key != "dry_run" || (value != "true" && value != "false")) return wrong("Known here is only ?dry_run=true.");
    dry_run = value == "true";
  }
  return dry_run;
}

Result<MacAddress> require_mac(const Request& request) { return parse_mac_address(request.captures[0]); }

}  // namespace bootferry::http::api
