// SPDX-License-Identifier: Apache-2.0
#include "app/settings.hpp"

#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

TEST(Settings, NothingNeedsToBeSet) {
  auto settings = parse_settings("", "bootferry.toml");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->dhcp_mode, DhcpMode::proxy);
  EXPECT_EQ(settings->http_port, 8080);
}

TEST(Settings, ReadsEveryKindOfKey) {
  auto settings = parse_settings(R"(
interface = "eth1"
state_dir = "/srv/boot"
network_threads = 2
[dhcp]
mode = "server"
range = "10.0.0.100-10.0.0.199"
dns = ["10.0.0.1", "9.9.9.9"]
lease_seconds = 600
router_advertisements = false
ipv6 = true
[iscsi]
addresses = ["10.0.0.1", "fd00::1", "fe80::1%eth1"]
ping_seconds = 5
ping_limit_seconds = 7
[ports]
http = 80
)",
                                 "bootferry.toml");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->interface, "eth1");
  EXPECT_EQ(settings->state_dir, "/srv/boot");
  EXPECT_EQ(settings->dhcp_mode, DhcpMode::server);
  EXPECT_EQ(settings->dhcp_range->size(), 100u);
  EXPECT_EQ(settings->dhcp_dns.size(), 2u);
  EXPECT_EQ(settings->dhcp_lease_time, std::chrono::minutes(10));
  EXPECT_FALSE(settings->router_advertisements);
  EXPECT_TRUE(settings->dhcp_ipv6);
  EXPECT_EQ(settings->iscsi_addresses, (std::vector<std::string>{"10.0.0.1", "fd00::1", "fe80::1%eth1"}));
  EXPECT_EQ(settings->iscsi_ping_after, std::chrono::seconds(5));
  EXPECT_EQ(settings->iscsi_ping_limit, std::chrono::seconds(7));
  EXPECT_EQ(settings->http_port, 80);
}

std::string error_of(const char* text) {
  auto settings = parse_settings(text, "b.toml");
  return settings ? "no error" : settings.error().message;
}

TEST(Settings, ALoginByAProxyIsSetWholeOrNotAtAll) {
  const std::string proxy = "[http]\ntrusted_proxies = [\"10.0.0.1\"]\nuser_header = \"Remote-User\"\n";
  const auto error = [](const std::string& text) { return error_of(text.c_str()); };
  EXPECT_EQ(error(proxy), "no error");
  EXPECT_EQ(error(proxy + "groups_header = \"Remote-Groups\"\nadmin_group = \"admins\"\n"), "no error");
  EXPECT_TRUE(error("[http]\n\nuser_header = \"Remote-User\"\n")
                  .starts_with("b.toml:3: http.user_header needs http.trusted_proxies: "));
  EXPECT_TRUE(
      error(proxy + "viewer_group = \"x\"\n").starts_with("b.toml:4: http.viewer_group needs http.groups_header: "));
  EXPECT_TRUE(error(proxy + "groups_header = \"G\"\n").starts_with("b.toml:4: http.groups_header needs "));
  EXPECT_TRUE(error("[http]\ngroups_header = \"G\"\n").starts_with("b.toml:2: http.groups_header needs "));
  EXPECT_TRUE(error("[http]\nuser_header = \"Remote User\"\n").starts_with("b.toml:2: http.user_header: must be "));
  EXPECT_TRUE(error("[http]\nuser_header = \"cookie\"\n").starts_with("b.toml:2: http.user_header: Cookie is read "));
  EXPECT_TRUE(error("[http]\nadmin_group = \"a,b\"\n").starts_with("b.toml:2: http.admin_group: must be "));
}

TEST(Settings, AnErrorNamesFileLineAndMend) {
  EXPECT_TRUE(error_of("\n\ninterfase = \"eth0\"\n").starts_with("b.toml:3: unknown key \"interfase\"; the keys are "));
  EXPECT_TRUE(error_of("[dhcp]\nmode = \"both\"\n").starts_with("b.toml:2: dhcp.mode: "));
  EXPECT_TRUE(
      error_of("[ports]\nhttp = 70000\n").starts_with("b.toml:2: ports.http: must be a number from 1 to 65535"));
  EXPECT_TRUE(error_of("interface = 3\n").starts_with("b.toml:1: interface: must be a text"));
  EXPECT_TRUE(
      error_of("[iscsi]\naddresses = [\"lan\"]\n").starts_with("b.toml:2: iscsi.addresses: \"lan\" is neither"));
  EXPECT_TRUE(error_of("interface = \n").starts_with("b.toml:1: "));
  EXPECT_TRUE(error_of("[dhcpp]\nmode = \"off\"\n").starts_with("b.toml:1: unknown key \"dhcpp\""));
}

TEST(Settings, ADomainIsOneName) {
  for (const char* good : {"", "lan", "home.lan", "a-b.example.org", "1.example"})
    EXPECT_EQ(error_of(("[dhcp]\ndomain = \"" + std::string(good) + "\"\n").c_str()), "no error") << good;
  for (const std::string& bad :
       {std::string("a b"), std::string("."), std::string("a..b"), std::string("-a"), std::string("a-"),
        std::string("a-.b"), std::string("a."), std::string("b\u00e4r"), std::string(64, 'a'), std::string("a\\nb")})
    EXPECT_TRUE(error_of(("[dhcp]\ndomain = \"" + bad + "\"\n").c_str()).starts_with("b.toml:2: dhcp.domain: ")) << bad;
}

TEST(Settings, WhatHttpsNeedsBelongsTogetherAndCanBeRead) {
  Settings settings;
  EXPECT_TRUE(check_https(settings));
  settings.http_certificate = "/dev/null";
  ASSERT_FALSE(check_https(settings));
  EXPECT_EQ(check_https(settings).error().message,
            "http.certificate and http.key belong together; set both, or neither");
  settings.http_key = "/nowhere/key.pem";
  ASSERT_FALSE(check_https(settings));
  EXPECT_EQ(
      check_https(settings).error().message,
      "http.key: /nowhere/key.pem cannot be read (No such file or directory); mend the path, or the file's rights");
  settings.http_key = "/dev/null";
  EXPECT_TRUE(check_https(settings));
}

TEST(Settings, OnePortIsNotForTwoServices) {
  Settings settings;
  EXPECT_TRUE(check_ports(settings));
  settings.http_port = settings.iscsi_port;
  ASSERT_FALSE(check_ports(settings));
  EXPECT_EQ(check_ports(settings).error().message,
            "ports.http and ports.iscsi are both TCP port 3260; give one of them another");
  settings = {};
  settings.http_port = settings.pxe_port;  // TCP and UDP do not meet
  EXPECT_TRUE(check_ports(settings));
}

}  // namespace
}  // namespace bootferry::app
