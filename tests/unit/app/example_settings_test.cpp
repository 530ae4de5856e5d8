// SPDX-License-Identifier: Apache-2.0
// packaging/bootferry.toml shows every key with its default: the file must stay true to the code.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <string>

#include "app/settings.hpp"

namespace bootferry::app {
namespace {

/// The example with the '#' before each key taken away, as a user does who wants to change it.
std::string uncommented_example() {
  std::ifstream in(std::string(BOOTFERRY_SOURCE_DIR) + "/packaging/bootferry.toml");
  EXPECT_TRUE(in.is_open());
  const std::regex commented_key("^#([a-z_]+ = .*)$");
  std::string text, line;
  while (std::getline(in, line)) text += std::regex_replace(line, commented_key, "$1") + "\n";
  return text;
}

TEST(ExampleSettings, EachKeyIsKnownAndShowsItsDefault) {
  const Result<Settings> read = parse_settings(uncommented_example(), "bootferry.toml");
  ASSERT_TRUE(read) << read.error().message;
  const Settings expected;
  EXPECT_EQ(read->state_dir, expected.state_dir);
  EXPECT_EQ(read->interface, expected.interface);
  EXPECT_EQ(read->log_level, expected.log_level);
  EXPECT_EQ(read->network_threads, expected.network_threads);
  EXPECT_EQ(read->disk_threads, expected.disk_threads);
  EXPECT_EQ(read->loader_dir, expected.loader_dir);
  EXPECT_EQ(read->prefetch, expected.prefetch);
  EXPECT_EQ(read->dhcp_mode, expected.dhcp_mode);
  EXPECT_TRUE(read->dhcp_range) << "the range has no fixed default, so the example shows one";
  EXPECT_TRUE(read->dhcp_gateways.empty());
  EXPECT_TRUE(read->dhcp_dns.empty());
  EXPECT_EQ(read->dhcp_domain, expected.dhcp_domain);
  EXPECT_EQ(read->dhcp_lease_time, expected.dhcp_lease_time);
  EXPECT_EQ(read->router_advertisements, expected.router_advertisements);
  EXPECT_TRUE(read->iscsi_addresses.empty());
  EXPECT_EQ(read->iscsi_ping_after, expected.iscsi_ping_after);
  EXPECT_EQ(read->iscsi_ping_limit, expected.iscsi_ping_limit);
  EXPECT_EQ(read->dhcp_port, expected.dhcp_port);
  EXPECT_EQ(read->pxe_port, expected.pxe_port);
  EXPECT_EQ(read->tftp_port, expected.tftp_port);
  EXPECT_EQ(read->http_port, expected.http_port);
  EXPECT_EQ(read->iscsi_port, expected.iscsi_port);
}

TEST(ExampleSettings, NoKeyIsMissing) {
  const std::string text = uncommented_example();
  // The error for an unknown key lists the known ones.
  const Result<Settings> refused = parse_settings("no_such_key = 1\n", "x.toml");
  ASSERT_FALSE(refused);
  const std::regex key("([a-z]+\\.)?([a-z_]+)(,|$)");
  const std::string list = refused.error().message.substr(refused.error().message.find("the keys are ") + 13);
  int keys = 0;
  for (std::sregex_iterator at(list.begin(), list.end(), key), end; at != end; ++at, ++keys) {
    EXPECT_NE(text.find("\n" + (*at)[2].str() + " = "), std::string::npos)
        << "packaging/bootferry.toml lacks " << (*at).str();
  }
  EXPECT_GT(keys, 10);
}

}  // namespace
}  // namespace bootferry::app
