// SPDX-License-Identifier: Apache-2.0
// A flush that fails has lost data, whatever the next one says. This program's own fdatasync fails when told to.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>

#include "images/raw_device.hpp"
#include "support/temporary_folder.hpp"

namespace {
std::atomic<int> next_failure{0};
}

extern "C" int fdatasync(int fd) {
  if (const int failure = next_failure.exchange(0)) {
    errno = failure;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace bootferry::images {
namespace {

class FlushFailure : public testing::TestWithParam<int> {};

TEST_P(FlushFailure, stays_until_the_disk_is_opened_again) {
  const test::TemporaryFolder folder;
  const auto path = folder / "disk";
  std::ofstream(path).close();
  std::filesystem::resize_file(path, 1 << 20);
  auto device = make_raw_device(path, OpenMode::read_write).value();
  ASSERT_TRUE(device->write({0}, Bytes(4096, 1)));
  EXPECT_TRUE(device->flush());
  next_failure = GetParam();
  EXPECT_FALSE(device->flush());
  EXPECT_EQ(next_failure, 0);
  // The kernel tells of a failed writeback once: after it, this would be a lie.
  EXPECT_FALSE(device->flush());
  EXPECT_TRUE(make_raw_device(path, OpenMode::read_write).value()->flush());
}

INSTANTIATE_TEST_SUITE_P(Reasons, FlushFailure, testing::Values(EIO, ENOSPC, EDQUOT), [](const auto& row) {
  return row.param == EIO ? "io" : row.param == ENOSPC ? "room" : "quota";
});

TEST(Flush, an_interrupted_one_is_done_again) {
  const test::TemporaryFolder folder;
  const auto path = folder / "disk";
  std::ofstream(path).close();
  std::filesystem::resize_file(path, 1 << 20);
  auto device = make_raw_device(path, OpenMode::read_write).value();
  next_failure = EINTR;
  EXPECT_TRUE(device->flush());
}

}  // namespace
}  // namespace bootferry::images
