// SPDX-License-Identifier: Apache-2.0
// Who of those that have an image open is told that it has grown.
#include "images/image_uses.hpp"

#include <gtest/gtest.h>

#include "support/fault_device.hpp"

namespace bootferry::images {
namespace {

struct AskedDevice : test::FaultDevice {
  AskedDevice(std::shared_ptr<BlockDevice> below, Result<void> reply)
      : FaultDevice(std::move(below)), answer(std::move(reply)) {}
  Result<void> refresh_size() override {
    ++asked;
    return answer;
  }
  Result<void> answer;
  int asked = 0;
};

TEST(ImageUses, one_device_that_cannot_look_how_big_it_is_keeps_no_other_from_it) {
  const auto uses = std::make_shared<ImageUses>();
  std::vector<std::shared_ptr<AskedDevice>> devices;
  std::vector<Opened> opened;
  for (const char* holder : {"pc1", "pc2", "pc3"}) {
    const bool fails = devices.size() == 1;
    devices.push_back(
        std::make_shared<AskedDevice>(nullptr, fails ? fail(ErrorKind::io, "the test says so") : Result<void>{}));
    opened.push_back(uses->open("cd", OpenMode::read_only, holder, [&] { return devices.back(); }).value());
  }
  const auto told = uses->refresh_sizes("cd");
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().message, "the test says so");
  for (const auto& device : devices) EXPECT_EQ(device->asked, 1);
}

}  // namespace
}  // namespace bootferry::images
