// SPDX-License-Identifier: Apache-2.0
// From one boot to the next: what is kept of the first, and what is read ahead for the second.
#include "app/boot_traces.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "images/memory_device.hpp"
#include "support/fault_device.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

using namespace std::chrono_literals;

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};
const MacAddress pc2{{0x52, 0x54, 0, 0, 0, 2}};
const TracedImage dos{"dos", 1};

/// A disk that has nothing in memory.
class ColdDevice final : public test::FaultDevice {
 public:
  ColdDevice() : FaultDevice(std::make_shared<images::MemoryDevice>(mib(64))) {}
  Result<images::TryRead> try_read(ByteCount, MutableByteView) override { return images::TryRead::would_block; }
};

class BootTracesTest : public testing::Test {
 protected:
  void on_boot(const MacAddress& mac, const TracedImage& image = dos) {
    traces->on_boot(mac, image, [this]() -> Result<BootTraces::Device> { return disk; });
  }
  void read(BootTraces::Device device, ByteCount offset, ByteCount length) {
    Bytes out(length.value);
    ASSERT_TRUE(device->read(offset, out));
  }
  /// A boot that reads this much from this place, and comes to rest.
  void boot(ByteCount offset, ByteCount length, const TracedImage& image = dos) {
    on_boot(pc1, image);
    traces->run_due();
    read(traces->watch(pc1, image, disk), offset, length);
    clock.advance(2min);
    traces->run_due();
  }
  std::uint64_t prefetched(const MacAddress& mac = pc1, const TracedImage& image = dos) {
    const std::uint64_t before = traces->counters().prefetched_bytes;
    on_boot(mac, image);
    traces->run_due();
    return traces->counters().prefetched_bytes - before;
  }
  void restart(bool enabled = true) {
    traces = std::make_unique<BootTraces>(
        folder / "traces", clock,
        BootTraces::Options{.enabled = enabled, .available_memory = [this] { return memory; }});
  }

  test::TemporaryFolder folder;
  ManualClock clock;
  ByteCount memory = gib(1);
  std::shared_ptr<ColdDevice> disk = std::make_shared<ColdDevice>();
  std::unique_ptr<BootTraces> traces = std::make_unique<BootTraces>(
      folder / "traces", clock, BootTraces::Options{.available_memory = [this] { return memory; }});
};

TEST_F(BootTracesTest, the_second_boot_is_read_ahead_what_the_first_read) {
  boot(mib(5), mib(3));
  EXPECT_EQ(traces->counters().recorded, 1u);
  disk->forget_calls();
  EXPECT_EQ(prefetched(), mib(3).value);
  ASSERT_EQ(disk->calls().size(), 3u);
  EXPECT_EQ(disk->calls()[0], (test::FaultDevice::Call{"read", mib(5).value, mib(1).value}));
}

TEST_F(BootTracesTest, it_outlives_the_server) {
  boot(mib(5), mib(3));
  restart();
  EXPECT_EQ(prefetched(pc2), mib(3).value);
}

TEST_F(BootTracesTest, a_version_has_its_own) {
  boot(mib(5), mib(3));
  EXPECT_EQ(prefetched(pc1, {"dos", 2}), 0u);
  EXPECT_EQ(prefetched(pc1, {"dos", 1}), mib(3).value);
}

TEST_F(BootTracesTest, all_sessions_of_a_boot_count) {
  on_boot(pc1);
  read(traces->watch(pc1, dos, disk), mib(1), mib(1));
  traces->run_due();  // the firmware's session is gone, the kernel's not yet there
  read(traces->watch(pc1, dos, disk), mib(9), mib(1));
  clock.advance(2min);
  traces->run_due();
  EXPECT_EQ(prefetched(), mib(2).value);
}

TEST_F(BootTracesTest, a_session_that_lives_on_from_the_boot_before_is_recorded_too) {
  const auto device = traces->watch(pc1, dos, disk);
  read(device, mib(1), mib(2));
  clock.advance(1h);
  on_boot(pc1);
  traces->run_due();
  read(device, mib(20), mib(4));
  clock.advance(2min);
  traces->run_due();
  EXPECT_EQ(prefetched(), mib(4).value);
}

TEST_F(BootTracesTest, reads_without_a_boot_are_not_kept) {
  read(traces->watch(pc1, dos, disk), mib(1), mib(8));
  clock.advance(2min);
  traces->run_due();
  EXPECT_EQ(traces->counters().recorded, 0u);
}

TEST_F(BootTracesTest, the_newest_whole_boot_wins) {
  boot(mib(5), mib(8));
  boot(mib(30), mib(2));
  clock.advance(2min);
  EXPECT_EQ(prefetched(), mib(2).value);
}

TEST_F(BootTracesTest, a_boot_of_next_to_nothing_is_not_kept) {
  boot(mib(5), mib(8));
  boot(mib(30), kib(900));
  clock.advance(2min);
  EXPECT_EQ(prefetched(), mib(8).value);
}

TEST_F(BootTracesTest, a_boot_that_is_broken_off_replaces_only_a_smaller_one) {
  on_boot(pc1);
  read(traces->watch(pc1, dos, disk), mib(1), mib(2));
  EXPECT_EQ(prefetched(), mib(2).value);  // it starts again: better than nothing
  read(traces->watch(pc1, dos, disk), mib(1), mib(1));
  clock.advance(10s);
  traces->stop();
  restart();
  EXPECT_EQ(prefetched(), mib(2).value);
}

TEST_F(BootTracesTest, machines_that_boot_together_are_read_ahead_for_once) {
  boot(mib(5), mib(3));
  on_boot(pc1);
  EXPECT_EQ(prefetched(pc2), mib(3).value);
  EXPECT_EQ(prefetched(pc1), 0u);
  clock.advance(61s);
  EXPECT_EQ(prefetched(pc2), mib(3).value);
}

TEST_F(BootTracesTest, a_first_trace_is_read_ahead_however_often_it_was_looked_for_in_vain) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(prefetched(), 0u);
  boot(mib(5), mib(3));
  EXPECT_EQ(prefetched(), mib(3).value);
}

TEST_F(BootTracesTest, nothing_is_read_ahead_when_memory_is_short) {
  boot(mib(5), mib(3));
  memory = mib(5);
  EXPECT_EQ(prefetched(), 0u);
  memory = mib(6);
  EXPECT_EQ(prefetched(), mib(3).value);
}

TEST_F(BootTracesTest, a_removed_image_leaves_nothing) {
  boot(mib(5), mib(3));
  boot(mib(5), mib(3), {"dos", 2});
  boot(mib(5), mib(3), {"dos2", 1});
  traces->forget("dos");
  EXPECT_EQ(prefetched(), 0u);
  EXPECT_EQ(prefetched(pc1, {"dos", 2}), 0u);
  EXPECT_EQ(prefetched(pc1, {"dos2", 1}), mib(3).value);
}

TEST_F(BootTracesTest, the_sweep_takes_what_belongs_to_no_image) {
  boot(mib(5), mib(3));
  boot(mib(5), mib(3), {"gone", 1});
  for (const char* stray : {"traces/x.new", "traces/@1.trace", "traces/a@b.trace", "traces/notes"})
    std::ofstream(folder / stray) << "x";
  traces->sweep([](const TracedImage& image) { return image == dos; });
  EXPECT_TRUE(std::filesystem::exists(folder / "traces/dos@1.trace"));
  EXPECT_TRUE(std::filesystem::exists(folder / "traces/notes"));
  EXPECT_FALSE(std::filesystem::exists(folder / "traces/gone@1.trace"));
  EXPECT_FALSE(std::filesystem::exists(folder / "traces/x.new"));
}

TEST_F(BootTracesTest, a_torn_file_is_recorded_anew) {
  boot(mib(5), mib(3));
  std::filesystem::resize_file(folder / "traces/dos@1.trace", 20);
  EXPECT_EQ(prefetched(), 0u);
  boot(mib(5), mib(2));
  clock.advance(2min);
  EXPECT_EQ(prefetched(), mib(2).value);
}

TEST_F(BootTracesTest, a_link_in_place_of_the_file_is_not_followed) {
  boot(mib(5), mib(3));
  std::filesystem::rename(folder / "traces/dos@1.trace", folder / "elsewhere");
  std::filesystem::create_symlink(folder / "elsewhere", folder / "traces/dos@1.trace");
  EXPECT_EQ(prefetched(), 0u);
}

TEST_F(BootTracesTest, a_disk_that_fails_or_hangs_ends_the_prefetch) {
  boot(mib(5), mib(3));
  disk->fail_call(2);
  EXPECT_EQ(prefetched(), mib(1).value);
  clock.advance(2min);
  disk->before_each([this](const auto&) { clock.advance(2min); });
  EXPECT_EQ(prefetched(), mib(2).value);
}

TEST_F(BootTracesTest, removing_the_image_breaks_off_what_runs) {
  boot(mib(5), mib(3));
  disk->before_each([this](const auto&) { traces->forget("dos"); });
  EXPECT_EQ(prefetched(), mib(1).value);
}

TEST_F(BootTracesTest, switched_off_it_is_not_there) {
  restart(false);
  EXPECT_EQ(traces->watch(pc1, dos, disk), disk);
  boot(mib(5), mib(3));
  EXPECT_EQ(traces->counters().recorded, 0u);
  EXPECT_EQ(prefetched(), 0u);
}

TEST_F(BootTracesTest, its_thread_does_it_and_ends) {
  boot(mib(5), mib(3));
  std::promise<void> read_one;
  disk->before_each([&, once = false](const auto&) mutable {
    if (!std::exchange(once, true)) read_one.set_value();
  });
  traces->start();
  on_boot(pc1);
  read_one.get_future().wait();
  traces->stop();
  traces->stop();
}

}  // namespace
}  // namespace bootferry::app
