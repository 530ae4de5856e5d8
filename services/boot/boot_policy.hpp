// SPDX-License-Identifier: Apache-2.0
// What to answer a booting machine that asks DHCP: the one place where that is decided. Pure functions of the facts,
// the registry and the settings; called on the network loops.
//
//   stage 1  firmware asks DHCP            decide_loader -> SendLoader (an iPXE for its architecture)
//   stage 2  iPXE asks DHCP                decide_loader -> RunScript (the client's script URL)
//   stage 3  iPXE fetches its script       decide_script (boot/script_policy.hpp)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ip_address.hpp"
#include "boot/client.hpp"
#include "boot/client_registry.hpp"
#include "boot/firmware.hpp"
#include "boot/loader_catalog.hpp"

namespace bootferry::boot {

struct ClientFacts {
  MacAddress mac;
  Architecture architecture = Architecture::unknown;
  Firmware firmware = Firmware::pxe;
};

struct BootSettings {
  Ipv4Address server;
  std::optional<IpAddress> reached_at{};  ///< the asker came to this other address of ours, over IPv6: URLs name it
  std::uint16_t http_port = 8080;
  std::uint16_t iscsi_port = 3260;
  LoaderCatalog loaders;                        ///< what can be sent; what is not here is not offered
  std::vector<IpAddress> portals{};             ///< where the disks are offered; empty: wherever we are reached
  [[nodiscard]] std::string http_base() const;  ///< "http://10.99.0.1:8080", "http://[fd00::1]:8080"
  /// The asker's way to its disks: the address that it reached if that is one, else one of the same family, else any.
  [[nodiscard]] IpAddress portal() const;
};

struct Ignore {
  std::string reason;  ///< a sentence for the event
};
struct SendLoader {
  std::string file;  ///< bare name, e.g. "undionly.kpxe"; HTTP boot gets base/loaders/file
  std::string url;   ///< the same as a URL
};
struct RunScript {
  std::string url;
};
using LoaderDecision = std::variant<Ignore, SendLoader, RunScript>;
[[nodiscard]] LoaderDecision decide_loader(const ClientFacts& facts, const RegistrySnapshot& registry,
                                           const BootSettings& settings);

/// Where a machine fetches its script.
[[nodiscard]] std::string script_url(const MacAddress& mac, const BootSettings& settings);

}  // namespace bootferry::boot
