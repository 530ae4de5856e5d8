// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.hpp"

#include <gtest/gtest.h>

namespace bootferry {
namespace {

IpAddress address(const char* text) { return *parse_ip_address(text); }

TEST(IpAddress, IsWrittenAsItIsRead) {
  for (const char* text : {"10.99.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "fe80::5054:ff:fe00:1", "fd00:1::2"})
    EXPECT_EQ(address(text).to_string(), text);
  EXPECT_EQ(address("fe80::1%eth0").to_string(), "fe80::1") << "the zone is this machine's own affair";
  EXPECT_EQ(address("10.99.0.1").to_url_host(), "10.99.0.1");
  EXPECT_EQ(address("fd00::1").to_url_host(), "[fd00::1]");
  for (const char* text : {"", "10.99.0", "10.99.0.256", "fd00::1::", "pc1", "[fd00::1]", "fd00::1/64"})
    EXPECT_FALSE(parse_ip_address(text)) << text;
}

TEST(IpAddress, AMappedAddressIsTheIpv4One) {
  EXPECT_EQ(address("::ffff:10.99.0.1"), IpAddress(Ipv4Address{0x0a630001}));
  EXPECT_EQ(address("::ffff:10.99.0.1").find_ipv4(), (Ipv4Address{0x0a630001}));
  EXPECT_EQ(address("::ffff:10.99.0.1").to_string(), "10.99.0.1");
  EXPECT_FALSE(address("fd00::1").find_ipv4());
  EXPECT_FALSE(address("::").is_ipv4());
}

TEST(IpAddress, KnowsItsKinds) {
  EXPECT_TRUE(address("::").is_unspecified());
  EXPECT_TRUE(address("0.0.0.0").is_unspecified());
  EXPECT_FALSE(address("::1").is_unspecified());
  for (const char* text : {"ff02::1", "224.0.0.1", "239.255.255.255", "255.255.255.255"})
    EXPECT_TRUE(address(text).is_multicast()) << text;
  for (const char* text : {"fe80::1", "223.255.255.255", "240.0.0.1", "10.99.0.255"})
    EXPECT_FALSE(address(text).is_multicast()) << text;
  EXPECT_TRUE(address("fe80::1").is_link_local());
  EXPECT_TRUE(address("febf::1").is_link_local());
  EXPECT_FALSE(address("fec0::1").is_link_local());
}

TEST(IpAddress, AMachineIsOneAskerHoweverManyAddressesItTakes) {
  EXPECT_EQ(address("fd00:1:2:3::1").limited_as(), address("fd00:1:2:3:ffff::2").limited_as());
  EXPECT_NE(address("fd00:1:2:3::1").limited_as(), address("fd00:1:2:4::1").limited_as());
  EXPECT_NE(address("fe80::1").limited_as(), address("fe80::2").limited_as()) << "fe80::/64 is the whole LAN";
  EXPECT_NE(address("10.0.0.1").limited_as(), address("10.0.0.2").limited_as());
}

TEST(IpAddress, HoldsTheMacAddressItWasMadeOf) {
  EXPECT_EQ(find_mac_of(address("fe80::5054:ff:fee2:e001")), *parse_mac_address("52:54:00:e2:e0:01"));
  EXPECT_EQ(find_mac_of(address("fd00:1::21b:21ff:fe3c:9d01")), *parse_mac_address("00:1b:21:3c:9d:01"));
  EXPECT_FALSE(find_mac_of(address("fd00::1")));
  EXPECT_FALSE(find_mac_of(address("10.255.254.1"))) << "no IPv4 address does";
}

}  // namespace
}  // namespace bootferry
