// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "http/api/json.hpp"
#include "http/syntax/json_shape.hpp"

namespace bootferry::http::api {
namespace {

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

Result<std::vector<std::string>> require_texts(const Json& object, std::string_view key) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end()) return texts;
  if (!found->is_array()) return wrong(fmt::format("\"{}\" must be a list of texts.", key));
  for (const Json& item : *found) {
    if (!item.is_string()) return wrong(fmt::format("\"{}\" must be a list of texts.", key));
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

Result<boot::BootEntry> parse_disks(const Json& value) {
  const auto found = value.find("drives");
  if (found == value.end() || !found->is_array())
    return wrong("\"drives\" must be a list of {\"image\": NAME, \"mode\": MODE}.");
  if (found->empty() || found->size() > boot::max_drives) {
    return wrong(fmt::format("\"drives\" must have 1 to {} entries.", boot::max_drives));
  }
  boot::Disks disks;
  for (const Json& item : *found) {
    if (!item.is_object()) return wrong("Each of \"drives\" must be {\"image\": NAME, \"mode\": MODE}.");
    if (auto known = check_keys(item, {"image", "mode", "quota"}); !known) return std::unexpected(known.error());
    auto image = require_text(item, "image");
    if (!image) return std::unexpected(image.error());
    auto mode_name = require_text(item, "mode");
    if (!mode_name) return std::unexpected(mode_name.error());
    auto mode = boot::parse_drive_mode(*mode_name);
    if (!mode) return std::unexpected(mode.error());
    boot::Drive drive{std::move(*image), *mode};
    if (const auto quota = item.find("quota"); quota != item.end() && !quota->is_null()) {
      if (!quota->is_number_unsigned()) return wrong("\"quota\" must be a number of bytes, or null.");
      drive.quota = {quota->get<std::uint64_t>()};
    }
    disks.drives.push_back(std::move(drive));
  }
  return boot::BootEntry(std::move(disks));
}

Result<boot::BootEntry> parse_kernel(const Json& value) {
  boot::Kernel kernel;
  auto file = require_text(value, "kernel");
  if (!file) return std::unexpected(file.error());
  kernel.kernel = std::move(*file);
  auto initrds = require_texts(value, "initrds");
  if (!initrds) return std::unexpected(initrds.error());
  kernel.initrds = std::move(*initrds);
  if (value.contains("command_line")) {
    auto line = require_text(value, "command_line");
    if (!line) return std::unexpected(line.error());
    kernel.command_line = std::move(*line);
  }
  return boot::BootEntry(std::move(kernel));
}

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

}  // namespace

Result<Json> parse_json(std::string_view text) {
  if (auto shape = check_json_shape(text); !shape) return std::unexpected(shape.error());
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

Result<std::string> require_text(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end()) return wrong(fmt::format("\"{}\" is missing.", key));
  if (!found->is_string()) return wrong(fmt::format("\"{}\" must be a text.", key));
  return found->get<std::string>();
}

Result<boot::BootEntry> parse_boot(const Json& value, std::string_view where) {
  if (!value.is_object()) return wrong(fmt::format("{} must be an object with a \"kind\".", where));
  auto kind = require_text(value, "kind");
  if (!kind) return std::unexpected(kind.error());
  Result<boot::BootEntry> entry;
  Result<void> known;
  if (*kind == "wait") {
    known = check_keys(value, {"kind"});
    entry = boot::Wait{};
  } else if (*kind == "local") {
    known = check_keys(value, {"kind"});
    entry = boot::LocalDisk{};
  } else if (*kind == "disks") {
    known = check_keys(value, {"kind", "drives"});
    entry = parse_disks(value);
  } else if (*kind == "kernel") {
    known = check_keys(value, {"kind", "kernel", "initrds", "command_line"});
    entry = parse_kernel(value);
  } else {
    return wrong("\"kind\" must be one of: wait, disks, kernel, local.");
  }
  if (!known) return std::unexpected(known.error());
  if (!entry) return entry;
  if (auto checked = boot::check_boot_entry(*entry); !checked) return std::unexpected(checked.error());
  return entry;
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
  if (const auto access = body.find("access"); access != body.end()) {
    auto parsed = parse_access(*access);
    if (!parsed) return std::unexpected(parsed.error());
    change.access = std::move(*parsed);
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

Result<MacAddress> require_mac(const Request& request) { return parse_mac_address(request.captures[0]); }

}  // namespace bootferry::http::api
