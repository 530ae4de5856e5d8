// SPDX-License-Identifier: Apache-2.0
// What each room is told of the one Settings and of the LAN interface. Called by Appliance while it is put together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/loaders.hpp"
#include "app/network_interface.hpp"
#include "app/settings.hpp"
#include "base/clock.hpp"
#include "boot/administration.hpp"
#include "boot/boot_policy.hpp"
#include "capture/excerpt.hpp"
#include "dhcp/settings.hpp"
#include "dhcpv6/responder.hpp"
#include "http/site.hpp"
#include "iscsi/server.hpp"

namespace bootferry::app {

[[nodiscard]] boot::BootSettings boot_settings(const Settings& settings, const NetworkInterface& interface,
                                               boot::LoaderCatalog loaders);
/// Writes the autoexec.ipxe of a signed set, which names this server.
[[nodiscard]] LoaderFolders loader_folders(const Settings& settings, const boot::BootSettings& boot);
[[nodiscard]] dhcp::Settings dhcp_settings(const Settings& settings, const NetworkInterface& interface,
                                           const std::optional<Ipv4Range>& range, const boot::BootSettings& boot);
[[nodiscard]] dhcpv6::Settings dhcpv6_settings(const NetworkInterface& interface, const boot::BootSettings& boot);
[[nodiscard]] boot::Health identity_of(const Settings& settings, const NetworkInterface& interface,
                                       const std::optional<Ipv4Range>& range, WallTime started);
/// Where the disks are offered, each with its link where it is a link-local one: the chosen addresses, several portals
/// of the same disks; else that of the LAN interface.
[[nodiscard]] std::vector<std::string> portal_addresses(const Settings& settings, const NetworkInterface& interface);
[[nodiscard]] iscsi::ServerSettings target_settings(const Settings& settings, const NetworkInterface& interface);
[[nodiscard]] capture::Ports capture_ports(const Settings& settings);
/// Only at the LAN address: a server with a second leg in another network shows it neither its disks nor its machines.
/// Makes the certificate where none is given. Throws where a given one cannot be read.
[[nodiscard]] http::Settings http_settings(const Settings& settings, const NetworkInterface& interface,
                                           const std::string& token, const Clock& clock);

}  // namespace bootferry::app
