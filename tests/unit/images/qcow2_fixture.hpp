// SPDX-License-Identifier: Apache-2.0
// qcow2 devices on disks in memory, which can be killed and lose their power, and on files that qemu-img looks at.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "images/memory_device.hpp"
#include "images/posix_file.hpp"
#include "images/qcow2/device.hpp"
#include "support/temporary_folder.hpp"
#include "support/volatile_file.hpp"

namespace bootferry::images::qcow2 {

/// A qcow2 file, its notes, and how often the machine was started.
struct Machine {
  std::shared_ptr<test::Disk> image = std::make_shared<test::Disk>();
  std::array<std::shared_ptr<test::Disk>, 2> notes{std::make_shared<test::Disk>(), std::make_shared<test::Disk>()};
  std::shared_ptr<BlockDevice> backing;
  std::uint8_t boots = 1;

  void lay_out(ByteCount size, std::uint32_t cluster_bits) {
    test::VolatileFile file(image);
    NewFile wanted{size, cluster_bits, {}, {}};
    if (backing) wanted.backing_name = "base.raw", wanted.backing_format = "raw";
    const auto done = qcow2::lay_out(file, wanted);
    ASSERT_TRUE(done) << done.error().message;
  }
  [[nodiscard]] Result<std::shared_ptr<Device>> open(OpenMode mode = OpenMode::read_write, ByteCount limit = {},
                                                     std::size_t cached_bytes = 64 << 10) {
    Files files;
    files.image = std::make_unique<test::VolatileFile>(image);
    for (std::size_t i = 0; i < 2; ++i) files.journal[i] = std::make_unique<test::VolatileFile>(notes[i]);
    Options options;
    options.mode = mode;
    options.limit = limit;
    options.cached_bytes = cached_bytes;
    options.boot_id.fill(boots);
    return open_device(std::move(files), backing, options);
  }
  void cut_power(Random& random) {
    image->cut_power(random);
    for (auto& disk : notes) disk->cut_power(random);
    ++boots;
  }
};

/// Runs a command line; its output goes into the message of a failed test.
inline testing::AssertionResult runs(const std::string& command) {
  const test::TemporaryFolder folder;
  const std::string log = folder.path() / "log";
  if (std::system((command + " >" + log + " 2>&1").c_str()) == 0) return testing::AssertionSuccess();
  std::ifstream in(log);
  return testing::AssertionFailure() << command << ": "
                                     << std::string(std::istreambuf_iterator<char>(in),
                                                    std::istreambuf_iterator<char>());
}

/// qemu-img finds nothing wrong, and no cluster lost.
inline testing::AssertionResult is_clean(const test::Disk& disk) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "image.qcow2";
  const Bytes bytes = disk.bytes();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  std::ofstream(folder.path() / "base.raw").close();
  std::filesystem::resize_file(folder.path() / "base.raw", 1 << 20);  // its content does not matter here
  return runs("qemu-img check -q -f qcow2 " + path.string());
}

}  // namespace bootferry::images::qcow2
