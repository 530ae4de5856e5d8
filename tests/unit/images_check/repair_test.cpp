// SPDX-License-Identifier: Apache-2.0
// A repair that stops at any step: each block is as it was or as it should be, and the next repair goes on.
#include "images/check/check_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/fault_device.hpp"
#include "unit/images_check/disk_fixture.hpp"

namespace bootferry::images::check {
namespace {

using test::DiskFile;

constexpr std::size_t looked_at = 1 << 20;

std::shared_ptr<MemoryDevice> device_of(const Bytes& bytes) {
  auto device = std::make_shared<MemoryDevice>(mib(20));
  EXPECT_TRUE(device->write({0}, bytes));
  return device;
}

Bytes content_of(BlockDevice& device) {
  Bytes bytes(looked_at);
  EXPECT_TRUE(device.read({0}, bytes));
  return bytes;
}

TEST(Repair, LeavesEachBlockBeforeOrAfterWhereverItFails) {
  const DiskFile disk(mib(20));
  disk.make("dos");
  const Bytes good = disk.peek(0, mib(20).value);
  disk.poke(447, {0x09});
  disk.poke(510, {0, 0});
  disk.poke(63 * 512 + 26, {4});
  disk.poke(63 * 512 + 28, {9, 9});
  const Bytes broken = disk.peek(0, mib(20).value);

  test::FaultDevice whole(device_of(broken));
  ASSERT_TRUE(repair_image(whole));
  const auto calls = whole.calls();
  const auto count = [&](const char* what) { return std::ranges::count(calls, what, &test::FaultDevice::Call::what); };
  EXPECT_EQ(count("write"), 2) << "one for the table, one for the boot sector";
  EXPECT_EQ(count("flush"), 2);

  for (std::size_t nth = 1; nth <= calls.size(); ++nth) {
    const auto below = device_of(broken);
    test::FaultDevice device(below);
    device.fail_call(nth);
    const auto stopped = repair_image(device);
    if (stopped) continue;  // a read whose failure is no harm
    EXPECT_EQ(stopped.error().kind, ErrorKind::io);
    const Bytes now = content_of(*below);
    for (std::size_t at = 0; at < looked_at; at += 512) {
      const auto same = [&](const Bytes& other) { return std::equal(&now[at], &now[at] + 512, &other[at]); };
      ASSERT_TRUE(same(broken) || same(good)) << "sector " << at / 512 << " after failure " << nth;
    }
    ASSERT_TRUE(repair_image(*below));
    const Bytes after = content_of(*below);
    EXPECT_TRUE(std::equal(after.begin(), after.end(), good.begin())) << nth;
  }
}

TEST(Repair, WritesNothingWhereNothingIsWrong) {
  const DiskFile disk(mib(20));
  disk.make("dos");
  test::FaultDevice device(device_of(disk.peek(0, mib(20).value)));
  const auto repaired = repair_image(device);
  ASSERT_TRUE(repaired);
  EXPECT_TRUE(repaired->mended.empty());
  for (const auto& call : device.calls()) EXPECT_EQ(call.what, "read");
}

}  // namespace
}  // namespace bootferry::images::check
