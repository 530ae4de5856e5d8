// SPDX-License-Identifier: Apache-2.0
#include "app/disk_rights.hpp"

#include <gtest/gtest.h>

#include "boot/target_name.hpp"

namespace bootferry::app {
namespace {

using Demand = DiskRights::Demand;
using iscsi::LoginRefusal;
using iscsi::Visitor;

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};
const MacAddress pc2{{0x52, 0x54, 0, 0, 0, 2}};
const std::string disk1 = boot::target_name({pc1, 0x80}), disk2 = boot::target_name({pc2, 0x80});
const std::string own = boot::initiator_name(pc1);

class FixedRegistry final : public boot::ClientRegistry {
 public:
  boot::RegistrySnapshot now;
  std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override {
    return std::make_shared<boot::RegistrySnapshot>(now);
  }
  void note_seen(const boot::Sighting&) override {}
  Result<void> put_client(const boot::Client&) override { return {}; }
  Result<void> remove_client(const MacAddress&) override { return {}; }
  Result<void> put_image(const boot::Image&) override { return {}; }
  Result<void> remove_image(std::string_view) override { return {}; }
};

struct DiskRightsTest : testing::Test {
  FixedRegistry registry;
  ManualClock clock;
  boot::BootSecrets boot_secrets{{7}, clock, {}, [](const MacAddress&, std::uint64_t) {}};
  DiskRights rights{registry, boot_secrets};

  boot::Access& give(const MacAddress& mac, boot::AuthKind auth, std::string initiator = "", std::string secret = "") {
    boot::Client& client = registry.now.clients[mac];
    client.mac = mac;
    client.set_boot(boot::Disks{{{"dos", boot::DriveMode::master}}});
    client.access.auth = auth;
    client.access.initiator = std::move(initiator);
    client.access.secret = boot::Secret(std::move(secret));
    return client.access;
  }
  std::optional<LoginRefusal::Why> refusal(const std::string& target, const Visitor& visitor) {
    const auto demand = rights.admit(target, visitor);
    return demand ? std::nullopt : std::optional(demand.error().why);
  }
  const boot::Client& client(const MacAddress& mac) { return registry.now.clients.at(mac); }
};

TEST_F(DiskRightsTest, ByDefaultTheClientComesUnderItsOwnNameWithTheSecretOfItsBoot) {
  give(pc1, boot::AuthKind::boot);
  EXPECT_EQ(rights.admit(disk1, {own, "10.99.0.50", ""}), Demand::chap);
  const auto made = boot_secrets.issue(pc1);
  const Visitor visitor{own, "10.99.0.50", made.user};
  ASSERT_TRUE(rights.find_secret(disk1, visitor));
  EXPECT_EQ(rights.find_secret(disk1, visitor)->initiator, made.secret.reveal());
  EXPECT_TRUE(rights.find_secret(disk1, visitor)->target.empty()) << "iPXE's mutual CHAP is not asked for";
  EXPECT_FALSE(rights.find_objection(client(pc1), visitor));
  EXPECT_TRUE(rights.find_objection(client(pc1), {own, "10.99.0.50", ""}));
}

TEST_F(DiskRightsTest, StrangersAreRefusedByNameAndByAddress) {
  give(pc1, boot::AuthKind::none);
  give(pc2, boot::AuthKind::none, "any").from = *parse_ip_network("10.99.0.50");
  EXPECT_EQ(refusal(disk1, {"iqn.stranger", "10.99.0.50", ""}), LoginRefusal::Why::not_authorized);
  EXPECT_EQ(refusal(disk2, {"iqn.stranger", "10.99.0.51", ""}), LoginRefusal::Why::not_authorized);
  EXPECT_EQ(rights.admit(disk2, {"iqn.stranger", "10.99.0.50", ""}), Demand::none);
  EXPECT_EQ(refusal("iqn.2026-11.org.bootferry:525400000001.81", {own, "10.99.0.50", ""}),
            LoginRefusal::Why::target_not_found);
  EXPECT_EQ(refusal("nonsense", {own, "10.99.0.50", ""}), LoginRefusal::Why::target_not_found);
}

TEST_F(DiskRightsTest, ANewBootEndsTheOldOnesRight) {
  give(pc1, boot::AuthKind::boot);
  const auto old = boot_secrets.issue(pc1), next = boot_secrets.issue(pc1);
  const Visitor before{own, "10.99.0.50", old.user}, after{own, "10.99.0.50", next.user};
  rights.on_opened(client(pc1), before);
  EXPECT_FALSE(rights.find_objection(client(pc1), before));
  rights.on_opened(client(pc1), after);
  EXPECT_TRUE(rights.find_objection(client(pc1), before));
  EXPECT_FALSE(rights.find_secret(disk1, before));
  EXPECT_FALSE(rights.find_objection(client(pc1), after));
}

TEST_F(DiskRightsTest, FixedSecretsBelongToOneUser) {
  give(pc1, boot::AuthKind::chap, "iqn.debian:1", "twelve bytes");
  boot::Access& mutual = give(pc2, boot::AuthKind::mutual, "any", "other twelve bytes");
  mutual.user = "dos";
  mutual.target_secret = boot::Secret("the target's secret");
  EXPECT_EQ(rights.find_secret(disk1, {"iqn.debian:1", "10.99.0.50", "iqn.debian:1"})->initiator, "twelve bytes");
  EXPECT_FALSE(rights.find_secret(disk1, {"iqn.debian:1", "10.99.0.50", "dos"}));
  EXPECT_FALSE(rights.find_secret(disk1, {"iqn.debian:2", "10.99.0.50", "iqn.debian:2"}));
  const auto both = rights.find_secret(disk2, {"iqn.debian:1", "10.99.0.50", "dos"});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->target, "the target's secret");
  EXPECT_EQ(both->target_user, disk2);
  const auto boots = boot_secrets.issue(pc1);
  EXPECT_FALSE(rights.find_secret(disk1, {"iqn.debian:1", "10.99.0.50", boots.user}))
      << "a boot's secret opens no other";
  mutual.secret = {};
  EXPECT_FALSE(rights.find_secret(disk2, {"iqn.debian:1", "10.99.0.50", "dos"})) << "no secret is not an empty one";
}

TEST_F(DiskRightsTest, AChangedSecretEndsWhatTheOldOneOpened) {
  boot::Access& access = give(pc1, boot::AuthKind::chap, "iqn.debian:1", "twelve bytes");
  const auto proves = [&](std::string secret, std::string target) {
    return Visitor{"iqn.debian:1", "10.99.0.50", "iqn.debian:1",
                   fingerprint(iscsi::ChapSecret{std::move(secret), std::move(target), {}})};
  };
  const Visitor visitor = proves("twelve bytes", "");
  EXPECT_FALSE(rights.find_objection(client(pc1), visitor));
  access.secret = boot::Secret("other twelve bytes");
  EXPECT_TRUE(rights.find_objection(client(pc1), visitor));
  EXPECT_FALSE(rights.find_objection(client(pc1), proves("other twelve bytes", "")));
  access.secret = boot::Secret("twelve bytes");
  access.auth = boot::AuthKind::mutual;
  access.target_secret = boot::Secret("the target's secret");
  EXPECT_TRUE(rights.find_objection(client(pc1), visitor)) << "it never asked who we are";
  EXPECT_FALSE(rights.find_objection(client(pc1), proves("twelve bytes", "the target's secret")));
}

TEST_F(DiskRightsTest, DiscoveryShowsOnlyWhatTheVisitorHasARightTo) {
  give(pc1, boot::AuthKind::none, "iqn.a");
  give(pc2, boot::AuthKind::chap, "iqn.b", "twelve bytes");
  using Names = std::vector<std::string>;
  EXPECT_EQ(rights.admit("", {"iqn.stranger", "10.99.0.50", ""}), Demand::none);
  EXPECT_EQ(rights.targets_for({"iqn.stranger", "10.99.0.50", ""}), Names{});
  EXPECT_EQ(rights.targets_for({"iqn.a", "10.99.0.50", ""}), Names{disk1});
  EXPECT_EQ(rights.admit("", {"iqn.b", "10.99.0.50", ""}), Demand::chap);
  EXPECT_EQ(rights.targets_for({"iqn.b", "10.99.0.50", ""}), Names{});
  EXPECT_EQ(rights.targets_for({"iqn.b", "10.99.0.50", "iqn.b"}), Names{disk2});
  EXPECT_EQ(rights.find_secret("", {"iqn.b", "10.99.0.50", "iqn.b"})->initiator, "twelve bytes");

  give(pc1, boot::AuthKind::none, "iqn.b");
  EXPECT_EQ(rights.admit("", {"iqn.b", "10.99.0.50", ""}), Demand::chap_or_none);
  EXPECT_EQ(rights.targets_for({"iqn.b", "10.99.0.50", ""}), Names{disk1});
  EXPECT_EQ(rights.targets_for({"iqn.b", "10.99.0.50", "iqn.b"}), (Names{disk1, disk2}));

  give(pc1, boot::AuthKind::chap, "iqn.b", "other twelve bytes");
  EXPECT_EQ(rights.targets_for({"iqn.b", "10.99.0.50", "iqn.b"}), Names{disk1}) << "one secret proves one right";

  give(pc1, boot::AuthKind::boot);
  EXPECT_EQ(rights.admit("", {own, "10.99.0.50", ""}), Demand::chap_or_none);
  EXPECT_EQ(rights.targets_for({own, "10.99.0.50", ""}), Names{});
  EXPECT_EQ(rights.targets_for({own, "10.99.0.50", boot_secrets.issue(pc1).user}), Names{disk1});
}

}  // namespace
}  // namespace bootferry::app
