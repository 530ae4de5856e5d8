// SPDX-License-Identifier: Apache-2.0
// The self-test's judgments: facts in, one line out. Pure but for the functions that read_ the facts; called by
// ApplianceSelfCheck.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/capabilities.hpp"
#include "app/firewall.hpp"
#include "app/network_interface.hpp"
#include "app/settings.hpp"
#include "boot/administration.hpp"
#include "boot/architecture.hpp"
#include "boot/loader_catalog.hpp"
#include "boot/network_servers.hpp"
#include "boot/self_check.hpp"
#include "boot/webhooks.hpp"

namespace bootferry::app {

/// A short way to make one.
[[nodiscard]] boot::CheckLine good(std::string id, std::string text);
[[nodiscard]] boot::CheckLine warn(std::string id, std::string text, std::string mend);
[[nodiscard]] boot::CheckLine bad(std::string id, std::string text, std::string mend);

/// How the interface is now; it may have changed since the start.
struct LinkFacts {
  bool present = false, up = false, carrier = false, wireless = false;
  std::optional<Ipv4Address> address;  ///< none: it lost the one it had
  bool in_container = false;
  std::string driver;     ///< "e1000e", "veth"; empty where the kernel does not tell
  bool own_name = false;  ///< /etc/hosts has the address, as Docker and Podman write it for a network of their own
};
[[nodiscard]] LinkFacts read_link(const std::string& interface);
[[nodiscard]] boot::CheckLine judge_interface(const NetworkInterface& served, const LinkFacts& now);

/// `keeper` knows how the right is given.
[[nodiscard]] boot::CheckLine judge_raw_sockets(bool allowed, Keeper keeper);

/// The ports that all start with; and what keeps HTTPS, which a start does without, from its own ("" when nothing
/// does).
[[nodiscard]] boot::CheckLine judge_ports(const std::vector<ServicePort>& ports, const std::string& no_https);

/// `seen`: the architectures of machines that were here. Without a loader for one of these somebody waits.
[[nodiscard]] boot::CheckLine judge_loaders(const boot::LoaderCatalog& loaders,
                                            const std::set<boot::Architecture>& seen);

[[nodiscard]] boot::CheckLine judge_dhcp_mode(DhcpMode mode);
/// The first that gets in our way; or, for a proxy, that nobody gives addresses.
[[nodiscard]] boot::CheckLine judge_other_servers(const std::vector<boot::NetworkServer>& servers, DhcpMode mode);

/// That their files are there. Not empty.
[[nodiscard]] boot::CheckLine judge_images(const std::vector<boot::ImageView>& images);

/// The first that fails. Not empty.
[[nodiscard]] boot::CheckLine judge_webhooks(const std::vector<boot::WebhookView>& hooks);

struct DiskSpace {
  std::uint64_t available = 0, capacity = 0;
};
[[nodiscard]] boot::CheckLine judge_space(DiskSpace space, const std::string& folder);

}  // namespace bootferry::app
