// SPDX-License-Identifier: Apache-2.0
// Layers, versions of images, overlays and their snapshots as rows: another part of Registry's SQL half. Used by
// registry*.cpp only, on the db thread with the database's mutex held, inside the caller's transaction. Throws DbError.
#pragma once

#include "boot/layer_edit.hpp"
#include "db/database.hpp"

namespace bootferry::db {

/// `snapshot` has its clients and images already.
void load_layers(Database& database, boot::RegistrySnapshot& snapshot);
/// The edit, and the layers that are in `before` and not in `after` any more.
void write_layer_edit(Database& database, const boot::LayerEdit& edit, const boot::RegistrySnapshot& before,
                      const boot::RegistrySnapshot& after);

[[nodiscard]] std::vector<std::string> load_dropped_files(Database& database);
void delete_dropped_file(Database& database, const std::string& file);

}  // namespace bootferry::db
