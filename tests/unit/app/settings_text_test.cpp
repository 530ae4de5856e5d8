// SPDX-License-Identifier: Apache-2.0
#include "app/settings_text.hpp"

#include <gtest/gtest.h>
#include <fstream>
#include <sstream>

#include "app/setting_keys.hpp"
#include "support/source_tree.hpp"

namespace bootferry::app {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Settings everything_changed() {
  Settings settings;
  settings.state_dir = "/srv/a \"quoted\" \\folder";
  settings.interface = "eth1";
  settings.log_level = "debug";
  settings.network_threads = 3;
  settings.dhcp_mode = DhcpMode::server;
  settings.dhcp_range = *parse_ipv4_range("10.0.0.100-10.0.0.199");
  settings.dhcp_dns = {*parse_ipv4_address("10.0.0.1"), *parse_ipv4_address("9.9.9.9")};
  settings.dhcp_domain = "home.lan";
  settings.dhcp_lease_time = std::chrono::seconds(600);
  settings.router_advertisements = false;
  settings.iscsi_addresses = {"10.0.0.1", "fe80::1%eth1"};
  settings.http_port = 80;
  settings.http_public_url = "https://boot.home.lan/boot";
  settings.webhooks = parse_settings(
                          "[[webhooks]]\nurl = \"https://a.lan/x?y=1\"\nevents = [\"boot-failed\"]\n"
                          "secret_file = \"/etc/s\"\nfields = {\"a b\" = \"\\u0007\\\"{{text}}\", n = 8, t = true}\n",
                          "b.toml")
                          ->webhooks;
  return settings;
}

TEST(SettingsText, TheFileThatIsInstalledIsTheOneWithAllDefaults) {
  EXPECT_EQ(render_settings(Settings{}), read_file(test::in_source_tree("packaging/bootferry.toml")))
      << "write it again: bootferry config show /dev/null > packaging/bootferry.toml";
}

TEST(SettingsText, WhatIsWrittenIsReadBackAsItWas) {
  const Settings settings = everything_changed();
  const auto again = parse_settings(render_settings(settings), "b.toml");
  ASSERT_TRUE(again) << again.error().message;
  const auto before = settings_values(settings), after = settings_values(*again);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].value, after[i].value) << before[i].key;
}

TEST(SettingsText, WhatWasChangedIsMarkedWithItsDefault) {
  Settings settings;
  settings.dhcp_mode = DhcpMode::server;
  const std::string text = render_settings(settings);
  EXPECT_NE(text.find("\nmode = \"server\"  # CHANGED, the default is \"proxy\"\n"), std::string::npos);
  EXPECT_NE(text.find("\n#http = 8080\n"), std::string::npos);
}

TEST(SettingsText, EveryDefaultMayBeWrittenOut) {
  std::string all;
  for (const SettingValue& one : settings_values(Settings{})) all += one.key + " = " + one.default_value + "\n";
  const auto settings = parse_settings(all, "b.toml");
  ASSERT_TRUE(settings) << settings.error().message;
  for (const SettingValue& one : settings_values(*settings)) EXPECT_FALSE(one.changed()) << one.key;
}

TEST(SettingsText, KeysOfATableStandTogether) {
  std::vector<std::string_view> tables;
  for (const SettingKey& key : setting_keys())
    if (tables.empty() || tables.back() != key.table()) tables.push_back(key.table());
  for (std::size_t i = 0; i < tables.size(); ++i)
    EXPECT_EQ(std::count(tables.begin(), tables.end(), tables[i]), 1) << tables[i];
}

}  // namespace
}  // namespace bootferry::app
