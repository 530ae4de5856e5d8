// SPDX-License-Identifier: Apache-2.0
#include "boot/wake.hpp"

namespace bootferry::boot {

Bytes encode_magic_packet(const MacAddress& mac) {
  Bytes packet(6, 0xff);
  for (int times = 0; times < 16; ++times) packet.insert(packet.end(), mac.octets.begin(), mac.octets.end());
  return packet;
}

}  // namespace bootferry::boot
