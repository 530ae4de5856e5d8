// SPDX-License-Identifier: Apache-2.0
#include "dhcp/delivery.hpp"

#include "dhcp/codec.hpp"
#include "dhcp/raw_frame.hpp"

namespace bootferry::dhcp {

Result<void> deliver(const Send& send, const Settings& settings, PacketTransport& transport) {
  const Result<Bytes> payload = encode(send.message, send.limit);
  if (!payload) return std::unexpected(payload.error());
  const Destination& to = send.to;
  if (to.way == Destination::Way::unicast) return transport.send_udp(send.from, to.address, to.port, *payload);
  if (to.way == Destination::Way::broadcast || !transport.can_send_frames()) {
    return transport.send_udp(send.from, Ipv4Address::broadcast(), to.port, *payload);
  }
  const UdpFrame head{settings.interface_mac,
                      to.mac,
                      settings.network.address,
                      to.address,
                      send.from == Port::pxe ? settings.pxe_port : settings.server_port,
                      to.port};
  return transport.send_frame(encode_udp_frame(head, *payload));
}

}  // namespace bootferry::dhcp
