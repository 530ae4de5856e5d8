// SPDX-License-Identifier: Apache-2.0
// Clients' quirks as rows. Used by registry_rows and registry only, on the db thread with the database's mutex held.
// Throws DbError.
#pragma once

#include "boot/client_registry.hpp"
#include "db/database.hpp"

namespace bootferry::db {

/// Into the clients that the snapshot has.
void load_quirks(Database& database, boot::RegistrySnapshot& snapshot);
/// Replaces what was there; the client's own row is there already.
void write_quirks(Database& database, const boot::Client& client);

}  // namespace bootferry::db
