// SPDX-License-Identifier: Apache-2.0
#include "http/api/json_setup.hpp"

#include <fmt/format.h>

#include <set>

#include "http/api/json_boot.hpp"

namespace bootferry::http::api {
namespace {

using boot::SetupChange;

std::unexpected<Error> wrong(std::string message) { return fail(ErrorKind::invalid, std::move(message)); }

/// Reads one list of the file after the other, thing by thing.
class FileReader {
 public:
  FileReader(const Json& document, SetupFile& file) : document_(document), file_(file) {}

  /// `read` of each thing in the list; each has the text `key`, and none is there twice.
  template <class Read>
  Result<void> list(const char* what, const char* list_name, const char* key, Read read) {
    const auto found = document_.find(list_name);
    if (found == document_.end()) return {};
    if (!found->is_array()) return wrong(fmt::format("\"{}\" must be a list.", list_name));
    std::set<std::string> seen;
    std::size_t number = 0;
    for (const Json& thing : *found) {
      ++number;
      const auto name = thing.is_object() ? require_text(thing, key) : wrong(fmt::format("A {} is an object.", what));
      if (!name) {
        refuse(what, fmt::format("number {}", number), name.error());
        continue;
      }
      Result<void> good =
          seen.insert(*name).second ? read(thing, *name) : wrong("It is in the file twice; leave one of them out.");
      if (!good) refuse(what, *name, good.error());
    }
    return {};
  }
  /// `read` of the one thing under the key.
  template <class Read>
  void one(const char* what, Read read) {
    const auto found = document_.find(what);
    if (found == document_.end()) return;
    if (auto good = read(*found); !good) refuse(what, "", good.error());
  }

 private:
  void refuse(const char* what, const std::string& name, const Error& error) {
    file_.refused.push_back({what, name.substr(0, 64), SetupChange::Kind::refused, error.message});
  }

  const Json& document_;
  SetupFile& file_;
};

Result<void> read_image(const Json& thing, const std::string& name, SetupFile& file) {
  if (auto known = check_keys(thing, {"name", "format", "block_size", "physical_block_size", "removable", "thick"});
      !known)
    return known;
  if (auto good = boot::check_image_name(name); !good) return good;
  file.images.push_back(thing);
  return {};
}

Result<void> read_group(const Json& thing, const std::string& name, SetupFile& file) {
  if (auto known = check_keys(thing, {"name", "entries", "default_entry", "menu_timeout", "variables"}); !known)
    return known;
  auto menu = parse_menu(thing);
  if (!menu) return std::unexpected(menu.error());
  file.order.groups.push_back({name, std::move(*menu)});
  return {};
}

/// All that a client's own route takes but "next_boot": what it does once is an order, and would be given again and
/// again.
Result<void> read_client(const Json& thing, const std::string& name, SetupFile& file) {
  if (auto known = check_keys(thing, {"mac", "name", "boot", "entries", "default_entry", "menu_timeout", "groups",
                                      "variables", "reserved_address", "access", "quirks"});
      !known)
    return known;
  const auto mac = parse_mac_address(name);
  if (!mac) return std::unexpected(mac.error());
  for (const auto& [other, change] : file.order.clients) {
    if (other == *mac) return wrong("It is in the file twice; leave one of them out.");
  }
  auto change = parse_client_change(thing);
  if (!change) return std::unexpected(change.error());
  file.order.clients.emplace_back(*mac, std::move(*change));
  return {};
}

Result<void> read_template(const Json& thing, const std::string& name, SetupFile& file) {
  if (auto known = check_keys(thing, {"name", "text"}); !known) return known;
  auto text = require_text(thing, "text");
  if (!text) return std::unexpected(text.error());
  file.templates.push_back({name, std::move(*text)});
  return {};
}

Result<void> read_rules(const Json& value, SetupFile& file) {
  auto rules = parse_rules(value);
  if (!rules) return std::unexpected(rules.error());
  file.order.rules = std::move(*rules);
  return {};
}

Result<void> read_default(const Json& value, SetupFile& file) {
  auto unknown = parse_assignment(value, "\"default\"");
  if (!unknown) return std::unexpected(unknown.error());
  file.order.unknown = std::move(*unknown);
  return {};
}

Result<void> check_setup(const Json& document) {
  if (!document.is_object() || !document.contains("bootferry"))
    return wrong("This is no file of \"bootferry export\": it begins with {\"bootferry\": 1.");
  if (document["bootferry"] != setup_version)
    return wrong(
        fmt::format("This file is of another version of Bootferry; this one reads \"bootferry\": {}.", setup_version));
  return check_keys(document, {"bootferry", "images", "groups", "rules", "default", "clients", "templates"});
}

void collect(const boot::BootEntry& entry, std::set<std::string>& names) {
  for (const boot::Drive* drive : boot::images_of(entry)) names.insert(drive->image);
}
void collect(const boot::Assignment& then, std::set<std::string>& names) {
  if (const auto* entry = std::get_if<boot::Entry>(&then)) collect(entry->boot, names);
}

}  // namespace

Result<SetupFile> parse_setup(std::string_view text) {
  const auto document = parse_json(text, max_setup_size);
  if (!document) return std::unexpected(document.error());
  if (auto good = check_setup(*document); !good) return std::unexpected(good.error());
  SetupFile file;
  FileReader reader(*document, file);
  const auto into = [&file](auto read) {
    return [&file, read](const Json& thing, const std::string& name) { return read(thing, name, file); };
  };
  for (const Result<void>& list : {reader.list("image", "images", "name", into(read_image)),
                                   reader.list("group", "groups", "name", into(read_group)),
                                   reader.list("client", "clients", "mac", into(read_client)),
                                   reader.list("template", "templates", "name", into(read_template))}) {
    if (!list) return std::unexpected(list.error());
  }
  reader.one("rules", [&file](const Json& value) { return read_rules(value, file); });
  reader.one("default", [&file](const Json& value) { return read_default(value, file); });
  return file;
}

std::vector<std::string> images_of(const boot::SetupOrder& order) {
  std::set<std::string> names;
  for (const boot::Group& group : order.groups) {
    for (const boot::Entry& entry : group.menu.entries) collect(entry.boot, names);
  }
  for (const auto& [mac, change] : order.clients) {
    if (change.boot) collect(*change.boot, names);
    for (const boot::Entry& entry : change.entries.value_or(std::vector<boot::Entry>{})) collect(entry.boot, names);
  }
  for (const boot::Rule& rule : order.rules.value_or(std::vector<boot::Rule>{})) collect(rule.then, names);
  if (order.unknown) collect(*order.unknown, names);
  return {names.begin(), names.end()};
}

}  // namespace bootferry::http::api
