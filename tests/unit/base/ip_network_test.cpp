// SPDX-License-Identifier: Apache-2.0
#include "base/ip_network.hpp"

#include <gtest/gtest.h>

namespace bootferry {
namespace {

bool contains(const char* network, const char* address) { return parse_ip_network(network)->contains(address); }

TEST(IpNetwork, HoldsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(contains("10.99.0.0/24", "10.99.0.255"));
  EXPECT_FALSE(contains("10.99.0.0/24", "10.99.1.0"));
  EXPECT_TRUE(contains("10.99.0.128/25", "10.99.0.128"));
  EXPECT_FALSE(contains("10.99.0.128/25", "10.99.0.127"));
  EXPECT_TRUE(contains("10.99.0.50", "10.99.0.50"));
  EXPECT_FALSE(contains("10.99.0.50", "10.99.0.51"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(contains("0.0.0.0/0", "fd00::1")) << "IPv4 is not all";
  EXPECT_TRUE(contains("::/0", "fd00::1"));
  EXPECT_TRUE(contains("fd00:1::/33", "fd00:1:7fff::1"));
  EXPECT_FALSE(contains("fd00:1::/33", "fd00:1:8000::1"));
  EXPECT_TRUE(contains("fe80::/10", "fe80::1%eth0"));
  EXPECT_TRUE(contains("10.99.0.0/24", "::ffff:10.99.0.7")) << "IPv4 over an IPv6 socket";
  EXPECT_FALSE(contains("10.99.0.0/24", "nonsense"));
  EXPECT_FALSE(contains("10.99.0.0/24", ""));
}

TEST(IpNetwork, IsWrittenAsItIsRead) {
  for (const char* text : {"10.99.0.0/24", "10.99.0.50", "0.0.0.0/0", "fd00:1::/64", "fd00::1", "::/0"})
    EXPECT_EQ(parse_ip_network(text)->to_string(), text);
  EXPECT_EQ(parse_ip_network("10.99.0.50/24")->to_string(), "10.99.0.0/24");
  EXPECT_EQ(parse_ip_network("10.99.0.50/32")->to_string(), "10.99.0.50");
  EXPECT_EQ(*parse_ip_network("10.99.0.1/24"), *parse_ip_network("10.99.0.2/24"));
}

TEST(IpNetwork, NonsenseIsRefused) {
  for (const char* text : {"", "10.99.0", "10.99.0.0/", "10.99.0.0/33", "10.99.0.0/-1", "10.99.0.0/8x", "fd00::/129",
                           "pc1", "10.99.0.0/24/8", "fe80::1%eth0", "/24"})
    EXPECT_FALSE(parse_ip_network(text)) << text;
}

}  // namespace
}  // namespace bootferry
