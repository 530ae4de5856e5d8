// SPDX-License-Identifier: Apache-2.0
// What every device and every stack of layers must do, whatever is below: the same script against a plain byte array.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/random.hpp"
#include "images/block_device.hpp"
#include "images/image_library.hpp"
#include "images/memory_device.hpp"
#include "images/raw_device.hpp"
#include "images/read_only_device.hpp"
#include "images/thick_device.hpp"
#include "qcow2_fixture.hpp"
#include "support/fault_device.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::images {
namespace {

constexpr std::uint64_t disk_size = 1 << 20;

struct Stack {
  std::string name;
  std::function<std::shared_ptr<BlockDevice>(const test::TemporaryFolder&)> make;
};

std::shared_ptr<BlockDevice> make_sparse_file(const std::filesystem::path& path, std::uint64_t size) {
  std::ofstream(path).close();
  std::filesystem::resize_file(path, size);
  auto device = make_raw_device(path, OpenMode::read_write);
  EXPECT_TRUE(device) << device.error().message;
  return device.value();
}

// /dev/shm is a tmpfs: no ZERO_RANGE, no RWF_NOWAIT, so the fallbacks run.
std::shared_ptr<BlockDevice> make_tmpfs_file() {
  const test::TemporaryFolder unused;
  const std::filesystem::path path = std::filesystem::path("/dev/shm") / unused.path().filename();
  auto device = make_sparse_file(path, disk_size);
  std::filesystem::remove(path);
  return device;
}

std::shared_ptr<BlockDevice> make_qcow2(std::uint32_t cluster_bits, std::shared_ptr<BlockDevice> backing) {
  qcow2::Machine machine;
  machine.backing = std::move(backing);
  machine.lay_out({disk_size}, cluster_bits);
  auto device = machine.open();
  EXPECT_TRUE(device) << device.error().message;
  return device.value();
}

/// Through the library, as clients' disks are opened: `depth` layers on a raw file of `base_size`.
std::shared_ptr<BlockDevice> make_stack(const test::TemporaryFolder& folder, int depth, std::uint64_t base_size,
                                        const StackOptions& options = {}) {
  ImageLibrary library(folder / "images");
  std::vector<LayerFile> layers;
  if (base_size != 0) {
    EXPECT_TRUE(library.create("base", {base_size}));
    layers.push_back({"base.raw", "raw"});
  }
  for (int i = 0; i < depth; ++i) {
    const std::string name = "layers/" + std::to_string(i) + ".qcow2";
    const LayerFile below = layers.empty() ? LayerFile{} : layers.front();
    EXPECT_TRUE(library.make_layer({name, {disk_size}, below.file, below.format}));
    layers.insert(layers.begin(), {name, "qcow2"});
  }
  auto opened = library.open_stack(layers, OpenMode::read_write, "pc1", options);
  EXPECT_TRUE(opened) << opened.error().message;
  return opened->device;
}

StackOptions blocks_of_4k() {
  StackOptions options;
  options.block_size = 4096;
  return options;
}

StackOptions quota(std::uint64_t bytes) {
  StackOptions options;
  options.limit = {bytes};
  return options;
}

const Stack stacks[] = {
    {"memory", [](const auto&) { return std::make_shared<MemoryDevice>(ByteCount{disk_size}); }},
    {"memory_4k", [](const auto&) { return std::make_shared<MemoryDevice>(ByteCount{disk_size}, 4096); }},
    {"raw", [](const auto& folder) { return make_sparse_file(folder / "disk", disk_size); }},
    {"raw_with_tail", [](const auto& folder) { return make_sparse_file(folder / "disk", disk_size + 100); }},
    {"raw_on_tmpfs", [](const auto&) { return make_tmpfs_file(); }},
    {"qcow2", [](const auto&) { return make_qcow2(16, nullptr); }},
    {"qcow2_small_clusters", [](const auto&) { return make_qcow2(9, nullptr); }},
    {"qcow2_overlay",
     [](const auto&) { return make_qcow2(16, std::make_shared<MemoryDevice>(ByteCount{disk_size / 2})); }},
    {"library_raw", [](const auto& folder) { return make_stack(folder, 0, disk_size); }},
    {"library_qcow2", [](const auto& folder) { return make_stack(folder, 1, 0); }},
    {"overlay_on_raw", [](const auto& folder) { return make_stack(folder, 1, disk_size); }},
    {"three_deep", [](const auto& folder) { return make_stack(folder, 3, disk_size); }},
    {"longer_than_its_base", [](const auto& folder) { return make_stack(folder, 2, disk_size / 2 - 512); }},
    {"overlay_with_quota", [](const auto& folder) { return make_stack(folder, 1, disk_size, quota(4 << 20)); }},
    {"overlay_4k", [](const auto& folder) { return make_stack(folder, 2, disk_size, blocks_of_4k()); }},
    {"fault_on_raw",
     [](const auto& folder) {
       return std::make_shared<test::FaultDevice>(make_sparse_file(folder / "disk", disk_size));
     }},
};

class BlockDeviceContract : public testing::TestWithParam<Stack> {
 protected:
  test::TemporaryFolder folder_;
  std::shared_ptr<BlockDevice> device_ = GetParam().make(folder_);

  Bytes contents() {
    Bytes all(device_->size().value);
    auto read = device_->read({0}, all);
    EXPECT_TRUE(read) << read.error().message;
    return all;
  }
};

TEST_P(BlockDeviceContract, says_its_size_in_whole_blocks) {
  EXPECT_EQ(device_->size().value, disk_size);
  EXPECT_TRUE(device_->block_size() == 512 || device_->block_size() == 4096);
  EXPECT_TRUE(device_->capabilities().writable);
}

TEST_P(BlockDeviceContract, starts_as_zeros) { EXPECT_EQ(contents(), Bytes(disk_size)); }

TEST_P(BlockDeviceContract, behaves_as_a_byte_array_under_random_operations) {
  SeededRandom random(42);
  Bytes model(disk_size);
  const std::uint32_t block = device_->block_size();
  const std::uint64_t blocks = disk_size / block;
  for (int step = 0; step < 600; ++step) {
    const std::uint64_t first = random.u32() % blocks;
    const std::uint64_t count = std::min<std::uint64_t>(random.u32() % 64, blocks - first);
    const ByteCount offset{first * block}, length{count * block};
    const auto target = model.begin() + static_cast<std::ptrdiff_t>(offset.value);
    Bytes data(length.value);
    switch (random.u32() % 5) {
      case 0:
      case 1:
        random.fill(data);
        ASSERT_TRUE(device_->write(offset, data));
        std::ranges::copy(data, target);
        break;
      case 2:
        ASSERT_TRUE(device_->zero(offset, length));
        std::fill_n(target, length.value, 0);
        break;
      case 3:
        ASSERT_TRUE(device_->trim(offset, length));
        if (device_->capabilities().trimmed_reads_zero) {
          std::fill_n(target, length.value, 0);
        } else {
          ASSERT_TRUE(device_->read(offset, MutableByteView(&*target, length.value)));
        }
        break;
      default:
        ASSERT_TRUE(device_->read(offset, data));
        ASSERT_TRUE(std::equal(data.begin(), data.end(), target)) << "step " << step;
        if (step % 10 == 0) {
          ASSERT_TRUE(device_->flush());
        }
    }
  }
  EXPECT_EQ(contents(), model);
}

TEST_P(BlockDeviceContract, extents_cover_the_asked_range_once_and_holes_read_zero) {
  const std::uint32_t block = device_->block_size();
  ASSERT_TRUE(device_->write({64 * 4096}, Bytes(4096, 0xab)));
  ASSERT_TRUE(device_->flush());
  const Bytes all = contents();
  for (const auto& [offset, length] :
       {std::pair{std::uint64_t{0}, disk_size}, {63 * 4096ull, 3 * 4096ull}, {64ull * 4096, std::uint64_t{block}}}) {
    auto extents = device_->extents({offset}, {length});
    ASSERT_TRUE(extents);
    std::uint64_t next = offset;
    for (const Extent& extent : *extents) {
      EXPECT_EQ(extent.offset.value, next);
      EXPECT_GT(extent.length.value, 0u);
      next += extent.length.value;
      if (extent.allocated) continue;
      for (std::uint64_t at = extent.offset.value; at < next; ++at) ASSERT_EQ(all[at], 0) << at;
    }
    EXPECT_EQ(next, offset + length);
  }
}

TEST_P(BlockDeviceContract, trimmed_space_is_a_hole_again) {
  if (!device_->capabilities().trims) GTEST_SKIP() << "this file system gives no space back";
  ASSERT_TRUE(device_->write({0}, Bytes(256 << 10, 0x77)));
  ASSERT_TRUE(device_->trim({0}, {256 << 10}));
  auto extents = device_->extents({0}, {256 << 10});
  ASSERT_TRUE(extents);
  ASSERT_EQ(extents->size(), 1u);
  EXPECT_FALSE(extents->front().allocated);
}

TEST_P(BlockDeviceContract, refuses_what_is_not_in_whole_blocks_or_behind_the_end) {
  const std::uint32_t block = device_->block_size();
  Bytes buffer(block);
  for (const std::uint64_t offset : {std::uint64_t{1}, disk_size, disk_size + block, ~std::uint64_t{0} - block + 1}) {
    EXPECT_EQ(device_->read({offset}, buffer).error().kind, ErrorKind::invalid) << offset;
    EXPECT_EQ(device_->write({offset}, buffer).error().kind, ErrorKind::invalid) << offset;
    EXPECT_EQ(device_->trim({offset}, {block}).error().kind, ErrorKind::invalid) << offset;
    EXPECT_EQ(device_->zero({offset}, {block}).error().kind, ErrorKind::invalid) << offset;
    EXPECT_EQ(device_->extents({offset}, {block}).error().kind, ErrorKind::invalid) << offset;
  }
  EXPECT_EQ(device_->read({0}, MutableByteView(buffer).first(block - 1)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(device_->trim({block}, {~std::uint64_t{0} - block + 1}).error().kind, ErrorKind::invalid);
}

TEST_P(BlockDeviceContract, nothing_at_the_very_end_is_fine) {
  EXPECT_TRUE(device_->read({disk_size}, {}));
  EXPECT_TRUE(device_->write({disk_size}, {}));
  EXPECT_TRUE(device_->trim({disk_size}, {0}));
  EXPECT_TRUE(device_->zero({disk_size}, {0}));
}

TEST_P(BlockDeviceContract, try_read_gives_the_same_bytes_or_nothing) {
  Bytes data(8192);
  SeededRandom(7).fill(data);
  ASSERT_TRUE(device_->write({4096}, data));
  Bytes read(8192, 0xee);
  auto tried = device_->try_read({4096}, read);
  ASSERT_TRUE(tried);
  if (*tried == TryRead::done) {
    EXPECT_EQ(read, data);
  }
}

TEST_P(BlockDeviceContract, takes_calls_from_many_threads) {
  std::vector<std::thread> threads;
  const std::uint64_t share = disk_size / 4;
  for (std::uint64_t worker = 0; worker < 4; ++worker) {
    threads.emplace_back([this, worker, share] {
      const Bytes mine(4096, static_cast<std::uint8_t>(worker + 1));
      Bytes back(4096);
      for (std::uint64_t at = worker * share; at < (worker + 1) * share; at += 4096) {
        EXPECT_TRUE(device_->write({at}, mine));
        EXPECT_TRUE(device_->read({at}, back));
        EXPECT_EQ(back, mine);
      }
      EXPECT_TRUE(device_->flush());
    });
  }
  for (auto& thread : threads) thread.join();
  const Bytes all = contents();
  for (std::uint64_t at = 0; at < disk_size; at += 4096) ASSERT_EQ(all[at], at / share + 1);
}

INSTANTIATE_TEST_SUITE_P(Devices, BlockDeviceContract, testing::ValuesIn(stacks),
                         [](const auto& stack) { return stack.param.name; });

TEST(ThickDevice, keeps_its_space) {
  auto below = std::make_shared<MemoryDevice>(kib(64));
  ThickDevice device(below);
  EXPECT_TRUE(device.capabilities().writable);
  EXPECT_FALSE(device.capabilities().trims);
  ASSERT_TRUE(device.write({0}, Bytes(4096, 7)));
  ASSERT_TRUE(device.trim({0}, {512}));
  Bytes found(1024);
  ASSERT_TRUE(device.read({0}, found));
  EXPECT_EQ(found[511], 0);
  EXPECT_EQ(found[512], 7);
  const auto mapped = below->extents({0}, {4096});
  ASSERT_EQ(mapped->size(), 1u);
  EXPECT_TRUE(mapped->front().allocated) << "wiped, not given back";
  EXPECT_EQ(device.extents({0}, {kib(64)})->size(), 1u);
}

TEST(ReadOnlyDevice, reads_and_refuses_every_change) {
  auto below = std::make_shared<MemoryDevice>(ByteCount{8192});
  ASSERT_TRUE(below->write({512}, Bytes(512, 0x5a)));
  ReadOnlyDevice device(below);
  Bytes block(512);
  ASSERT_TRUE(device.read({512}, block));
  EXPECT_EQ(block, Bytes(512, 0x5a));
  EXPECT_FALSE(device.capabilities().writable);
  EXPECT_EQ(device.write({0}, block).error().kind, ErrorKind::denied);
  EXPECT_EQ(device.trim({0}, {512}).error().kind, ErrorKind::denied);
  EXPECT_EQ(device.zero({0}, {512}).error().kind, ErrorKind::denied);
  EXPECT_TRUE(device.flush());
}

TEST(FaultDevice, fails_the_nth_call_and_only_that) {
  test::FaultDevice device(std::make_shared<MemoryDevice>(ByteCount{8192}));
  Bytes block(512);
  device.fail_call(2, {ErrorKind::exhausted, "full"});
  EXPECT_TRUE(device.write({0}, block));
  EXPECT_EQ(device.write({512}, block).error().kind, ErrorKind::exhausted);
  EXPECT_TRUE(device.flush());
  EXPECT_THAT(device.calls(),
              testing::ElementsAre(test::FaultDevice::Call{"write", 0, 512}, test::FaultDevice::Call{"write", 512, 512},
                                   test::FaultDevice::Call{"flush", 0, 0}));
}

}  // namespace
}  // namespace bootferry::images
