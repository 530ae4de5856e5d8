// SPDX-License-Identifier: Apache-2.0
// How bytes leave: as UDP by the kernel, or as a whole frame for those whom the kernel cannot reach yet. Two makers:
// the sockets of server, and a list in tests. Called by delivery on loop 0; sending never waits.
#pragma once

#include "base/bytes.hpp"
#include "base/ipv4_address.hpp"
#include "base/result.hpp"
#include "dhcp/action.hpp"

namespace bootferry::dhcp {

class PacketTransport {
 public:
  virtual ~PacketTransport() = default;
  /// To the limited broadcast address too; errors are those of the socket (unreachable, buffer full).
  [[nodiscard]] virtual Result<void> send_udp(Port from, Ipv4Address to, std::uint16_t port, ByteView payload) = 0;
  /// False without the right to raw sockets (CAP_NET_RAW).
  [[nodiscard]] virtual bool can_send_frames() const = 0;
  [[nodiscard]] virtual Result<void> send_frame(ByteView frame) = 0;
};

}  // namespace bootferry::dhcp
