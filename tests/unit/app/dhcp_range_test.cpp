// SPDX-License-Identifier: Apache-2.0
#include "app/dhcp_range.hpp"

#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

const Ipv4Network lan{*parse_ipv4_address("10.99.0.1"), 24};

std::string chosen(const std::optional<std::string>& wanted, const Ipv4Network& network) {
  const auto range =
      choose_dhcp_range(wanted ? std::optional(*parse_ipv4_range(*wanted)) : std::nullopt, network, "eth0");
  return range ? range->first.to_string() + "-" + range->last.to_string() : range.error().message;
}

TEST(DhcpRange, TheUpperHalfIsGivenWhenNoneIsNamed) {
  EXPECT_EQ(chosen(std::nullopt, lan), "10.99.0.128-10.99.0.254");
  EXPECT_EQ(chosen(std::nullopt, {*parse_ipv4_address("10.99.0.200"), 24}), "10.99.0.128-10.99.0.199");
}

TEST(DhcpRange, ARangeOfTheNetworkIsTaken) {
  EXPECT_EQ(chosen("10.99.0.100-10.99.0.199", lan), "10.99.0.100-10.99.0.199");
}

TEST(DhcpRange, ARangeThatReachesNobodyIsRefusedByName) {
  for (const char* far :
       {"10.98.0.1-10.98.0.100", "10.98.0.1-10.99.0.100", "10.99.0.100-10.99.1.1", "0.0.0.0-255.255.255.255"}) {
    const std::string error = chosen(far, lan);
    EXPECT_NE(error.find("is not inside the network 10.99.0.1/24 of eth0"), std::string::npos) << error;
    EXPECT_NE(error.find("--dhcp-range"), std::string::npos) << error;
  }
}

TEST(DhcpRange, ANetworkOfTwoHasNoUpperHalf) {
  EXPECT_NE(chosen(std::nullopt, {*parse_ipv4_address("10.99.0.1"), 32}).find("too small"), std::string::npos);
  EXPECT_NE(chosen(std::nullopt, {*parse_ipv4_address("10.99.0.1"), 30}).find("too small"), std::string::npos);
}

}  // namespace
}  // namespace bootferry::app
