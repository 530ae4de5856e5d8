// SPDX-License-Identifier: Apache-2.0
#include "app/server_address.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

TEST(ServerAddress, UrlsHaveTheirPartsAndOurPorts) {
  auto server = parse_server_url("https://10.99.0.1");
  ASSERT_TRUE(server);
  EXPECT_TRUE(server->tls);
  EXPECT_EQ(server->to_string(), "https://10.99.0.1:8443");
  server = parse_server_url("http://boot.lan:80/boot/");
  ASSERT_TRUE(server);
  EXPECT_FALSE(server->tls);
  EXPECT_EQ(server->host, "boot.lan");
  EXPECT_EQ(server->port, "80");
  EXPECT_EQ(server->base, "/boot");
  server = parse_server_url("https://[fd00::1]:444");
  ASSERT_TRUE(server);
  EXPECT_EQ(server->host, "fd00::1");
  EXPECT_EQ(server->to_string(), "https://[fd00::1]:444");
}

TEST(ServerAddress, WhatIsNoUrlIsNamed) {
  for (const char* url :
       {"", "boot.lan", "ftp://boot.lan", "http://", "http://:80", "http://a:port", "http://a:123456",
        "http://[fd00::1", "http://a b", "http://alice:secret@a", "http://a/?x=1", "http://a\r\nX: 1"})
    EXPECT_FALSE(parse_server_url(url)) << url;
  EXPECT_NE(parse_server_url("boot.lan").error().message.find("\"boot.lan\""), std::string::npos);
}

TEST(ServerAddress, FingerprintsAreTakenAsToolsPrintThem) {
  const std::string digits = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  EXPECT_EQ(parse_fingerprint("sha256:" + digits).value(), digits);
  EXPECT_EQ(parse_fingerprint("01:23:45:67:89:AB:CD:EF:" + digits.substr(16)).value(), digits);
  for (const std::string& wrong :
       {std::string(), digits.substr(1), digits + "0", "sha1:" + digits, "x" + digits.substr(1)})
    EXPECT_FALSE(parse_fingerprint(wrong)) << wrong;
}

TEST(ServerAddress, ATokenIsTheFirstLineOfItsFile) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "token";
  std::ofstream(file) << "bf_secret\r\nmore\n";
  EXPECT_EQ(read_token(file).value(), "bf_secret");
  std::ofstream(file) << "\n";
  EXPECT_FALSE(read_token(file));
  EXPECT_FALSE(read_token(folder.path() / "none"));
}

}  // namespace
}  // namespace bootferry::app
