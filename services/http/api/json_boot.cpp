// SPDX-License-Identifier: Apache-2.0
#include "http/api/json_boot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "boot/entry_fields.hpp"

namespace bootferry::http::api {
namespace {

std::unexpected<Error> wrong(std::string message) { return fail(ErrorKind::invalid, std::move(message)); }

Result<std::vector<std::string>> parse_texts(const Json& value, std::string_view key) {
  std::vector<std::string> texts;
  const auto refusal = [&] { return wrong(fmt::format("\"{}\" must be a list of texts.", key)); };
  if (!value.is_array()) return refusal();
  for (const Json& item : value) {
    if (!item.is_string()) return refusal();
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

/// A boot's fields out of a JSON object; keeps the first thing that is wrong, and which keys there may be.
class FieldReader {
 public:
  explicit FieldReader(const Json& object) : object_(object) {}

  void required(const char* key, std::string& text) {
    known_.emplace_back(key);
    keep(require_text(object_, key), text);
  }
  void required(const char* key, std::vector<boot::Drive>& drives) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    if (found == object_.end() || !found->is_array())
      return refuse(wrong("\"drives\" must be a list of {\"image\": NAME, \"mode\": MODE}.").error());
    if (found->empty() || found->size() > boot::max_drives)
      return refuse(wrong(fmt::format("\"drives\" must have 1 to {} entries.", boot::max_drives)).error());
    for (const Json& item : *found) {
      if (!item.is_object())
        return refuse(wrong("Each of \"drives\" must be {\"image\": NAME, \"mode\": MODE}.").error());
      FieldReader one(item);
      drives.emplace_back();
      one.read_drive(drives.back(), true);
      if (auto verdict = one.verdict(); !verdict) return refuse(verdict.error());
    }
  }
  void optional(const char* key, std::string& text) {
    known_.emplace_back(key);
    if (object_.contains(key)) keep(require_text(object_, key), text);
  }
  void optional(const char* key, std::vector<std::string>& texts) {
    known_.emplace_back(key);
    if (const auto found = object_.find(key); found != object_.end()) keep(parse_texts(*found, key), texts);
  }
  void optional(const char* key, bool& flag) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    if (found == object_.end()) return;
    if (!found->is_boolean()) return refuse(wrong(fmt::format("\"{}\" must be true or false.", key)).error());
    flag = found->get<bool>();
  }
  /// The only drive of its boot: its mode may be left out.
  void drive(boot::Drive& one) { read_drive(one, false); }

  [[nodiscard]] Result<void> verdict(std::initializer_list<std::string_view> more = {}) const {
    if (error_) return std::unexpected(*error_);
    std::vector<std::string_view> keys(more);
    keys.insert(keys.end(), known_.begin(), known_.end());
    for (const auto& [key, value] : object_.items()) {
      if (std::ranges::find(keys, key) == keys.end())
        return wrong(
            fmt::format("Nobody knows the key \"{}\" here; known are: {}.", key.substr(0, 64), fmt::join(keys, ", ")));
    }
    return {};
  }

 private:
  void read_drive(boot::Drive& one, bool mode_required) {
    for (const char* key : {"image", "mode", "quota"}) known_.emplace_back(key);
    keep(require_text(object_, "image"), one.image);
    if (mode_required || object_.contains("mode")) {
      std::string mode;
      keep(require_text(object_, "mode"), mode);
      if (!error_) keep(boot::parse_drive_mode(mode), one.mode);
    }
    const auto quota = object_.find("quota");
    if (quota == object_.end() || quota->is_null()) return;
    if (!quota->is_number_unsigned()) return refuse(wrong("\"quota\" must be a number of bytes, or null.").error());
    one.quota = {quota->get<std::uint64_t>()};
  }
  template <class Value>
  void keep(Result<Value> result, Value& into) {
    if (result)
      into = std::move(*result);
    else
      refuse(result.error());
  }
  void refuse(const Error& error) {
    if (!error_) error_ = error;
  }

  const Json& object_;
  std::vector<std::string_view> known_;
  std::optional<Error> error_;
};

class FieldJson {
 public:
  explicit FieldJson(Json& object) : object_(object) {}

  void required(const char* key, const std::string& text) { object_[key] = text; }
  void required(const char* key, const std::vector<boot::Drive>& drives) {
    Json list = Json::array();
    for (const boot::Drive& one : drives) {
      Json item = Json::object();
      FieldJson(item).drive(one);
      list.push_back(std::move(item));
    }
    object_[key] = std::move(list);
  }
  void optional(const char* key, const std::string& text) { object_[key] = text; }
  void optional(const char* key, const std::vector<std::string>& texts) { object_[key] = texts; }
  void optional(const char* key, bool flag) {
    if (flag) object_[key] = true;
  }
  void drive(const boot::Drive& one) {
    object_["image"] = one.image;
    object_["mode"] = boot::name_of(one.mode);
    if (one.quota.value != 0) object_["quota"] = one.quota.value;
  }

 private:
  Json& object_;
};

Result<std::vector<boot::Entry>> parse_entries(const Json& value) {
  if (!value.is_array()) return wrong("\"entries\" must be a list of {\"name\": NAME, \"boot\": BOOT}.");
  std::vector<boot::Entry> entries;
  for (const Json& item : value) {
    if (!item.is_object()) return wrong("Each of \"entries\" must be {\"name\": NAME, \"boot\": BOOT}.");
    if (auto known = check_keys(item, {"name", "boot"}); !known) return std::unexpected(known.error());
    auto name = require_text(item, "name");
    if (!name) return std::unexpected(name.error());
    if (!item.contains("boot")) return wrong("Each of \"entries\" needs a \"boot\".");
    auto boot = parse_boot(item["boot"], fmt::format("\"boot\" of {}", *name));
    if (!boot) return std::unexpected(boot.error());
    entries.push_back({boot::no_entry, std::move(*name), std::move(*boot)});
  }
  return entries;
}

Result<std::optional<std::chrono::seconds>> parse_timeout(const Json& value) {
  using Timeout = std::optional<std::chrono::seconds>;
  if (value.is_null()) return Timeout();
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= std::uint64_t(boot::max_menu_timeout.count()))
    return Timeout(std::chrono::seconds(value.get<std::uint64_t>()));
  return wrong("\"menu_timeout\" must be a number of seconds from 0 to 3600, or null to wait for a key.");
}

Result<std::string> parse_name_or_null(const Json& value, std::string_view key) {
  if (value.is_null()) return std::string();
  if (value.is_string()) return value.get<std::string>();
  return wrong(fmt::format("\"{}\" must be a text or null.", key));
}

Result<boot::Variables> parse_variables(const Json& value) {
  if (!value.is_object()) return wrong("\"variables\" must be an object of texts.");
  boot::Variables variables;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) return wrong(fmt::format("The variable \"{}\" must be a text.", key.substr(0, 64)));
    variables[key] = text.get<std::string>();
  }
  if (auto good = boot::check_variables(variables); !good) return std::unexpected(good.error());
  return variables;
}

Result<std::optional<boot::NextBoot>> parse_next_boot(const Json& value) {
  using Next = std::optional<boot::NextBoot>;
  if (value.is_null()) return Next();
  if (value.is_string()) return Next(boot::NextBoot{value.get<std::string>(), std::nullopt});
  auto boot = parse_boot(value, "\"next_boot\"");
  if (!boot) return std::unexpected(boot.error());
  std::string name(boot::name_of(*boot));
  return Next(boot::NextBoot{"", boot::Entry{boot::no_entry, std::move(name), std::move(*boot)}});
}

/// `read` of body[key] into `into`, when the key is there.
template <class Value, class Into, class Read>
Result<void> read_key(const Json& body, const char* key, Into& into, Read read) {
  const auto found = body.find(key);
  if (found == body.end()) return {};
  Result<Value> value = read(*found);
  if (!value) return std::unexpected(value.error());
  into = std::move(*value);
  return {};
}

/// A pattern, or null for none of it.
Result<void> read_pattern(const Json& value, const char* key, std::string& into) {
  return read_key<std::string>(value, key, into, [&](const Json& text) { return parse_name_or_null(text, key); });
}

}  // namespace

Result<boot::BootEntry> parse_boot(const Json& value, std::string_view where) {
  if (!value.is_object()) return wrong(fmt::format("{} must be an object with a \"kind\".", where));
  auto kind = require_text(value, "kind");
  if (!kind) return std::unexpected(kind.error());
  auto boot = boot::make_boot_entry(*kind);
  if (!boot) return boot;
  FieldReader fields(value);
  std::visit([&](auto& one) { boot::visit_fields(one, fields); }, *boot);
  if (auto verdict = fields.verdict({"kind"}); !verdict) return std::unexpected(verdict.error());
  if (auto good = boot::check_boot_entry(*boot); !good) return std::unexpected(good.error());
  return boot;
}

Json render_boot(const boot::BootEntry& entry) {
  Json object{{"kind", boot::name_of(entry)}};
  std::visit([&](const auto& one) { boot::visit_fields(one, FieldJson(object)); }, entry);
  return object;
}

Result<void> parse_menu_change(const Json& body, boot::ClientChange& change) {
  Result<void> done = read_key<std::vector<boot::Entry>>(body, "entries", change.entries, parse_entries);
  if (change.entries && change.boot) return wrong("Give \"boot\" or \"entries\", not both.");
  const auto then = [&](auto&& next) {
    if (done) done = next();
  };
  then([&] {
    return read_key<std::string>(body, "default_entry", change.default_entry,
                                 [](const Json& value) { return parse_name_or_null(value, "default_entry"); });
  });
  then([&] {
    return read_key<std::optional<std::chrono::seconds>>(body, "menu_timeout", change.menu_timeout, parse_timeout);
  });
  then([&] { return read_key<std::optional<boot::NextBoot>>(body, "next_boot", change.next_boot, parse_next_boot); });
  then([&] {
    return read_key<std::vector<std::string>>(body, "groups", change.groups,
                                              [](const Json& value) { return parse_texts(value, "groups"); });
  });
  then([&] { return read_key<boot::Variables>(body, "variables", change.variables, parse_variables); });
  if (!done || !change.entries) return done;
  return boot::check_entries({*change.entries, "", {}, {}});
}

Result<boot::Menu> parse_menu(const Json& body) {
  boot::ClientChange change;
  if (auto done = parse_menu_change(body, change); !done) return std::unexpected(done.error());
  return boot::Menu{change.entries.value_or(std::vector<boot::Entry>{}), change.default_entry.value_or(""),
                    change.menu_timeout.value_or(std::nullopt), change.variables.value_or(boot::Variables{})};
}

Result<boot::Assignment> parse_assignment(const Json& value, std::string_view where) {
  if (!value.is_object()) return wrong(fmt::format("{} must be an object with a \"kind\".", where));
  auto kind = require_text(value, "kind");
  if (!kind) return std::unexpected(kind.error());
  const auto exact = [&](std::initializer_list<std::string_view> keys, boot::Assignment then) {
    auto known = check_keys(value, keys);
    return known ? Result<boot::Assignment>(std::move(then)) : std::unexpected(known.error());
  };
  if (*kind == "menu") return exact({"kind"}, boot::PlainMenu{});
  if (*kind == "ignore") return exact({"kind"}, boot::IgnoreMachine{});
  if (*kind == "group") {
    auto group = require_text(value, "group");
    if (!group) return std::unexpected(group.error());
    return exact({"kind", "group"}, boot::AsGroup{std::move(*group)});
  }
  if (*kind == "client") {
    auto text = require_text(value, "client");
    if (!text) return std::unexpected(text.error());
    auto mac = parse_mac_address(*text);
    if (!mac) return std::unexpected(mac.error());
    return exact({"kind", "client"}, boot::AsClient{*mac});
  }
  auto boot = parse_boot(value, where);
  if (!boot) return std::unexpected(boot.error());
  std::string name(boot::name_of(*boot));
  return boot::Assignment(boot::Entry{boot::no_entry, std::move(name), std::move(*boot)});
}

Result<boot::Rule> parse_rule(const Json& value) {
  if (!value.is_object()) return wrong("A rule must be an object with a \"then\".");
  if (auto known = check_keys(value, {"mac", "uuid", "serial", "architecture", "then"}); !known)
    return std::unexpected(known.error());
  boot::Rule rule;
  for (const auto& [key, place] :
       {std::pair{"mac", &rule.mac}, std::pair{"uuid", &rule.uuid}, std::pair{"serial", &rule.serial}}) {
    if (auto done = read_pattern(value, key, *place); !done) return std::unexpected(done.error());
  }
  std::string architecture;
  if (auto done = read_pattern(value, "architecture", architecture); !done) return std::unexpected(done.error());
  if (!architecture.empty()) rule.architecture = boot::parse_architecture(architecture);
  if (!architecture.empty() && !rule.architecture)
    return wrong("\"architecture\" must be one of: bios, efi-ia32, efi-x64, efi-arm32, efi-arm64.");
  if (!value.contains("then")) return wrong("A rule needs a \"then\": a Boot, or a client, a group, menu or ignore.");
  auto then = parse_assignment(value["then"], "\"then\"");
  if (!then) return std::unexpected(then.error());
  rule.then = std::move(*then);
  if (auto good = boot::check_rule(rule); !good) return std::unexpected(good.error());
  return rule;
}

Result<std::vector<boot::Rule>> parse_rules(const Json& value) {
  if (!value.is_array()) return wrong("\"rules\" must be a list.");
  std::vector<boot::Rule> rules;
  for (const Json& item : value) {
    auto rule = parse_rule(item);
    if (!rule) return std::unexpected(rule.error());
    rules.push_back(std::move(*rule));
  }
  return rules;
}

Json render_entries(const std::vector<boot::Entry>& entries) {
  Json list = Json::array();
  for (const boot::Entry& entry : entries) list.push_back({{"name", entry.name}, {"boot", render_boot(entry.boot)}});
  return list;
}

Json render_offered(const std::vector<boot::OfferedView>& offered) {
  Json list = Json::array();
  for (const boot::OfferedView& one : offered) {
    list.push_back(
        {{"name", one.name}, {"group", one.group.empty() ? Json() : Json(one.group)}, {"boot", render_boot(one.boot)}});
  }
  return list;
}

Json render_timeout(const std::optional<std::chrono::seconds>& timeout) {
  return timeout ? Json(timeout->count()) : Json();
}

Json render_next_boot(const std::optional<boot::NextBoot>& next) {
  if (!next) return {};
  return next->once ? render_boot(next->once->boot) : Json(next->entry);
}

Json render_variables(const boot::Variables& variables) {
  Json object = Json::object();
  for (const auto& [name, value] : variables) object[name] = value;
  return object;
}

Json render_group(const boot::Group& group, const boot::RegistrySnapshot& registry) {
  Json clients = Json::array();
  for (const auto& [mac, client] : registry.clients) {
    if (std::ranges::find(client.groups, group.name) != client.groups.end()) clients.push_back(mac.to_string());
  }
  const std::string& preset = group.menu.default_entry;
  return {{"name", group.name},
          {"entries", render_entries(group.menu.entries)},
          {"default_entry", preset.empty() ? Json() : Json(preset)},
          {"menu_timeout", render_timeout(group.menu.timeout)},
          {"variables", render_variables(group.menu.variables)},
          {"clients", std::move(clients)}};
}

Json render_assignment(const boot::Assignment& assignment) {
  if (const auto* client = std::get_if<boot::AsClient>(&assignment))
    return {{"kind", "client"}, {"client", client->mac.to_string()}};
  if (const auto* group = std::get_if<boot::AsGroup>(&assignment)) return {{"kind", "group"}, {"group", group->group}};
  if (const auto* entry = std::get_if<boot::Entry>(&assignment)) return render_boot(entry->boot);
  return {{"kind", std::holds_alternative<boot::PlainMenu>(assignment) ? "menu" : "ignore"}};
}

Json render_rule(const boot::Rule& rule) {
  const auto pattern = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"mac", pattern(rule.mac)},
          {"uuid", pattern(rule.uuid)},
          {"serial", pattern(rule.serial)},
          {"architecture", rule.architecture ? Json(boot::name_of(*rule.architecture)) : Json()},
          {"then", render_assignment(rule.then)}};
}

}  // namespace bootferry::http::api
