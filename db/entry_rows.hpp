// SPDX-License-Identifier: Apache-2.0
// Entries, groups and rules as rows: the SQL half of Registry for what is booted. Each write is one statement group
// inside the caller's transaction. Used by registry_rows and registry, on the db thread with the database's mutex held.
// Throws DbError.
#pragma once

#include "boot/client_registry.hpp"
#include "db/database.hpp"

namespace bootferry::db {

/// Of clients that are in the snapshot already; and groups, rules and the default.
void load_entries(Database& database, boot::RegistrySnapshot& snapshot);

/// Menu, groups, next boot and spent boot of a client, replacing what was there.
void write_client_entries(Database& database, const boot::Client& client);
void write_group(Database& database, const boot::Group& group);
void delete_group(Database& database, std::string_view name);
/// All of them, and the default for unknown machines.
void write_rules(Database& database, const std::vector<boot::Rule>& rules, const boot::UnknownDefault& unknown);

}  // namespace bootferry::db
