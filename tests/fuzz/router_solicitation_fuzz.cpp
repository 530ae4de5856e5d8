// SPDX-License-Identifier: Apache-2.0
// Frames from the network: Router Solicitations, ARP, and what other DHCP servers say.
#include <cstdint>

#include "dhcp/arp.hpp"
#include "dhcp/raw_frame.hpp"
#include "dhcp/router_advertisement.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bootferry;
  const ByteView frame(data, size);
  (void)dhcp::find_arp_claim(frame);
  if (const auto client = dhcp::find_router_solicitation(frame)) {
    (void)dhcp::encode_router_advertisement(MacAddress{}, *client);
  }
  (void)dhcp::find_udp_datagram(frame);
  return 0;
}
