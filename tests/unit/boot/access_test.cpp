// SPDX-License-Identifier: Apache-2.0
#include "boot/access.hpp"

#include <gtest/gtest.h>

#include "boot/script_policy.hpp"

namespace bootferry::boot {
namespace {

const MacAddress pc{{0x52, 0x54, 0, 0xe2, 0xe0, 1}};
const std::string own = "iqn.2026-11.org.bootferry:525400e2e001";

AccessChange fixed(AuthKind auth, std::string secret, std::string target = "") {
  AccessChange change;
  change.auth = auth;
  if (!secret.empty()) change.secret = Secret(std::move(secret));
  if (!target.empty()) change.target_secret = Secret(std::move(target));
  return change;
}

TEST(Access, ByDefaultIsTheClientsOwnNameAndTheSecretOfItsBoot) {
  const Access access;
  EXPECT_EQ(access.auth, AuthKind::boot);
  EXPECT_TRUE(initiator_fits(access, pc, own));
  EXPECT_TRUE(initiator_fits(access, pc, "IQN.2026-11.org.Bootferry:525400E2E001"));
  EXPECT_FALSE(initiator_fits(access, pc, own + "0"));
  EXPECT_FALSE(initiator_fits(access, pc, "iqn.2026-11.org.bootferry:525400e2e002"));
  EXPECT_FALSE(initiator_fits(access, pc, ""));
  EXPECT_TRUE(address_fits(access, "203.0.113.1"));
}

TEST(Access, OfANamedInitiatorOrAny) {
  AccessChange change;
  change.initiator = "iqn.1993-08.org.debian:01:abc";
  change.from = *parse_ip_network("10.99.0.0/24");
  Access access = *change_access({}, change);
  EXPECT_TRUE(initiator_fits(access, pc, "iqn.1993-08.org.debian:01:abc"));
  EXPECT_FALSE(initiator_fits(access, pc, own)) << "only the one that was named";
  EXPECT_TRUE(address_fits(access, "10.99.0.7"));
  EXPECT_FALSE(address_fits(access, "10.98.0.7"));
  EXPECT_EQ(chap_user(access, "iqn.x"), "iqn.x");
  change = {};
  change.initiator = "any";
  access = *change_access(access, change);
  EXPECT_TRUE(initiator_fits(access, pc, "iqn.whoever"));
  EXPECT_TRUE(access.from) << "what is left out keeps its value";
  change.initiator = "";
  change.from.emplace(std::nullopt);
  EXPECT_EQ(*change_access(access, change), Access{});
}

TEST(Access, FixedSecretsAreCheckedAndKept) {
  const Access chap = *change_access({}, fixed(AuthKind::chap, "twelve bytes"));
  EXPECT_EQ(chap.secret, Secret("twelve bytes"));
  AccessChange naming;
  naming.user = "dos";
  EXPECT_EQ(change_access(chap, naming)->secret, Secret("twelve bytes"));
  EXPECT_EQ(chap_user(*change_access(chap, naming), "iqn.x"), "dos");
  EXPECT_TRUE(change_access({}, fixed(AuthKind::chap, std::string(255, 's'))));
  const Access mutual = *change_access(chap, fixed(AuthKind::mutual, "", "another twelve"));
  EXPECT_EQ(mutual.secret, Secret("twelve bytes"));
  EXPECT_TRUE(change_access(mutual, fixed(AuthKind::chap, ""))->target_secret.empty()) << "not needed: forgotten";
  const Access none = *change_access(mutual, fixed(AuthKind::none, ""));
  EXPECT_TRUE(none.secret.empty() && none.target_secret.empty() && none.user.empty());
}

TEST(Access, NonsenseIsRefusedAndNoMessageTellsASecret) {
  const AccessChange wrong[] = {
      fixed(AuthKind::chap, ""),
      fixed(AuthKind::chap, "elevenbytes"),
      fixed(AuthKind::chap, std::string(256, 's')),
      fixed(AuthKind::chap, "elf\nbytes and more"),
      fixed(AuthKind::chap, "caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9"),
      fixed(AuthKind::chap, "elevenbytes1", "elevenbytes2"),
      fixed(AuthKind::mutual, "elevenbytes1"),
      fixed(AuthKind::mutual, "", "elevenbytes1"),
      fixed(AuthKind::mutual, "elevenbytes1", "elevenbytes1"),
      fixed(AuthKind::none, "elevenbytes1"),
      fixed(AuthKind::boot, "elevenbytes1"),
  };
  for (const AccessChange& change : wrong) {
    const auto access = change_access({}, change);
    ASSERT_FALSE(access);
    EXPECT_EQ(access.error().kind, ErrorKind::invalid);
    EXPECT_EQ(access.error().message.find("elevenbytes"), std::string::npos) << access.error().message;
  }
  for (const char* name : {"pc1", "iqn.with space", "iqn.new\nline", "own", "ANY"}) {
    AccessChange change;
    change.initiator = name;
    EXPECT_FALSE(change_access({}, change)) << name;
  }
  AccessChange change;
  change.user = "who";
  EXPECT_FALSE(change_access({}, change)) << "the boot's user name is made, not chosen";
  EXPECT_FALSE(parse_auth_kind("CHAP"));
}

TEST(Access, TheBootScriptFollowsIt) {
  RegistrySnapshot registry;
  registry.images["dos"].name = "dos";
  Client& client = registry.clients[pc];
  client.mac = pc;
  client.set_boot(Disks{{{"dos", DriveMode::master}}});
  const auto san = [&] { return std::get<SanBoot>(decide_script({pc}, registry, {}).decision); };
  EXPECT_TRUE(san().needs_secret);
  EXPECT_EQ(san().initiator, own);
  client.access.initiator = "any";
  EXPECT_EQ(san().initiator, own);
  client.access.initiator = "iqn.2001-04.com.example:pc";
  client.access.auth = AuthKind::none;
  EXPECT_FALSE(san().needs_secret);
  EXPECT_EQ(san().initiator, "iqn.2001-04.com.example:pc");
  for (const AuthKind kind : {AuthKind::chap, AuthKind::mutual}) {
    client.access.auth = kind;
    client.access.secret = Secret("a fixed secret");
    const auto broken = std::get<Broken>(decide_script({pc}, registry, {}).decision);
    EXPECT_NE(broken.reason.find("--auth boot"), std::string::npos);
    EXPECT_EQ(broken.reason.find("a fixed secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace bootferry::boot
