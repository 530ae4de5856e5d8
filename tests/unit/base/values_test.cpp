// SPDX-License-Identifier: Apache-2.0
// Addresses, sizes and times as people write them.
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"

namespace bootferry {
namespace {

TEST(MacAddressText, AcceptsTheThreeCommonForms) {
  for (const char* text : {"52:54:00:E2:e0:01", "52-54-00-e2-e0-01", "525400e2e001"}) {
    auto mac = parse_mac_address(text);
    ASSERT_TRUE(mac) << text;
    EXPECT_EQ(mac->to_string(), "52:54:00:e2:e0:01");
    EXPECT_EQ(mac->to_hex(), "525400e2e001");
  }
}

TEST(MacAddressText, RefusesEverythingElse) {
  for (const char* text : {"", "52:54:00:e2:e0", "52:54:00:e2:e0:0g", "52 54 00 e2 e0 01",
                           "52:54:00:e2:e0:01:", "5254.00e2.e001", "525400e2e0011"}) {
    EXPECT_FALSE(parse_mac_address(text)) << text;
  }
}

TEST(Ipv4Text, RoundTripsAndRefuses) {
  EXPECT_EQ(parse_ipv4_address("10.99.0.1")->to_string(), "10.99.0.1");
  EXPECT_EQ(parse_ipv4_address("255.255.255.255")->value, 0xffffffffu);
  for (const char* text : {"", "10.99.0", "10.99.0.256", "10.99.0.1.", "10.99.0.1.2", "10..0.1", " 10.99.0.1",
                           "10.99.0.-1", "0010.1.1.1"}) {
    EXPECT_FALSE(parse_ipv4_address(text)) << text;
  }
}

TEST(Ipv4Text, RangeMustRunForwards) {
  auto range = parse_ipv4_range("10.99.0.100-10.99.0.199");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->size(), 100u);
  EXPECT_TRUE(range->contains({0x0a630064}));
  EXPECT_FALSE(range->contains({0x0a6300c8}));
  EXPECT_FALSE(parse_ipv4_range("10.99.0.199-10.99.0.100"));
  EXPECT_FALSE(parse_ipv4_range("10.99.0.100"));
}

TEST(Ipv4Network, FirstLastAndMaskFollowThePrefix) {
  const Ipv4Network network{*parse_ipv4_address("10.99.0.1"), 24};
  EXPECT_EQ(network.netmask().to_string(), "255.255.255.0");
  EXPECT_EQ(network.first().to_string(), "10.99.0.0");
  EXPECT_EQ(network.last().to_string(), "10.99.0.255");
  EXPECT_TRUE(network.contains(*parse_ipv4_address("10.99.0.77")));
  EXPECT_FALSE(network.contains(*parse_ipv4_address("10.99.1.77")));
  const Ipv4Network everything{*parse_ipv4_address("10.99.0.1"), 0};
  EXPECT_TRUE(everything.contains(*parse_ipv4_address("192.0.2.1")));
}

TEST(ByteCountText, ReadsBinaryUnits) {
  EXPECT_EQ(parse_byte_count("4096")->value, 4096u);
  EXPECT_EQ(parse_byte_count("8G")->value, gib(8).value);
  EXPECT_EQ(parse_byte_count("512m")->value, mib(512).value);
  EXPECT_EQ(parse_byte_count("8GiB")->value, gib(8).value);
  EXPECT_EQ(parse_byte_count("1.5K")->value, 1536u);
  for (const char* text : {"", "G", "-1G", "8X", "8GG", "1e9", "nan", "inf", "99999999999999T"})
    EXPECT_FALSE(parse_byte_count(text)) << text;
}

TEST(ByteCountText, RendersForPeople) {
  EXPECT_EQ(render_byte_count({512}), "512 B");
  EXPECT_EQ(render_byte_count(gib(8)), "8.0 GiB");
  EXPECT_EQ(render_byte_count({1'474'560}), "1.4 MiB");
}

TEST(TimeText, IsRfc3339InUtcWithMilliseconds) {
  const WallTime time{std::chrono::milliseconds(1'772'357'400'123)};
  EXPECT_EQ(render_time(time), "2026-03-01T09:30:00.123Z");
}

}  // namespace
}  // namespace bootferry
