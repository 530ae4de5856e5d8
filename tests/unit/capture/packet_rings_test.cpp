// SPDX-License-Identifier: Apache-2.0
#include "capture/packet_rings.hpp"

#include <gtest/gtest.h>

#include "capture/server.hpp"

namespace bootferry::capture {
namespace {

using namespace std::chrono_literals;

MacAddress client(int n) { return {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(n)}}; }
constexpr WallTime noon{std::chrono::seconds{1'790'000'000}};
Packet packet(std::chrono::seconds after, std::size_t size, std::uint8_t fill = 0) {
  return {noon + after, 1500, Bytes(size, fill)};
}

/// The first byte of each packet of a file.
std::vector<int> fills(const std::string& file) {
  std::vector<int> out;
  ByteReader in(bytes_of(file));
  in.skip(24);
  while (!in.done()) {
    in.skip(8);
    const std::uint32_t size = in.u32();
    in.skip(4);
    out.push_back(in.take(size)[0]);
  }
  EXPECT_TRUE(in.ok());
  return out;
}

TEST(PacketRings, a_file_has_its_header_and_each_packet_with_its_time) {
  PacketRings rings;
  EXPECT_EQ(rings.render(client(1)), "");
  rings.add(client(1), {noon + 1500us, 1500, Bytes{1, 2, 3}});
  const std::string file = rings.render(client(1));
  ASSERT_EQ(file.size(), 24u + 16 + 3);
  ByteReader in(bytes_of(file));
  EXPECT_EQ(in.u32(), 0xa1b2c3d4u);
  in.skip(16);
  EXPECT_EQ(in.u32(), 1u);
  EXPECT_EQ(in.u32(), 1'790'000'000u);
  EXPECT_EQ(in.u32(), 1500u);
  EXPECT_EQ(in.u32(), 3u);
  EXPECT_EQ(in.u32(), 1500u);
}

TEST(PacketRings, a_full_ring_keeps_the_beginning_and_the_newest) {
  PacketRings rings({.clients = 2, .per_client = {400}, .beginning = {200}});
  for (int i = 0; i < 20; ++i) rings.add(client(1), packet(0s, 84, static_cast<std::uint8_t>(i)));
  EXPECT_EQ(fills(rings.render(client(1))), (std::vector<int>{0, 1, 18, 19}));
}

TEST(PacketRings, a_new_boot_drops_what_is_older) {
  PacketRings rings;
  rings.add(client(1), packet(0s, 10, 1));
  rings.add(client(1), packet(60s, 10, 2));
  rings.begin(client(1), noon + 61s);
  EXPECT_EQ(fills(rings.render(client(1))), (std::vector<int>{2})) << "its first packet is some moments older";
  rings.begin(client(9), noon);
}

TEST(PacketRings, the_client_that_is_silent_longest_makes_room) {
  PacketRings rings({.clients = 2, .per_client = {1000}, .beginning = {100}});
  rings.add(client(1), packet(0s, 10));
  rings.add(client(2), packet(0s, 10));
  rings.add(client(1), packet(0s, 10));
  rings.add(client(3), packet(0s, 10));
  EXPECT_NE(rings.render(client(1)), "");
  EXPECT_EQ(rings.render(client(2)), "");
  EXPECT_NE(rings.render(client(3)), "");
}

TEST(CaptureServer, an_interface_that_is_not_there_is_said) {
  PacketRings rings;
  Server server(rings, client(1), Ports{}, {});
  const auto opened = server.open("no-such-if0");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("no-such-if0"), std::string::npos) << opened.error().message;
}

}  // namespace
}  // namespace bootferry::capture
