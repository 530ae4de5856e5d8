// SPDX-License-Identifier: Apache-2.0
#include "app/network_interface.hpp"

#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

NetworkInterface named(const char* name, bool default_route = false) {
  NetworkInterface interface;
  interface.name = name;
  interface.up = true;
  interface.default_route = default_route;
  return interface;
}

NetworkInterface loopback() {
  NetworkInterface interface = named("lo");
  interface.loopback = true;
  return interface;
}

TEST(ChooseInterface, TheOneWithTheDefaultRouteIsTheLan) {
  EXPECT_EQ(choose_interface({loopback(), named("eth0"), named("eth1", true)}, "")->name, "eth1");
}

TEST(ChooseInterface, AnOnlyOneNeedsNoRoute) {
  EXPECT_EQ(choose_interface({loopback(), named("eth0")}, "")->name, "eth0");
}

TEST(ChooseInterface, SeveralAreAskedForByName) {
  auto chosen = choose_interface({loopback(), named("eth0"), named("eth1")}, "");
  ASSERT_FALSE(chosen);
  EXPECT_NE(chosen.error().message.find("eth0, eth1"), std::string::npos);
}

TEST(ChooseInterface, ANameThatIsNotThereNamesTheOthers) {
  auto chosen = choose_interface({loopback(), named("eth0")}, "eth7");
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().message, "there is no interface eth7 with an IPv4 address here; choose one of: lo, eth0");
}

TEST(ChooseInterface, OneThatIsDownSaysHowToRaiseIt) {
  NetworkInterface down = named("eth0");
  down.up = false;
  auto chosen = choose_interface({down}, "eth0");
  ASSERT_FALSE(chosen);
  EXPECT_NE(chosen.error().message.find("ip link set eth0 up"), std::string::npos);
}

}  // namespace
}  // namespace bootferry::app
