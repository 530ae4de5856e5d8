// SPDX-License-Identifier: Apache-2.0
// Who may open which disk: the registry's assignment joined with the library's sharing rule.
#include "app/disk_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "boot/target_name.hpp"
#include "support/memory_registry.hpp"
#include "support/scsi_initiator.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

using iscsi::LoginRefusal;

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};
const MacAddress pc2{{0x52, 0x54, 0, 0, 0, 2}};

class DiskDirectoryTest : public testing::Test {
 protected:
  void assign(const MacAddress& mac, std::string name, std::vector<boot::Drive> drives) {
    boot::Client client;
    client.mac = mac;
    client.name = std::move(name);
    client.known = true;
    client.set_boot(boot::Disks{std::move(drives)});
    client.access.auth = boot::AuthKind::none;
    client.access.initiator = "any";
    registry.now.clients[mac] = client;
  }
  std::expected<iscsi::OpenedTarget, LoginRefusal> open(const MacAddress& mac, std::uint8_t drive = 0x80) {
    return directory.open(boot::target_name({mac, drive}), {boot::initiator_name(mac), "10.99.0.50", {}});
  }

  test::TemporaryFolder folder;
  test::MemoryRegistry registry;
  images::ImageLibrary library{folder.path()};
  ManualClock clock;
  boot::BootSecrets boot_secrets{{}, clock, {}, [](const MacAddress&, std::uint64_t) {}};
  LayerKeeper layers{registry, registry, library, clock};
  boot::EventBus events{clock};
  SpaceWatch space{events, folder.path()};
  DiskDirectory directory{registry, library, layers, boot_secrets, nullptr, nullptr, &space};
};

TEST_F(DiskDirectoryTest, AClientSeesItsOwnDisksOnly) {
  assign(pc1, "pc1", {{"dos", boot::DriveMode::master}, {"data", boot::DriveMode::readonly}});
  assign(pc2, "pc2", {{"data", boot::DriveMode::readonly}});
  registry.now.clients[pc1].access.initiator.clear();
  EXPECT_EQ(directory.targets_for({"iqn.1993-08.org.debian:by-hand", "10.99.0.50", {}}).size(), 1u);
  registry.now.clients[pc2].access.initiator.clear();
  EXPECT_EQ(directory.targets_for({boot::initiator_name(pc1), "10.99.0.50", {}}),
            (std::vector<std::string>{boot::target_name({pc1, 0x80}), boot::target_name({pc1, 0x81})}));
  EXPECT_EQ(directory.targets_for({"iqn.1993-08.org.debian:by-hand", "10.99.0.50", {}}).size(), 0u);
}

TEST_F(DiskDirectoryTest, SeveralSessionsOfOneBootShareTheUnit) {
  registry.add_image(library, "dos", mib(1));
  assign(pc1, "pc1", {{"dos", boot::DriveMode::master}});
  auto firmware = open(pc1);
  auto system = open(pc1);
  ASSERT_TRUE(firmware && system);
  EXPECT_EQ(firmware->unit, system->unit) << "reservations and unit attentions hang on one unit";
  EXPECT_EQ(firmware->mac, pc1);
  EXPECT_FALSE(firmware->read_only);
}

TEST_F(DiskDirectoryTest, ADiskHasTheBlocksThatItWasMadeWith) {
  registry.add_image(library, "native", mib(1), 4096);
  assign(pc1, "pc1", {{"native", boot::DriveMode::master}});
  auto opened = open(pc1);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->unit->device().block_size(), 4096u);
}

TEST_F(DiskDirectoryTest, ACdIsReadByManyWhateverTheModeSays) {
  std::ofstream(folder.path() / "dvd.iso") << std::string(40960, 'x');
  (void)registry.put_image({"dvd", "iso", "dvd.iso", {40960}, {}, 2048});
  assign(pc1, "pc1", {{"dvd", boot::DriveMode::master}});
  assign(pc2, "pc2", {{"dvd", boot::DriveMode::master}});
  auto first = open(pc1), second = open(pc2);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->read_only);
  EXPECT_FALSE(first->unit->device().capabilities().writable);
  const iscsi::scsi::Nexus nexus{1, "iqn.test,i,0x000000000001"};
  const auto inquiry = first->unit->make_task(nexus, 0, {0x12, 0, 0, 0, 36})->start();
  EXPECT_EQ(std::get<iscsi::scsi::Answer>(inquiry).data_in.at(0), 5) << "a CD-ROM drive";
  // It stays open read-only although its drive is a master: a check of the rights must not take it for changed.
  EXPECT_EQ(directory.why_revoked(
                {boot::target_name({pc1, 0x80}), {boot::initiator_name(pc1), "10.99.0.50", {}}, "dvd readonly"}),
            std::nullopt);
}

TEST_F(DiskDirectoryTest, AMachineAndAPersonAreToldBeforeAQuotaIsMetAndSpaceGivenBackServesAgain) {
  registry.add_image(library, "win", mib(64));
  boot::Drive drive{"win", boot::DriveMode::private_overlay};
  drive.quota = mib(16);
  assign(pc1, "pc1", {drive});
  auto opened = open(pc1);
  ASSERT_TRUE(opened) << opened.error().reason;
  test::ScsiInitiator machine(*opened->unit, 1);
  const Bytes data(mib(1).value, 7);
  const auto write = [&](std::uint8_t mib) {
    return machine.send({0x2a, 0, 0, 0, static_cast<std::uint8_t>(mib * 8), 0, 0, 0x08, 0, 0}, data);
  };
  std::uint8_t at = 0;
  test::ScsiInitiator::Reply reply;
  while ((reply = write(at)).good() && at < 20) ++at;
  EXPECT_EQ(reply.code(), 0x3807) << "first the warning";
  const auto told = events.since(0).first;
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, boot::EventKind::space_low);
  EXPECT_EQ(told[0].mac, pc1);
  while ((reply = write(at)).good() && at < 20) ++at;
  EXPECT_EQ(reply.key(), iscsi::scsi::SenseKey::data_protect);
  EXPECT_EQ(reply.code(), 0x2707);
  EXPECT_GE(at, 14);
  EXPECT_LT(at, 17);
  Bytes list{0, 22, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0};  // the first 4 MiB
  ASSERT_TRUE(machine.send({0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0}, list).good());
  EXPECT_TRUE(write(at).good());
}

TEST_F(DiskDirectoryTest, AnotherMachineIsRefusedAWritableImageByTheNameOfItsHolder) {
  registry.add_image(library, "dos", mib(1));
  assign(pc1, "pc1", {{"dos", boot::DriveMode::master}});
  assign(pc2, "pc2", {{"dos", boot::DriveMode::master}});
  auto first = open(pc1);
  ASSERT_TRUE(first);
  auto second = open(pc2);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().why, LoginRefusal::Why::in_use);
  EXPECT_NE(second.error().reason.find("pc1 (52:54:00:00:00:01)"), std::string::npos) << second.error().reason;

  first->hold.reset();
  first->unit.reset();
  EXPECT_TRUE(open(pc2)) << "free again once the holder is gone";
}

TEST_F(DiskDirectoryTest, RenamingAClientDoesNotTakeItsDiskAway) {
  registry.add_image(library, "dos", mib(1));
  assign(pc1, "pc1", {{"dos", boot::DriveMode::master}});
  auto before = open(pc1);
  assign(pc1, "attic", {{"dos", boot::DriveMode::master}});
  EXPECT_TRUE(open(pc1)) << "the operating system's login follows the firmware's";
}

TEST_F(DiskDirectoryTest, ManyMachinesMayReadOneImage) {
  registry.add_image(library, "data", mib(1));
  assign(pc1, "", {{"data", boot::DriveMode::readonly}});
  assign(pc2, "", {{"data", boot::DriveMode::readonly}});
  auto first = open(pc1);
  auto second = open(pc2);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->read_only);
  EXPECT_FALSE(first->unit->device().capabilities().writable);
}

TEST_F(DiskDirectoryTest, WhatIsNotAssignedIsNotThere) {
  registry.add_image(library, "dos", mib(1));
  assign(pc1, "pc1", {{"dos", boot::DriveMode::master}});
  for (const std::string& target :
       {boot::target_name({pc1, 0x81}), boot::target_name({pc1, 0x00}), boot::target_name({pc2, 0x80}),
        std::string("iqn.2003-01.org.other:disk"), std::string()}) {
    auto opened = directory.open(target, {"iqn.x", "10.99.0.50", {}});
    ASSERT_FALSE(opened) << target;
    EXPECT_EQ(opened.error().why, LoginRefusal::Why::target_not_found) << target;
  }
  EXPECT_EQ(directory.find_owner(boot::target_name({pc1, 0x81})), pc1);
  EXPECT_FALSE(directory.find_owner(boot::target_name({pc2, 0x80}))) << "nobody's boot log";
  EXPECT_FALSE(directory.find_owner("iqn.2003-01.org.other:disk"));
}

TEST_F(DiskDirectoryTest, AnImageThatIsGoneIsATargetThatWasRemoved) {
  assign(pc1, "pc1", {{"lost", boot::DriveMode::master}});
  auto opened = open(pc1);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().why, LoginRefusal::Why::target_removed);
}

TEST_F(DiskDirectoryTest, ASessionWhoseDriveWasChangedHasNoRightAnyMore) {
  registry.add_image(library, "dos", mib(1));
  registry.add_image(library, "win", mib(1));
  assign(pc1, "pc1", {{"dos", boot::DriveMode::master}});
  const std::string target = boot::target_name({pc1, 0x80});
  const iscsi::Visitor visitor{boot::initiator_name(pc1), "10.99.0.50", {}};
  const auto why = [&] { return directory.why_revoked({target, visitor, "dos master"}).value_or("-"); };
  EXPECT_EQ(why(), "-");
  registry.now.clients[pc1].name = "renamed";
  EXPECT_EQ(why(), "-");
  registry.now.clients[pc1].access.initiator = "iqn.another";
  EXPECT_NE(why().find("has no right"), std::string::npos);
  EXPECT_EQ(open(pc1).error().why, LoginRefusal::Why::not_authorized);
  registry.now.clients[pc1].access = {};
  EXPECT_EQ(why(), "52:54:00:00:00:01 asks for another proof now.");
  assign(pc1, "pc1", {{"dos", boot::DriveMode::master}});
  assign(pc1, "pc1", {{"dos", boot::DriveMode::readonly}});
  EXPECT_EQ(why(), "its drive is readonly now");
  assign(pc1, "pc1", {{"win", boot::DriveMode::master}});
  EXPECT_EQ(why(), "its drive has the image win now");
  // What ran on the old disk would write to the new one what it remembers of the old: not before it has booted.
  auto reconnected = open(pc1);
  ASSERT_FALSE(reconnected);
  EXPECT_EQ(reconnected.error().why, LoginRefusal::Why::target_removed);
  EXPECT_TRUE(directory.open(target, {"iqn.another", "10.99.0.50", {}}));
  directory.on_boot_script(pc2);
  EXPECT_FALSE(open(pc1));
  directory.on_boot_script(pc1);
  EXPECT_TRUE(open(pc1));
  registry.now.clients[pc1].set_boot(boot::Wait{});
  EXPECT_EQ(why(), "its drive was taken away");
  registry.now.clients.clear();
  EXPECT_EQ(why(), "its client was removed");
  assign(pc1, "pc1", {{"dos", boot::DriveMode::master}});
  EXPECT_EQ(why(), "-");
  EXPECT_TRUE(open(pc1)) << "the old image, given back";
}

TEST_F(DiskDirectoryTest, AStrangersFetchOfTheScriptDoesNotLetTheRunningMachineToItsNewImage) {
  registry.add_image(library, "dos", mib(1));
  registry.add_image(library, "win", mib(1));
  const std::string target = boot::target_name({pc1, 0x80});
  const auto assign_proven = [&](std::string image) {
    assign(pc1, "pc1", {{std::move(image), boot::DriveMode::master}});
    registry.now.clients[pc1].access = {};
  };
  assign_proven("dos");
  const iscsi::Visitor running{boot::initiator_name(pc1), "10.99.0.50", boot_secrets.issue(pc1).user};
  ASSERT_TRUE(directory.open(target, running));
  assign_proven("win");
  ASSERT_TRUE(directory.why_revoked({target, running, "dos master"}));
  const iscsi::Visitor next{running.initiator, running.address, boot_secrets.issue(pc1).user};
  directory.on_boot_script(pc1);
  EXPECT_FALSE(directory.open(target, running)) << "it did not boot, whoever fetched that script";
  EXPECT_TRUE(directory.open(target, next));
  EXPECT_FALSE(directory.open(target, running));
}

}  // namespace
}  // namespace bootferry::app
