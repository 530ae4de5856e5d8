// SPDX-License-Identifier: Apache-2.0
// The self-test's clients: they ask our own services as firmware, iPXE and an initiator would, over real sockets where
// this machine can reach itself. Each waits for at most a few seconds; called on the db thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/ipv4_address.hpp"
#include "base/result.hpp"
#include "boot/client_registry.hpp"
#include "dhcp/settings.hpp"

namespace bootferry::app {

struct HttpHead {
  unsigned status = 0;
  std::uint64_t length = 0;
};
[[nodiscard]] Result<HttpHead> probe_http(Ipv4Address address, std::uint16_t port, const std::string& path);
/// Reads the whole file; its size.
[[nodiscard]] Result<std::uint64_t> probe_tftp(Ipv4Address address, std::uint16_t port, const std::string& file);
/// A discovery login (RFC 7143 6.3): whether an iSCSI target answers it, with whatever verdict. `address` is IPv4, or
/// IPv6 with its link where it is a link-local one: "fe80::1%eth0".
[[nodiscard]] Result<void> probe_iscsi(const std::string& address, std::uint16_t port);

enum class Pretender { bios, uefi, uefi_http, ipxe };
[[nodiscard]] std::string_view name_of(Pretender pretender);  ///< "a PXE BIOS", ...
/// The boot file or URL that such a machine is told, from a DISCOVER's bytes to those of the last answer. It goes
/// through the codec and the responder, not through the sockets: those hear only what comes in by the LAN's cable.
[[nodiscard]] Result<std::string> probe_dhcp(Pretender pretender, const dhcp::Settings& settings,
                                             const boot::ClientRegistry& registry);

}  // namespace bootferry::app
