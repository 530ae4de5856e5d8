// SPDX-License-Identifier: Apache-2.0
// What a client's copies may reach: its own drives, as they are now, while they are open.
#include "app/open_units.hpp"

#include <gtest/gtest.h>

#include "boot/target_name.hpp"
#include "images/memory_device.hpp"

namespace bootferry::app {
namespace {

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};
const MacAddress pc2{{0x52, 0x54, 0, 0, 0, 2}};

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

class OpenUnitsTest : public testing::Test {
 protected:
  void assign(const MacAddress& mac, std::vector<boot::Drive> drives) {
    boot::Client client;
    client.mac = mac;
    client.set_boot(boot::Disks{std::move(drives)});
    registry.now.clients[mac] = client;
  }
  OpenUnits::Unit open(const MacAddress& mac, std::uint8_t number, const boot::Drive& drive) {
    const std::string target = boot::target_name({mac, number});
    return units->get(OpenUnits::key_of(target, drive, {}), [&] {
      iscsi::scsi::Identity identity;
      identity.target_name = target;
      return iscsi::scsi::make_disk(std::make_shared<images::MemoryDevice>(kib(64)), identity);
    });
  }

  FixedRegistry registry;
  std::shared_ptr<OpenUnits> units = std::make_shared<OpenUnits>();
  ClientDrives reach{pc1, registry, units};
};

TEST_F(OpenUnitsTest, AClientReachesItsOwnOpenDrivesOnly) {
  const boot::Drive system{"system", boot::DriveMode::master}, data{"data", boot::DriveMode::readonly};
  assign(pc1, {system, data});
  assign(pc2, {data});
  const auto first = open(pc1, 0x80, system);
  auto second = open(pc1, 0x81, data);
  const auto strangers = open(pc2, 0x80, data);
  EXPECT_EQ(reach.find(first->naa()), first);
  EXPECT_EQ(reach.find(second->naa()), second);
  EXPECT_EQ(reach.find(strangers->naa()), nullptr);
  const auto name = second->naa();
  second.reset();
  EXPECT_EQ(reach.find(name), nullptr) << "no session has it open";
}

TEST_F(OpenUnitsTest, ADriveThatWasTakenAwayIsOutOfReachThoughASessionStillHasIt) {
  const boot::Drive system{"system", boot::DriveMode::master}, data{"data", boot::DriveMode::master};
  assign(pc1, {system, data});
  const auto second = open(pc1, 0x81, data);
  ASSERT_EQ(reach.find(second->naa()), second);
  assign(pc1, {system, {"data", boot::DriveMode::readonly}});
  EXPECT_EQ(reach.find(second->naa()), nullptr) << "it was opened for writing, which it may no more";
  assign(pc1, {system});
  EXPECT_EQ(reach.find(second->naa()), nullptr);
  registry.now.clients.clear();
  EXPECT_EQ(reach.find(second->naa()), nullptr);
}

TEST_F(OpenUnitsTest, AllSessionsOfADriveShareAUnitWhileOneOfThemLives) {
  const boot::Drive system{"system", boot::DriveMode::master};
  auto one = open(pc1, 0x80, system);
  EXPECT_EQ(open(pc1, 0x80, system), one);
  EXPECT_NE(open(pc1, 0x80, {"other", boot::DriveMode::master}), one);
}

}  // namespace
}  // namespace bootferry::app
