// SPDX-License-Identifier: Apache-2.0
// The floppy of a running machine is changed: who notices, who may go on, and what a new boot finds.
#include <gtest/gtest.h>

#include "app/disk_directory.hpp"
#include "boot/target_name.hpp"
#include "support/memory_registry.hpp"
#include "support/scsi_initiator.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};
const MacAddress pc2{{0x52, 0x54, 0, 0, 0, 2}};
constexpr ByteCount floppy_size{1474560};

struct FloppyChange : testing::Test {
  FloppyChange() {
    for (const char* name : {"one", "two"}) add_floppy(name, floppy_size);
    assign(pc1, "one");
  }
  void add_floppy(const std::string& name, ByteCount size) {
    registry.add_image(library, name, size);
    registry.now.images[name].traits.removable = true;
  }
  void assign(const MacAddress& mac, const std::string& image) {
    boot::Client client;
    client.mac = mac;
    client.known = true;
    client.set_boot(boot::Disks{{{image, boot::DriveMode::master}}});
    client.access.auth = boot::AuthKind::none;
    client.access.initiator = "any";
    registry.now.clients[mac] = client;
  }
  auto open(const MacAddress& mac) { return directory.open(target(mac), visitor(mac)); }
  static std::string target(const MacAddress& mac) { return boot::target_name({mac, 0x80}); }
  static iscsi::Visitor visitor(const MacAddress& mac) { return {boot::initiator_name(mac), "10.99.0.50", {}}; }
  std::optional<std::string> why_revoked(const iscsi::OpenedTarget& opened) {
    const auto who = visitor(pc1);
    return directory.why_revoked({target(pc1), who, opened.disk});
  }

  test::TemporaryFolder folder;
  test::MemoryRegistry registry;
  images::ImageLibrary library{folder.path()};
  ManualClock clock;
  boot::BootSecrets boot_secrets{{}, clock, {}, [](const MacAddress&, std::uint64_t) {}};
  LayerKeeper layers{registry, registry, library, clock};
  const std::filesystem::path kept = folder / "inserted";
  DiskDirectory directory{registry, library, layers, boot_secrets, nullptr, nullptr, nullptr, kept};
};

TEST_F(FloppyChange, TheSameSessionReadsTheOtherFloppyAndIsToldOnce) {
  auto opened = open(pc1);
  ASSERT_TRUE(opened);
  test::ScsiInitiator pc(*opened->unit, 1);
  ASSERT_TRUE(opened->unit->device().write({0}, Bytes(512, 1)));
  const auto changed = directory.insert_floppy(pc1, "two");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->before, "one");
  const auto told = pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0});
  EXPECT_EQ(told.code(), 0x2800);
  const auto read = pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0});
  ASSERT_TRUE(read.good());
  EXPECT_EQ(read.data[0], 0) << "the second is blank";
  EXPECT_FALSE(why_revoked(*opened)) << "its session goes on";
  ASSERT_TRUE(directory.insert_floppy(pc1, "one"));
  EXPECT_EQ(pc.send({0x00}).code(), 0x2800);
  EXPECT_EQ(pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).data[0], 1) << "what was written is on the first";
}

TEST_F(FloppyChange, ALoginInBetweenGetsTheSameDriveWithWhatIsInIt) {
  auto first = open(pc1);
  ASSERT_TRUE(first && directory.insert_floppy(pc1, "two"));
  auto again = open(pc1);
  ASSERT_TRUE(again) << again.error().reason;
  EXPECT_EQ(again->image, "two");
  EXPECT_EQ(again->unit, first->unit);
  EXPECT_FALSE(why_revoked(*again));
}

TEST_F(FloppyChange, TheFloppyThatIsOutIsFreeForAnother) {
  auto opened = open(pc1);
  ASSERT_TRUE(opened);
  assign(pc2, "one");
  EXPECT_FALSE(open(pc2)) << "in use";
  ASSERT_TRUE(directory.insert_floppy(pc1, "two"));
  const auto other = open(pc2);
  EXPECT_TRUE(other);
  EXPECT_FALSE(directory.insert_floppy(pc1, "one")) << "now the other machine has it";
  EXPECT_FALSE(why_revoked(*opened));
}

TEST_F(FloppyChange, ANewBootFindsWhatItsEntrySays) {
  {
    auto opened = open(pc1);
    ASSERT_TRUE(opened && directory.insert_floppy(pc1, "two"));
  }
  directory.on_boot_script(pc1);
  auto opened = open(pc1);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->image, "one");
}

TEST_F(FloppyChange, ARestartOfTheServerChangesNothing) {
  std::string disk;
  {
    auto opened = open(pc1);
    ASSERT_TRUE(opened && directory.insert_floppy(pc1, "two"));
    disk = opened->disk;
  }
  DiskDirectory restarted{registry, library, layers, boot_secrets, nullptr, nullptr, nullptr, kept};
  auto opened = restarted.open(target(pc1), visitor(pc1));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->image, "two");
}

TEST_F(FloppyChange, WhatCannotBeInsertedIsSaid) {
  const auto not_running = directory.insert_floppy(pc1, "two");
  EXPECT_EQ(not_running.error().kind, ErrorKind::conflict);
  auto opened = open(pc1);
  ASSERT_TRUE(opened);
  EXPECT_EQ(directory.insert_floppy(pc1, "none").error().kind, ErrorKind::not_found);
  EXPECT_EQ(directory.insert_floppy(pc2, "two").error().kind, ErrorKind::not_found);
  add_floppy("small", {737280});
  const auto small = directory.insert_floppy(pc1, "small");
  EXPECT_EQ(small.error().kind, ErrorKind::invalid);
  EXPECT_NE(small.error().message.find("took the size when it booted"), std::string::npos) << small.error().message;
  test::ScsiInitiator pc(*opened->unit, 1);
  EXPECT_TRUE(pc.send({0x1e, 0, 0, 0, 0x01, 0}).good());
  EXPECT_EQ(directory.insert_floppy(pc1, "two").error().kind, ErrorKind::conflict) << "the system keeps it in";
  EXPECT_TRUE(pc.send({0x1e, 0, 0, 0, 0x00, 0}).good());
  EXPECT_TRUE(directory.insert_floppy(pc1, "two"));
}

TEST_F(FloppyChange, AFixedDiskIsNoFloppy) {
  registry.now.images["one"].traits.removable = false;
  auto opened = open(pc1);
  ASSERT_TRUE(opened);
  EXPECT_EQ(directory.insert_floppy(pc1, "two").error().kind, ErrorKind::conflict);
}

}  // namespace
}  // namespace bootferry::app
