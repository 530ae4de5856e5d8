// SPDX-License-Identifier: Apache-2.0
// The prefetch: in which order it reads, that it stays inside the device, and when it ends.
#include <gtest/gtest.h>

#include "images/memory_device.hpp"
#include "images/prefetch.hpp"
#include "support/fault_device.hpp"

namespace bootferry::images {
namespace {

using Plan = std::vector<TraceRun>;

TEST(PrefetchPlan, goes_over_the_disk_once_a_window) {
  const BootTrace trace{{{mib(500), kib(4)}, {mib(3), kib(4)}, {mib(90), kib(4)}}};
  EXPECT_EQ(plan_prefetch(trace, gib(1)), (Plan{{mib(3), kib(4)}, {mib(90), kib(4)}, {mib(500), kib(4)}}));
}

TEST(PrefetchPlan, follows_the_trace_from_window_to_window) {
  // The first window is 2 MiB, the second 4: what comes later in the trace is read later, wherever it lies.
  const BootTrace trace{{{mib(500), mib(2)}, {mib(3), mib(3)}, {mib(1), mib(2)}}};
  EXPECT_EQ(plan_prefetch(trace, gib(1)), (Plan{{mib(500), mib(1)},
                                                {mib(501), mib(1)},
                                                {mib(1), mib(1)},
                                                {mib(3), mib(1)},
                                                {mib(4), mib(1)},
                                                {mib(5), mib(1)},
                                                {mib(2), mib(1)}}));
}

TEST(PrefetchPlan, reads_through_small_gaps) {
  const BootTrace trace{{{kib(0), kib(4)}, {kib(68), kib(4)}, {kib(140), kib(4)}}};
  EXPECT_EQ(plan_prefetch(trace, gib(1)), (Plan{{kib(0), kib(72)}, {kib(140), kib(4)}}));
}

TEST(PrefetchPlan, stays_inside_the_device) {
  const BootTrace trace{{{mib(4), mib(2)}, {mib(6), mib(1)}, {{1ull << 61}, mib(1)}, {mib(1), kib(8)}}};
  EXPECT_EQ(plan_prefetch(trace, {mib(5).value + 512}), (Plan{{mib(1), kib(8)}, {mib(4), mib(1)}, {mib(5), {512}}}));
  EXPECT_TRUE(plan_prefetch(trace, {0}).empty());
}

/// Tells which reads it saw; `cached` of them answer at once.
class Watched final : public test::FaultDevice {
 public:
  explicit Watched(ByteCount size) : FaultDevice(std::make_shared<MemoryDevice>(size)) {}
  Result<TryRead> try_read(ByteCount offset, MutableByteView) override {
    return offset < cached ? TryRead::done : TryRead::would_block;
  }
  Result<void> read(ByteCount offset, MutableByteView out) override {
    reads.push_back({offset, {out.size()}});
    if (offset >= broken) return fail(ErrorKind::io, "no");
    return FaultDevice::read(offset, out);
  }
  std::vector<TraceRun> reads;
  ByteCount cached;
  ByteCount broken{~0ull};
};

const BootTrace three{{{mib(0), mib(1)}, {mib(2), mib(1)}, {mib(4), mib(1)}}};

TEST(Prefetch, reads_the_plan_but_what_is_in_memory) {
  Watched device(mib(8));
  device.cached = mib(2);
  const Prefetched done = prefetch(device, three, [] { return false; });
  EXPECT_EQ(device.reads, (Plan{{mib(2), mib(1)}, {mib(4), mib(1)}}));
  EXPECT_TRUE(done.whole);
  EXPECT_EQ(done.read, mib(2));
  EXPECT_EQ(done.cached, mib(1));
}

TEST(Prefetch, ends_when_it_is_told_to) {
  Watched device(mib(8));
  const Prefetched done = prefetch(device, three, [&] { return device.reads.size() == 2; });
  EXPECT_EQ(device.reads.size(), 2u);
  EXPECT_FALSE(done.whole);
  EXPECT_EQ(done.read, mib(2));
}

TEST(Prefetch, a_disk_error_ends_it) {
  Watched device(mib(8));
  device.broken = mib(2);
  EXPECT_FALSE(prefetch(device, three, [] { return false; }).whole);
  EXPECT_EQ(device.reads.size(), 2u);
}

}  // namespace
}  // namespace bootferry::images
