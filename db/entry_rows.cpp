// SPDX-License-Identifier: Apache-2.0
#include "db/entry_rows.hpp"

#include "base/log.hpp"
#include "boot/entry_fields.hpp"
#include "db/statement.hpp"

namespace bootferry::db {
namespace {

enum Once : std::int64_t { always = 0, next_boot = 1, spent_boot = 2 };
constexpr std::int64_t default_rule = 0;  ///< the row of `rules` that is the default for unknown machines

struct Owner {
  std::optional<std::string> mac, group;
  std::optional<std::int64_t> rule;
};

/// A boot's fields on their way into the rows of one entry.
class FieldWriter {
 public:
  FieldWriter(Database& database, std::int64_t entry)
      : entry_(entry),
        values_(database, "INSERT INTO entry_values (entry, key, position, value) VALUES (?1, ?2, ?3, ?4)"),
        drives_(database,
                "INSERT INTO entry_drives (entry, position, image, mode, quota) VALUES (?1, ?2, ?3, ?4, ?5)") {}

  void required(const char* key, const std::string& text) { put(key, text); }
  void required(const char*, const std::vector<boot::Drive>& drives) {
    for (const boot::Drive& one : drives) drive(one);
  }
  void optional(const char* key, const std::string& text) {
    if (!text.empty()) put(key, text);
  }
  void optional(const char* key, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) put(key, texts[i], static_cast<std::int64_t>(i));
  }
  void optional(const char* key, bool flag) {
    if (flag) put(key, "1");
  }
  void drive(const boot::Drive& one) {
    drives_.bind(entry_, position_++, one.image, boot::name_of(one.mode), static_cast<std::int64_t>(one.quota.value))
        .run();
  }

 private:
  void put(const char* key, std::string_view value, std::int64_t position = 0) {
    values_.bind(entry_, std::string_view(key), position, value).run();
  }

  std::int64_t entry_, position_ = 0;
  Statement values_, drives_;
};

/// What was read of one entry, on its way into a boot's fields.
struct EntryRow {
  std::map<std::string, std::vector<std::string>, std::less<>> values;
  std::vector<boot::Drive> drives;

  void required(const char* key, std::string& text) { optional(key, text); }
  void required(const char*, std::vector<boot::Drive>& into) { into = drives; }
  void optional(const char* key, std::string& text) {
    if (const auto at = values.find(key); at != values.end()) text = at->second.front();
  }
  void optional(const char* key, std::vector<std::string>& texts) {
    if (const auto at = values.find(key); at != values.end()) texts = at->second;
  }
  void optional(const char* key, bool& flag) { flag = values.contains(key); }
  void drive(boot::Drive& one) {
    if (!drives.empty()) one = drives.front();
  }
};

using EntryRows = std::map<std::int64_t, EntryRow>;

EntryRows load_fields(Database& database) {
  EntryRows found;
  Statement values(database, "SELECT entry, key, value FROM entry_values ORDER BY entry, key, position");
  while (values.step()) found[values.number(0)].values[values.text(1)].push_back(values.text(2));
  Statement drives(database, "SELECT entry, image, mode, quota FROM entry_drives ORDER BY entry, position");
  while (drives.step()) {
    found[drives.number(0)].drives.push_back(
        {drives.text(1), boot::parse_drive_mode(drives.text(2)).value_or(boot::DriveMode::readonly),
         ByteCount{static_cast<std::uint64_t>(drives.number(3))}});
  }
  return found;
}

/// One that cannot be read waits: it must not make its machine boot anything else.
boot::Entry entry_of(std::int64_t id, std::string name, std::string_view kind, EntryRow& fields) {
  boot::Entry entry{static_cast<unsigned>(id), std::move(name), boot::Wait{}};
  auto boot = boot::make_boot_entry(kind);
  if (boot) {
    std::visit([&](auto& one) { boot::visit_fields(one, fields); }, *boot);
    if (auto good = boot::check_boot_entry(*boot); !good) boot = std::unexpected(good.error());
  }
  if (boot)
    entry.boot = std::move(*boot);
  else
    log::warning("ENTRY_UNREADABLE", {{"name", entry.name}, {"why", boot.error().message}});
  return entry;
}

boot::Client* find(boot::RegistrySnapshot& snapshot, const std::string& text) {
  const auto mac = parse_mac_address(text);
  const auto at = mac ? snapshot.clients.find(*mac) : snapshot.clients.end();
  return at == snapshot.clients.end() ? nullptr : &at->second;
}

std::optional<std::chrono::seconds> timeout_of(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(std::chrono::seconds(row.number(column)));
}

void load_rules(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(
      database,
      "SELECT number, mac, uuid, serial, architecture, assigns, client, group_name FROM rules ORDER BY number");
  while (rows.step()) {
    boot::Rule rule{rows.text(1), rows.text(2), rows.text(3), boot::parse_architecture(rows.text(4)), {}};
    const std::string then = rows.text(5);
    if (then == "client") {
      rule.then = boot::AsClient{parse_mac_address(rows.text(6)).value_or(MacAddress{})};
    } else if (then == "group") {
      rule.then = boot::AsGroup{rows.text(7)};
    } else if (then == "menu") {
      rule.then = boot::PlainMenu{};
    } else if (then == "ignore") {
      rule.then = boot::IgnoreMachine{};
    } else {
      rule.then = boot::Entry{boot::no_entry, "wait", boot::Wait{}};
    }
    if (rows.number(0) == default_rule)
      snapshot.unknown = rule.then;
    else
      snapshot.rules.push_back(std::move(rule));
  }
}

void place(boot::RegistrySnapshot& snapshot, const Statement& row, boot::Entry entry) {
  if (!row.is_null(1)) {
    boot::Client* client = find(snapshot, row.text(1));
    if (!client) return;
    if (row.number(4) == next_boot)
      client->next_boot = boot::NextBoot{"", std::move(entry)};
    else if (row.number(4) == spent_boot)
      client->spent = std::move(entry);
    else
      client->menu.entries.push_back(std::move(entry));
  } else if (!row.is_null(2)) {
    if (const auto group = snapshot.groups.find(row.text(2)); group != snapshot.groups.end())
      group->second.menu.entries.push_back(std::move(entry));
  } else if (row.number(3) == default_rule) {
    snapshot.unknown = std::move(entry);
  } else {
    const auto number = static_cast<std::size_t>(row.number(3));
    if (number <= snapshot.rules.size()) snapshot.rules[number - 1].then = std::move(entry);
  }
}

void load_variables(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(database, "SELECT mac, group_name, name, value FROM variables");
  while (rows.step()) {
    boot::Client* client = rows.is_null(0) ? nullptr : find(snapshot, rows.text(0));
    const auto group = snapshot.groups.find(rows.text(1));
    if (client) client->menu.variables[rows.text(2)] = rows.text(3);
    if (!client && group != snapshot.groups.end()) group->second.menu.variables[rows.text(2)] = rows.text(3);
  }
}

void write_entry(Database& database, const Owner& owner, Once once, std::int64_t position, const boot::Entry& entry) {
  Statement(database,
            "INSERT INTO entries (mac, group_name, rule, once, position, id, name, kind) VALUES (?1, ?2, ?3, ?4, ?5, "
            "?6, ?7, ?8)")
      .bind(owner.mac, owner.group, owner.rule, static_cast<std::int64_t>(once), position,
            static_cast<std::int64_t>(entry.id), entry.name, boot::name_of(entry.boot))
      .run();
  FieldWriter fields(database, database.query_number("SELECT last_insert_rowid()"));
  std::visit([&](const auto& kind) { boot::visit_fields(kind, fields); }, entry.boot);
}

void write_menu(Database& database, const Owner& owner, const boot::Menu& menu) {
  std::int64_t position = 0;
  for (const boot::Entry& entry : menu.entries) write_entry(database, owner, always, position++, entry);
  Statement insert(database, "INSERT INTO variables (mac, group_name, name, value) VALUES (?1, ?2, ?3, ?4)");
  for (const auto& [name, value] : menu.variables) insert.bind(owner.mac, owner.group, name, value).run();
}

std::optional<std::int64_t> seconds_or_null(const boot::Menu& menu) {
  return menu.timeout ? std::optional<std::int64_t>(menu.timeout->count()) : std::nullopt;
}

void write_rule(Database& database, std::int64_t number, const boot::Rule& rule) {
  constexpr std::string_view kinds[] = {"client", "group", "boot", "menu", "ignore"};  // in the order of Assignment
  static_assert(std::variant_size_v<boot::Assignment> == std::size(kinds));
  const auto* client = std::get_if<boot::AsClient>(&rule.then);
  const auto* group = std::get_if<boot::AsGroup>(&rule.then);
  Statement(
      database,
      "INSERT INTO rules (number, mac, uuid, serial, architecture, assigns, client, group_name) VALUES (?1, ?2, ?3, "
      "?4, ?5, ?6, ?7, ?8)")
      .bind(number, rule.mac, rule.uuid, rule.serial,
            rule.architecture ? std::optional(boot::name_of(*rule.architecture)) : std::nullopt,
            kinds[rule.then.index()], client ? std::optional(client->mac.to_string()) : std::nullopt,
            group ? std::optional(group->group) : std::nullopt)
      .run();
  if (const auto* entry = std::get_if<boot::Entry>(&rule.then))
    write_entry(database, {{}, {}, number}, always, 0, *entry);
}

}  // namespace

void load_entries(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement groups(database, "SELECT name, default_entry, menu_timeout FROM groups");
  while (groups.step()) {
    boot::Group& group = snapshot.groups[groups.text(0)];
    group.name = groups.text(0);
    group.menu.default_entry = groups.text(1);
    group.menu.timeout = timeout_of(groups, 2);
  }
  Statement menus(database, "SELECT mac, default_entry, menu_timeout, next_entry FROM clients");
  while (menus.step()) {
    boot::Client* client = find(snapshot, menus.text(0));
    if (!client) continue;
    client->menu.default_entry = menus.text(1);
    client->menu.timeout = timeout_of(menus, 2);
    if (!menus.is_null(3)) client->next_boot = boot::NextBoot{menus.text(3), std::nullopt};
  }
  Statement members(database, "SELECT mac, group_name FROM client_groups ORDER BY mac, position");
  while (members.step()) {
    if (boot::Client* client = find(snapshot, members.text(0))) client->groups.push_back(members.text(1));
  }
  load_rules(database, snapshot);
  EntryRows fields = load_fields(database);
  Statement rows(database,
                 "SELECT row, mac, group_name, rule, once, id, name, kind FROM entries ORDER BY mac, group_name, rule, "
                 "once, position");
  while (rows.step())
    place(snapshot, rows, entry_of(rows.number(5), rows.text(6), rows.text(7), fields[rows.number(0)]));
  load_variables(database, snapshot);
}

void write_client_entries(Database& database, const boot::Client& client) {
  const Owner owner{client.mac.to_string(), {}, {}};
  const auto next = client.next_boot && !client.next_boot->once ? std::optional(client.next_boot->entry) : std::nullopt;
  Statement(database, "UPDATE clients SET default_entry = ?2, menu_timeout = ?3, next_entry = ?4 WHERE mac = ?1")
      .bind(owner.mac, client.menu.default_entry, seconds_or_null(client.menu), next)
      .run();
  for (const char* table : {"entries", "client_groups", "variables"})
    Statement(database, std::string("DELETE FROM ") + table + " WHERE mac = ?1").bind(owner.mac).run();
  write_menu(database, owner, client.menu);
  if (client.next_boot && client.next_boot->once) write_entry(database, owner, next_boot, 0, *client.next_boot->once);
  if (client.spent) write_entry(database, owner, spent_boot, 0, *client.spent);
  Statement insert(database, "INSERT INTO client_groups (mac, position, group_name) VALUES (?1, ?2, ?3)");
  std::int64_t position = 0;
  for (const std::string& group : client.groups) insert.bind(owner.mac, position++, group).run();
}

void write_group(Database& database, const boot::Group& group) {
  Statement(database,
            "INSERT INTO groups (name, default_entry, menu_timeout) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE "
            "SET default_entry = excluded.default_entry, menu_timeout = excluded.menu_timeout")
      .bind(group.name, group.menu.default_entry, seconds_or_null(group.menu))
      .run();
  for (const char* table : {"entries", "variables"})
    Statement(database, std::string("DELETE FROM ") + table + " WHERE group_name = ?1").bind(group.name).run();
  write_menu(database, {{}, group.name, {}}, group.menu);
}

void delete_group(Database& database, std::string_view name) {
  Statement(database, "DELETE FROM groups WHERE name = ?1").bind(name).run();
}

void write_rules(Database& database, const std::vector<boot::Rule>& rules, const boot::UnknownDefault& unknown) {
  Statement(database, "DELETE FROM rules").run();
  boot::Rule last;
  last.then = unknown;
  write_rule(database, default_rule, last);
  std::int64_t number = default_rule;
  for (const boot::Rule& rule : rules) write_rule(database, ++number, rule);
}

}  // namespace bootferry::db
