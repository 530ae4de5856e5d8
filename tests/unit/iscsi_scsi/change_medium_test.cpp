// SPDX-License-Identifier: Apache-2.0
// A removable disk gets another medium while initiators have it open.
#include "images/memory_device.hpp"
#include "images/tray_device.hpp"
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::uint64_t floppy = 1474560;

struct ChangeMedium : testing::Test {
  std::shared_ptr<images::BlockDevice> first = std::make_shared<images::MemoryDevice>(ByteCount{floppy}, 512);
  std::shared_ptr<images::BlockDevice> second = std::make_shared<images::MemoryDevice>(ByteCount{floppy}, 512);
  std::shared_ptr<images::TrayDevice> tray = std::make_shared<images::TrayDevice>(first);
  std::shared_ptr<LogicalUnit> unit = make_disk(tray, removable());
  test::ScsiInitiator pc{*unit, 1}, other{*unit, 2};

  static Identity removable() {
    Identity made;
    made.target_name = "iqn.2026-11.org.bootferry:525400e2e001.00";
    made.serial = "525400e2e001-00";
    made.removable = true;
    return made;
  }
  Result<void> change() {
    return unit->change_medium([this] {
      tray->insert(second);
      return Result<void>{};
    });
  }
  static void fill(images::BlockDevice& device, std::uint8_t value) {
    ASSERT_TRUE(device.write({0}, Bytes(512, value)));
  }
  std::uint8_t first_byte(test::ScsiInitiator& who) {
    const auto reply = who.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0});
    EXPECT_TRUE(reply.good());
    return reply.data.empty() ? 0 : reply.data[0];
  }
};

TEST_F(ChangeMedium, EveryNexusHearsOfItOnceAndReadsTheNewOne) {
  fill(*first, 1);
  fill(*second, 2);
  EXPECT_EQ(first_byte(pc), 1);
  ASSERT_TRUE(change());
  for (test::ScsiInitiator* who : {&pc, &other}) {
    const auto told = who->send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0});
    EXPECT_EQ(told.key(), SenseKey::unit_attention);
    EXPECT_EQ(told.code(), 0x2800);
    EXPECT_EQ(first_byte(*who), 2);
  }
}

TEST_F(ChangeMedium, WhatWasEjectedIsInAgain) {
  EXPECT_TRUE(pc.send({0x1b, 0, 0, 0, 0x02, 0}).good());
  ASSERT_TRUE(change());
  EXPECT_EQ(pc.send({0x00}).code(), 0x2800);
  EXPECT_TRUE(pc.send({0x00}).good());
}

TEST_F(ChangeMedium, NotWhileAnInitiatorForbidsIt) {
  EXPECT_TRUE(pc.send({0x1e, 0, 0, 0, 0x01, 0}).good());
  const auto refused = change();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_EQ(tray->medium(), first);
  EXPECT_TRUE(pc.send({0x00}).good()) << "nobody is told of what did not happen";
  EXPECT_TRUE(pc.send({0x1e, 0, 0, 0, 0x00, 0}).good());
  EXPECT_TRUE(change());
}

TEST_F(ChangeMedium, AFailedChangeLeavesEverythingAsItIs) {
  const auto failed = unit->change_medium([] { return Result<void>(fail(ErrorKind::io, "no")); });
  ASSERT_FALSE(failed);
  EXPECT_TRUE(pc.send({0x00}).good());
}

TEST_F(ChangeMedium, AWriteThatWasMeantForTheOldOneNeverReachesTheNewOne) {
  const auto task = unit->make_task({1, "pc"}, 0, {0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0});
  ASSERT_TRUE(std::holds_alternative<NeedData>(task->start()));
  ASSERT_TRUE(change());
  const Bytes data(512, 0xee);
  const auto step = task->on_data_out(data);
  const auto* job = std::get_if<DiskJob>(&step);
  ASSERT_TRUE(job);
  Bytes buffer = data;
  EXPECT_FALSE(unit->run_job(*job, buffer));
  Bytes found(512);
  ASSERT_TRUE(second->read({0}, found));
  EXPECT_EQ(found, Bytes(512, 0));
}

TEST_F(ChangeMedium, AFixedDiskHasNone) {
  const auto fixed = make_disk(first, [] {
    Identity made = removable();
    made.removable = false;
    return made;
  }());
  EXPECT_EQ(fixed->change_medium([] { return Result<void>{}; }).error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
