// SPDX-License-Identifier: Apache-2.0
#include "db/layer_rows.hpp"

#include "base/log.hpp"
#include "db/registry_rows.hpp"
#include "db/statement.hpp"

namespace bootferry::db {
namespace {

boot::LayerId layer_of(const Statement& row, int column) { return {row.number(column)}; }
unsigned small_number(const Statement& row, int column) { return static_cast<unsigned>(row.number(column)); }

std::optional<boot::OverlayKey> key_of(const Statement& row) {
  const auto mac = parse_mac_address(row.text(0));
  const auto mode = boot::parse_drive_mode(row.text(2));
  if (mac && mode) return boot::OverlayKey{*mac, row.text(1), *mode};
  log::warning("OVERLAY_SKIPPED", {{"mac", row.text(0)}, {"why", "unreadable in the database"}});
  return std::nullopt;
}

void load_versions(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(database, "SELECT image, number, layer, comment, created FROM versions ORDER BY image, number");
  while (rows.step()) {
    const auto image = snapshot.images.find(rows.text(0));
    if (image == snapshot.images.end()) continue;
    image->second.versions.push_back({small_number(rows, 1), layer_of(rows, 2), rows.text(3), rows.time(4)});
  }
}

void load_overlays(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(database, "SELECT mac, image, mode, version, layer, boot, created FROM overlays");
  while (rows.step()) {
    const auto key = key_of(rows);
    if (!key) continue;
    snapshot.overlays[*key] = {*key, small_number(rows, 3), layer_of(rows, 4), rows.text(5), rows.time(6), {}};
  }
  Statement frozen(database,
                   "SELECT mac, image, mode, number, version, layer, comment, created FROM snapshots "
                   "ORDER BY mac, image, mode, number");
  while (frozen.step()) {
    const auto key = key_of(frozen);
    const auto overlay = key ? snapshot.overlays.find(*key) : snapshot.overlays.end();
    if (overlay == snapshot.overlays.end()) continue;
    overlay->second.snapshots.push_back(
        {small_number(frozen, 3), layer_of(frozen, 5), small_number(frozen, 4), frozen.text(6), frozen.time(7)});
  }
}

void write_layer(Database& database, const boot::Layer& layer) {
  const auto below = layer.below ? std::optional(layer.below.value) : std::nullopt;
  Statement(database,
            "INSERT INTO layers (id, below, file, format, size, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
            "ON CONFLICT (id) DO UPDATE SET size = excluded.size")
      .bind(layer.id.value, below, layer.file, layer.format, static_cast<std::int64_t>(layer.size.value), layer.created)
      .run();
}

void write_versions(Database& database, const boot::Image& image) {
  Statement(database, "DELETE FROM versions WHERE image = ?1").bind(image.name).run();
  Statement insert(database,
                   "INSERT INTO versions (image, number, layer, comment, created) VALUES (?1, ?2, ?3, ?4, ?5)");
  for (const boot::ImageVersion& version : image.versions)
    insert.bind(image.name, std::int64_t{version.number}, version.layer.value, version.comment, version.created).run();
}

void delete_overlay(Database& database, const boot::OverlayKey& key) {
  Statement(database, "DELETE FROM overlays WHERE mac = ?1 AND image = ?2 AND mode = ?3")
      .bind(key.mac.to_string(), key.image, boot::name_of(key.mode))
      .run();
}

void write_overlay(Database& database, const boot::Overlay& overlay) {
  delete_overlay(database, overlay.key);
  const std::string mac = overlay.key.mac.to_string();
  const std::string_view mode = boot::name_of(overlay.key.mode);
  Statement(
      database,
      "INSERT INTO overlays (mac, image, mode, version, layer, boot, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(mac, overlay.key.image, mode, std::int64_t{overlay.version}, overlay.layer.value, overlay.boot,
            overlay.created)
      .run();
  Statement insert(database,
                   "INSERT INTO snapshots (mac, image, mode, number, version, layer, comment, created) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  for (const boot::OverlaySnapshot& snapshot : overlay.snapshots) {
    insert
        .bind(mac, overlay.key.image, mode, std::int64_t{snapshot.number}, std::int64_t{snapshot.version},
              snapshot.layer.value, snapshot.comment, snapshot.created)
        .run();
  }
}

}  // namespace

void load_layers(Database& database, boot::RegistrySnapshot& snapshot) {
  Statement rows(database, "SELECT id, below, file, format, size, created FROM layers");
  while (rows.step()) {
    const boot::LayerId id = layer_of(rows, 0);
    snapshot.layers[id] = {id,
                           layer_of(rows, 1),
                           rows.text(2),
                           rows.text(3),
                           ByteCount{static_cast<std::uint64_t>(rows.number(4))},
                           rows.time(5)};
  }
  load_versions(database, snapshot);
  load_overlays(database, snapshot);
}

void write_layer_edit(Database& database, const boot::LayerEdit& edit, const boot::RegistrySnapshot& before,
                      const boot::RegistrySnapshot& after) {
  for (const boot::Layer& layer : edit.put_layers) {
    write_layer(database, layer);
    delete_dropped_file(database, layer.file);  // the name is another one's now
  }
  for (const boot::Image& image : edit.put_images) {
    write_image(database, image);
    write_versions(database, image);
  }
  for (const boot::OverlayKey& key : edit.remove_overlays) delete_overlay(database, key);
  for (const boot::Overlay& overlay : edit.put_overlays) write_overlay(database, overlay);
  for (const std::string& name : edit.remove_images) delete_image(database, name);
  Statement forget(database, "DELETE FROM layers WHERE id = ?1");
  Statement drop(database, "INSERT OR IGNORE INTO dropped_files (file) VALUES (?1)");
  for (const auto& [id, layer] : before.layers) {
    if (after.layers.contains(id)) continue;
    forget.bind(id.value).run();
    drop.bind(layer.file).run();
  }
}

std::vector<std::string> load_dropped_files(Database& database) {
  std::vector<std::string> files;
  Statement rows(database, "SELECT file FROM dropped_files");
  while (rows.step()) files.push_back(rows.text(0));
  return files;
}

void delete_dropped_file(Database& database, const std::string& file) {
  Statement(database, "DELETE FROM dropped_files WHERE file = ?1").bind(file).run();
}

}  // namespace bootferry::db
