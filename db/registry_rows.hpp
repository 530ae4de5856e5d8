// SPDX-License-Identifier: Apache-2.0
// Clients and images as rows: the SQL half of Registry, which decides and publishes. Each write is one statement group
// inside the caller's transaction. Used by registry.cpp only, on the db thread with the database's mutex held. Throws
// DbError.
#pragma once

#include "boot/client_registry.hpp"
#include "db/database.hpp"

namespace bootferry::db {

[[nodiscard]] boot::RegistrySnapshot load_snapshot(Database& database);

/// The whole client with its entries, replacing what was there.
void write_client(Database& database, const boot::Client& client);
/// Only what was noticed of it: address, architecture, first and last seen. Adds the client when it is new.
void write_sighting(Database& database, const boot::Client& client);
/// Its name and its reserved address are free for another client that is written in the same transaction.
void release_client(Database& database, const MacAddress& mac);
void delete_client(Database& database, const MacAddress& mac);

void write_image(Database& database, const boot::Image& image);
void delete_image(Database& database, std::string_view name);

}  // namespace bootferry::db
