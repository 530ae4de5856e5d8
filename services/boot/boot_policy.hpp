// SPDX-License-Identifier: Apache-2.0
// What to answer a booting machine, at each stage: the one place where that is decided (issue of every protocol room).
// Pure functions of the facts, the registry and the settings; called on the network loops.
//
//   stage 1  firmware asks DHCP            decide_loader -> SendLoader (an iPXE for its architecture)
//   stage 2  iPXE asks DHCP                decide_loader -> RunScript (the client's script URL)
//   stage 3  iPXE fetches its script       decide_script -> SanBoot, KernelBoot, LocalBoot or WaitForAssignment
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "boot/client.hpp"
#include "boot/client_registry.hpp"

namespace bootferry::boot {

enum class Firmware {
  pxe,        ///< a PXE ROM or UEFI's PXE: TFTP file
  http_boot,  ///< UEFI HTTP boot: loader URL
  ipxe,       ///< an iPXE that can fetch HTTP and hook iSCSI: script URL
  ipxe_poor,  ///< an iPXE without HTTP or iSCSI (some NIC ROMs): needs our loader like a ROM
};

struct ClientFacts {
  MacAddress mac;
  Architecture architecture = Architecture::unknown;
  Firmware firmware = Firmware::pxe;
};

struct BootSettings {
  Ipv4Address server;
  std::uint16_t http_port = 8080;
  std::uint16_t iscsi_port = 3260;
  std::set<std::string, std::less<>> loaders;   ///< names that can be sent; what is not here is not offered
  [[nodiscard]] std::string http_base() const;  ///< "http://10.99.0.1:8080"
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

struct SanDrive {
  std::uint8_t number;  ///< 0x80, 0x81, ... ascending
  std::string target;   ///< IQN
  std::string uri;      ///< "iscsi:10.99.0.1::::iqn..." (RFC 4173; the port only when it is not 3260)
};
struct SanBoot {
  std::string initiator;
  std::vector<SanDrive> drives;  ///< at least one
  bool needs_secret = false;     ///< CHAP, with credentials of this boot: whoever renders the script makes them
  std::string user{};
  Secret secret{};
};
struct KernelBoot {
  std::string kernel_url;
  std::vector<std::string> initrd_urls;
  std::string command_line;
};
struct LocalBoot {};
struct WaitForAssignment {
  std::string script_url;  ///< where to ask again
};
/// The entry cannot be booted now (its image is gone): the screen says why and asks again.
struct Broken {
  std::string reason;
  std::string script_url;
};
using ScriptDecision = std::variant<SanBoot, KernelBoot, LocalBoot, WaitForAssignment, Broken>;
[[nodiscard]] ScriptDecision decide_script(const MacAddress& mac, const RegistrySnapshot& registry,
                                           const BootSettings& settings);

}  // namespace bootferry::boot
