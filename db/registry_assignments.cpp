// SPDX-License-Identifier: Apache-2.0
// The half of Registry that is boot::AssignmentStore: groups, rules, the default for unknown machines, next boots.
#include <fmt/format.h>
#include <algorithm>

#include "boot/image_kinds.hpp"
#include "db/entry_rows.hpp"
#include "db/registry.hpp"
#include "db/registry_checks.hpp"
#include "db/registry_rows.hpp"

namespace bootferry::db {
namespace {

boot::Event assignment_event(std::string text) {
  boot::Event event;
  event.kind = boot::EventKind::assignment_changed;
  event.text = std::move(text);
  return event;
}

Result<void> check_assignment(const boot::RegistrySnapshot& snapshot, const boot::Assignment& then) {
  if (const auto* client = std::get_if<boot::AsClient>(&then)) {
    const boot::Client* known = snapshot.find_client(client->mac);
    if (!known || !known->known)
      return fail(ErrorKind::not_found, fmt::format("there is no client {}; add it first", client->mac.to_string()));
  }
  if (const auto* group = std::get_if<boot::AsGroup>(&then); group && !snapshot.groups.contains(group->group)) {
    return fail(ErrorKind::not_found, fmt::format("there is no group {}; make it first (bootferry group set {})",
                                                  group->group, group->group));
  }
  const auto* entry = std::get_if<boot::Entry>(&then);
  if (!entry) return {};
  if (auto good = boot::check_boot_entry(entry->boot); !good) return good;
  if (auto good = check_images(snapshot, entry->boot); !good) return good;
  return boot::check_image_kinds(entry->boot, snapshot);
}

/// As it is stored: with an id, which a boot that is the same as before keeps.
void name_entry(boot::Assignment& then, const std::vector<const boot::Assignment*>& before, unsigned& next) {
  auto* entry = std::get_if<boot::Entry>(&then);
  if (!entry) return;
  entry->name = std::string(boot::name_of(entry->boot));
  for (const boot::Assignment* one : before) {
    const auto* known = std::get_if<boot::Entry>(one);
    if (known && known->boot == entry->boot && known->id < boot::no_entry) return void(entry->id = known->id);
  }
  entry->id = next++;
}

}  // namespace

Result<void> Registry::put_group(const boot::Group& wanted) {
  std::lock_guard lock(database_.mutex());
  Edit edit = begin_edit();
  if (auto good = add(edit, wanted); !good) return good;
  return commit(std::move(edit));
}

Result<void> Registry::add(Edit& edit, const boot::Group& wanted) {
  if (auto name = boot::check_client_name(wanted.name); !name)
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not a group's name; use 1 to 63 letters, digits, '-', '_' or '.'",
                            wanted.name.substr(0, 64)));
  if (auto entries = boot::check_entries(wanted.menu); !entries) return entries;
  const bool names_default = wanted.menu.default_entry.empty() ||
                             std::ranges::find(wanted.menu.entries, wanted.menu.default_entry, &boot::Entry::name) !=
                                 wanted.menu.entries.end();
  if (!names_default)
    return fail(ErrorKind::not_found, fmt::format("the group {} has no entry \"{}\" that could be its default",
                                                  wanted.name, wanted.menu.default_entry));
  if (auto images = check_images(*edit.next, wanted.menu); !images) return images;
  if (auto kinds = boot::check_image_kinds(wanted.menu, *edit.next); !kinds) return kinds;
  const bool is_new = !edit.next->groups.contains(wanted.name);
  boot::Group& group = edit.next->groups[wanted.name];
  const boot::Menu before = std::exchange(group.menu, wanted.menu);
  group.name = wanted.name;
  boot::keep_entry_ids(group.menu, before, next_entry_, false);
  edit.events.push_back(assignment_event(is_new ? fmt::format("Group {} was added", group.name)
                                                : fmt::format("Group {} was changed", group.name)));
  edit.writes.emplace_back([this, &group] { write_group(database_, group); });
  return {};
}

Result<void> Registry::remove_group(std::string_view name) {
  std::lock_guard lock(database_.mutex());
  Edit edit = begin_edit();
  Snapshot* const next = edit.next.get();
  const auto at = next->groups.find(name);
  if (at == next->groups.end())
    return fail(ErrorKind::not_found, fmt::format("there is no group {}", name.substr(0, 64)));
  const auto in_use = [&](std::string who) {
    return fail(ErrorKind::conflict,
                fmt::format("the group {} is used by {}; give that something else first", name, who));
  };
  const auto names_it = [&](const boot::Assignment& then) {
    const auto* group = std::get_if<boot::AsGroup>(&then);
    return group && group->group == name;
  };
  for (const auto& [mac, client] : next->clients) {
    if (std::ranges::find(client.groups, name) != client.groups.end()) return in_use(title(client));
  }
  for (std::size_t i = 0; i < next->rules.size(); ++i) {
    if (names_it(next->rules[i].then)) return in_use(fmt::format("rule {}", i + 1));
  }
  if (names_it(next->unknown)) return in_use("the default for unknown machines");
  const std::string gone(name);
  next->groups.erase(at);
  edit.events.push_back(assignment_event(fmt::format("Group {} was removed", gone)));
  edit.writes.emplace_back([this, gone] { delete_group(database_, gone); });
  return commit(std::move(edit));
}

Result<void> Registry::put_rules(const std::vector<boot::Rule>& rules) {
  std::lock_guard lock(database_.mutex());
  Edit edit = begin_edit();
  if (auto good = add(edit, rules); !good) return good;
  return commit(std::move(edit));
}

Result<void> Registry::add(Edit& edit, const std::vector<boot::Rule>& rules) {
  if (rules.size() > boot::max_rules)
    return fail(ErrorKind::invalid, fmt::format("there are at most {} rules", boot::max_rules));
  Snapshot& next = *edit.next;
  const std::vector<boot::Rule> now = std::exchange(next.rules, rules);
  std::vector<const boot::Assignment*> before;
  for (const boot::Rule& rule : now) before.push_back(&rule.then);
  for (boot::Rule& rule : next.rules) {
    if (auto good = boot::check_rule(rule); !good) return good;
    if (auto good = check_assignment(next, rule.then); !good) return good;
    name_entry(rule.then, before, next_entry_);
  }
  edit.events.push_back(
      assignment_event(fmt::format("The rules for machines were changed; there are {}", rules.size())));
  edit.writes.emplace_back([this, &next] { write_rules(database_, next.rules, next.unknown); });
  return {};
}

Result<void> Registry::put_unknown(const boot::UnknownDefault& unknown) {
  std::lock_guard lock(database_.mutex());
  Edit edit = begin_edit();
  if (auto good = add(edit, unknown); !good) return good;
  return commit(std::move(edit));
}

Result<void> Registry::add(Edit& edit, const boot::UnknownDefault& unknown) {
  if (std::holds_alternative<boot::AsClient>(unknown))
    return fail(ErrorKind::invalid, "unknown machines cannot all be one client; give them a group");
  Snapshot& next = *edit.next;
  const boot::Assignment before = std::exchange(next.unknown, unknown);
  if (auto good = check_assignment(next, next.unknown); !good) return good;
  name_entry(next.unknown, {&before}, next_entry_);
  edit.events.push_back(assignment_event("What unknown machines get was changed"));
  edit.writes.emplace_back([this, &next] { write_rules(database_, next.rules, next.unknown); });
  return {};
}

Result<void> Registry::spend_next_boot(const MacAddress& mac) {
  std::lock_guard lock(database_.mutex());
  Edit edit = begin_edit();
  const auto at = edit.next->clients.find(mac);
  if (at == edit.next->clients.end() || !at->second.next_boot)
    return fail(ErrorKind::conflict, fmt::format("the next boot of {} was used just now", mac.to_string()));
  boot::Client& client = at->second;
  if (client.next_boot->once) client.spent = client.next_boot->once;
  client.next_boot.reset();
  edit.events.push_back(event_of(boot::EventKind::client_changed, client,
                                 fmt::format("Client {} was given its next boot", title(client))));
  edit.writes.emplace_back([this, &client] { write_client(database_, client); });
  return commit(std::move(edit));
}

void Registry::learn(const boot::Sighting& sighting) {
  note_seen(sighting);
  flush_seen();
}

}  // namespace bootferry::db
