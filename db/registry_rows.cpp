// SPDX-License-Identifier: Apache-2.0
#include "db/registry_rows.hpp"

#include "base/log.hpp"
#include "db/entry_rows.hpp"
#include "db/layer_rows.hpp"
#include "db/quirk_rows.hpp"
#include "db/statement.hpp"

namespace bootferry::db {
namespace {

template <class Value>
std::optional<std::string> text_or_null(const std::optional<Value>& value) {
  return value ? std::optional(value->to_string()) : std::nullopt;
}

std::optional<Ipv4Address> address_of(const Statement& row, int column) {
  const auto address = parse_ipv4_address(row.text(column));
  return address ? std::optional(*address) : std::nullopt;
}

std::optional<WallTime> time_of(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

void load_clients(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(
      database,
      "SELECT mac, name, known, reserved_address, address, architecture, first_seen, last_seen, uuid, serial "
      "FROM clients");
  while (rows.step()) {
    const auto mac = parse_mac_address(rows.text(0));
    if (!mac) {
      log::warning("CLIENT_SKIPPED", {{"mac", rows.text(0)}, {"why", "unreadable in the database"}});
      continue;
    }
    boot::Client& client = snapshot.clients[*mac];
    client.mac = *mac;
    client.name = rows.text(1);
    client.known = rows.number(2) != 0;
    client.reserved_address = address_of(rows, 3);
    client.address = address_of(rows, 4);
    client.architecture = boot::parse_architecture(rows.text(5)).value_or(boot::Architecture::unknown);
    client.first_seen = time_of(rows, 6);
    client.last_seen = time_of(rows, 7);
    client.uuid = rows.text(8);
    client.serial = rows.text(9);
  }
}

boot::Client* client_of(boot::RegistrySnapshot& snapshot, const Statement& row);

void load_access(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(database, "SELECT mac, auth, initiator, user, source, secret, target_secret FROM access");
  while (rows.step()) {
    boot::Client* client = client_of(snapshot, rows);
    if (!client) continue;
    boot::Access& access = client->access;
    access.initiator = rows.text(2);
    access.user = rows.text(3);
    access.secret = boot::Secret(rows.text(5));
    access.target_secret = boot::Secret(rows.text(6));
    const auto auth = boot::parse_auth_kind(rows.text(1));
    const auto from = parse_ip_network(rows.text(4));
    if (from) access.from = *from;
    access.auth = auth.value_or(boot::AuthKind::chap);
    if (auth && (from || rows.is_null(4))) continue;
    // What cannot be read must not open the disks to more people: a secret that nobody knows.
    log::warning("ACCESS_UNREADABLE", {{"mac", client->mac.to_string()}, {"mend", "set the client's access again"}});
    access.auth = boot::AuthKind::chap;
    access.secret = {};
  }
}

boot::Client* client_of(boot::RegistrySnapshot& snapshot, const Statement& row) {
  const auto mac = parse_mac_address(row.text(0));
  const auto at = mac ? snapshot.clients.find(*mac) : snapshot.clients.end();
  return at == snapshot.clients.end() ? nullptr : &at->second;
}

void load_images(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(
      database,
      "SELECT name, format, file, size, created, block_size, removable, thick, physical_block_size, floppy_offset, "
      "floppy_size FROM images");
  while (rows.step()) {
    const ByteCount size{static_cast<std::uint64_t>(rows.number(3))};
    snapshot.images[rows.text(0)] = {
        rows.text(0),
        rows.text(1),
        rows.text(2),
        size,
        rows.time(4),
        static_cast<std::uint32_t>(rows.number(5)),
        {rows.number(6) != 0, rows.number(7) != 0, static_cast<std::uint32_t>(rows.number(8))},
        {}};
    if (!rows.is_null(10))
      snapshot.images[rows.text(0)].floppy = {{static_cast<std::uint64_t>(rows.number(9))},
                                              {static_cast<std::uint64_t>(rows.number(10))}};
  }
}

}  // namespace

boot::RegistrySnapshot load_snapshot(Database& database) {
  boot::RegistrySnapshot snapshot;
  load_images(database, snapshot);
  load_clients(database, snapshot);
  load_entries(database, snapshot);
  load_access(database, snapshot);
  load_quirks(database, snapshot);
  load_layers(database, snapshot);
  return snapshot;
}

namespace {

void write_access(Database& database, const boot::Client& client) {
  const std::string mac = client.mac.to_string();
  const boot::Access& access = client.access;
  Statement(database, "DELETE FROM access WHERE mac = ?1").bind(mac).run();
  if (access == boot::Access{}) return;
  const auto or_null = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  Statement(database,
            "INSERT INTO access (mac, auth, initiator, user, source, secret, target_secret) VALUES (?1, ?2, ?3, ?4, "
            "?5, ?6, ?7)")
      .bind(mac, boot::name_of(access.auth), or_null(access.initiator), or_null(access.user), text_or_null(access.from),
            or_null(access.secret.reveal()), or_null(access.target_secret.reveal()))
      .run();
}

}  // namespace

void write_client(Database& database, const boot::Client& client) {
  const std::string mac = client.mac.to_string();
  const auto name = client.name.empty() ? std::nullopt : std::optional(client.name);
  // REPLACE would delete whichever client has the name; the upsert fails on it, as it must.
  Statement(database,
            "INSERT INTO clients (mac, name, known, reserved_address, address, architecture, first_seen, last_seen) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (mac) DO UPDATE SET name = excluded.name, known = "
            "excluded.known, reserved_address = excluded.reserved_address, address = excluded.address, architecture = "
            "excluded.architecture, first_seen = excluded.first_seen, last_seen = excluded.last_seen")
      .bind(mac, name, std::int64_t{client.known}, text_or_null(client.reserved_address), text_or_null(client.address),
            boot::name_of(client.architecture), client.first_seen, client.last_seen)
      .run();
  write_client_entries(database, client);
  write_access(database, client);
  write_quirks(database, client);
}

void write_sighting(Database& database, const boot::Client& client) {
  Statement(database,
            "INSERT INTO clients (mac, known, address, architecture, first_seen, last_seen, uuid, serial) VALUES (?1, "
            "0, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (mac) DO UPDATE SET address = excluded.address, architecture = "
            "excluded.architecture, first_seen = excluded.first_seen, last_seen = excluded.last_seen, uuid = "
            "excluded.uuid, serial = excluded.serial")
      .bind(client.mac.to_string(), text_or_null(client.address), boot::name_of(client.architecture), client.first_seen,
            client.last_seen, client.uuid, client.serial)
      .run();
}

void release_client(Database& database, const MacAddress& mac) {
  Statement(database, "UPDATE clients SET name = NULL, reserved_address = NULL WHERE mac = ?1")
      .bind(mac.to_string())
      .run();
}

void delete_client(Database& database, const MacAddress& mac) {
  Statement(database, "DELETE FROM clients WHERE mac = ?1").bind(mac.to_string()).run();
}

void write_image(Database& database, const boot::Image& image) {
  Statement(database,
            "INSERT INTO images (name, format, file, size, created, block_size, removable, thick, physical_block_size, "
            "floppy_offset, floppy_size) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
            "ON CONFLICT (name) DO UPDATE SET format = excluded.format, file = excluded.file, size = excluded.size, "
            "created = excluded.created, block_size = excluded.block_size, removable = excluded.removable, "
            "thick = excluded.thick, physical_block_size = excluded.physical_block_size, floppy_offset = "
            "excluded.floppy_offset, floppy_size = excluded.floppy_size")
      .bind(image.name, image.format, image.file, static_cast<std::int64_t>(image.size.value), image.created,
            std::int64_t{image.block_size}, std::int64_t{image.traits.removable}, std::int64_t{image.traits.thick},
            std::int64_t{image.traits.physical_block_size},
            image.floppy ? std::optional<std::int64_t>(image.floppy->offset.value) : std::nullopt,
            image.floppy ? std::optional<std::int64_t>(image.floppy->size.value) : std::nullopt)
      .run();
}

void delete_image(Database& database, std::string_view name) {
  Statement(database, "DELETE FROM images WHERE name = ?1").bind(name).run();
}

}  // namespace bootferry::db
