// SPDX-License-Identifier: Apache-2.0
#include "boot/wake.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bootferry::boot {
namespace {

TEST(MagicPacket, SixTimesFfAndSixteenTimesTheAddress) {
  const MacAddress mac{{0x52, 0x54, 0x00, 0xe2, 0xe0, 0x01}};
  const Bytes packet = encode_magic_packet(mac);
  ASSERT_EQ(packet.size(), 102u);
  EXPECT_TRUE(std::all_of(packet.begin(), packet.begin() + 6, [](auto octet) { return octet == 0xff; }));
  for (std::size_t at = 6; at < packet.size(); at += 6)
    EXPECT_TRUE(std::equal(mac.octets.begin(), mac.octets.end(), packet.begin() + static_cast<long>(at))) << at;
}

}  // namespace
}  // namespace bootferry::boot
