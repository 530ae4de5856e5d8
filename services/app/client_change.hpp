// SPDX-License-Identifier: Apache-2.0
// What a client is after somebody said something of it: checked as far as the client itself goes; that nobody else has
// its name, and that its images are there, the registry looks. Called by ApplianceAdministration; pure, any thread.
#pragma once

#include "base/ipv4_address.hpp"
#include "boot/administration.hpp"
#include "boot/client_registry.hpp"

namespace bootferry::app {

/// The network whose addresses server mode gives, and so may keep for clients; none: no addresses are given, and any is
/// kept for the day when they are.
using Reservable = std::optional<Ipv4Network>;

/// The client that `registry` has, or a new one, with the change; invalid names what is wrong.
[[nodiscard]] Result<boot::Client> change_client(const MacAddress& mac, const boot::ClientChange& change,
                                                 const boot::RegistrySnapshot& registry, const Reservable& reservable);

}  // namespace bootferry::app
