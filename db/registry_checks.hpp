// SPDX-License-Identifier: Apache-2.0
// What an edit of the registry must hold to beyond itself: that what it names is there, and that nothing is named
// twice. Pure functions of a snapshot; used by Registry only.
#pragma once

#include "boot/client_registry.hpp"
#include "boot/event.hpp"

namespace bootferry::db {

[[nodiscard]] std::string title(const boot::Client& client);  ///< "pc1 (52:54:00:e2:e0:01)"
[[nodiscard]] boot::Event event_of(boot::EventKind kind, const boot::Client& client, std::string text);

[[nodiscard]] Result<void> check_images(const boot::RegistrySnapshot& snapshot, const boot::BootEntry& entry);
[[nodiscard]] Result<void> check_images(const boot::RegistrySnapshot& snapshot, const boot::Menu& menu);
/// Of a client that the snapshot has: its name and reserved address are its own, its groups and every drive's image are
/// there, and so are the entries that its next boot and its default name.
[[nodiscard]] Result<void> check_client(const boot::RegistrySnapshot& snapshot, const MacAddress& mac);
/// An entry's id above all that are taken.
[[nodiscard]] unsigned find_next_entry(const boot::RegistrySnapshot& snapshot);

}  // namespace bootferry::db
