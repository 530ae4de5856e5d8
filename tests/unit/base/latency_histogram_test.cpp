// SPDX-License-Identifier: Apache-2.0
#include "base/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace bootferry {
namespace {

using std::chrono::microseconds;

TEST(LatencyHistogramTest, EveryLatencyLiesInsideItsBucket) {
  for (std::int64_t us = 0; us < 1 << 23; us += us < 5000 ? 1 : us / 100) {
    const std::size_t bucket = LatencyHistogram::bucket_of(microseconds(us));
    ASSERT_LT(microseconds(us), LatencyHistogram::end_of(bucket)) << us;
    if (bucket == 0) continue;
    ASSERT_GE(microseconds(us), LatencyHistogram::end_of(bucket - 1)) << us;
  }
  EXPECT_EQ(LatencyHistogram::bucket_of(microseconds(-5)), 0u);  // a clock that went back
  EXPECT_EQ(LatencyHistogram::bucket_of(std::chrono::hours(24)), LatencyHistogram::buckets - 1);
  EXPECT_EQ(LatencyHistogram::end_of(LatencyHistogram::buckets - 1), Latency::max());
}

TEST(LatencyHistogramTest, BucketsAreNeverWiderThanAQuarter) {
  for (std::size_t i = 4; i + 1 < LatencyHistogram::buckets; ++i) {
    const auto begin = LatencyHistogram::end_of(i - 1).count(), end = LatencyHistogram::end_of(i).count();
    EXPECT_LE((end - begin) * 4, begin) << i;
  }
}

TEST(LatencyHistogramTest, QuantilesAreRightToAFifth) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), microseconds(0));
  for (int us = 1; us <= 1000; ++us) histogram.add(microseconds(us));
  EXPECT_EQ(histogram.count(), 1000u);
  EXPECT_EQ(histogram.total(), microseconds(500'500));
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5).count()), 500, 100);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.99).count()), 990, 198);
  EXPECT_LE(histogram.quantile(0.5), histogram.quantile(0.99));
  EXPECT_LE(histogram.quantile(0), microseconds(2));
}

TEST(LatencyHistogramTest, OneSlowOneAmongHundredIsSeenInTheTail) {
  LatencyHistogram histogram;
  for (int i = 0; i < 98; ++i) histogram.add(microseconds(10));
  for (int i = 0; i < 2; ++i) histogram.add(std::chrono::milliseconds(100));
  EXPECT_LT(histogram.quantile(0.5), microseconds(13));
  EXPECT_GT(histogram.quantile(0.99), std::chrono::milliseconds(80));
}

TEST(LatencyHistogramTest, CountsBelowABoundWhereBucketsEnd) {
  LatencyHistogram histogram;
  for (const int us : {1, 15, 16, 17, 1023, 1024}) histogram.add(microseconds(us));
  EXPECT_EQ(histogram.count_below(microseconds(16)), 2u);
  EXPECT_EQ(histogram.count_below(microseconds(1024)), 5u);
  EXPECT_EQ(histogram.count_below(Latency::max()), 6u);
}

TEST(LatencyHistogramTest, MergesWithoutLoss) {
  LatencyHistogram a, b;
  a.add(microseconds(10));
  b.add(microseconds(10));
  b.add(std::chrono::seconds(100));
  LatencyHistogram sum, none;
  sum.merge(none);
  EXPECT_EQ(sum.count_below(Latency::max()), 0u);
  sum.merge(b);
  sum.merge(none);
  EXPECT_EQ(sum.count_below(microseconds(16)), 1u);
  a.merge(b);
  EXPECT_EQ(a.count(), 3u);
  EXPECT_EQ(a.count_below(microseconds(16)), 2u);
  EXPECT_EQ(a.total(), std::chrono::seconds(100) + microseconds(20));
}

TEST(LatencyRecorderTest, SnapshotsWhileItIsWrittenNeverCountTooMuch) {
  LatencyRecorder recorder;
  std::thread writer([&] {
    for (int i = 0; i < 100'000; ++i) recorder.record(microseconds(i % 1000));
  });
  std::uint64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t count = recorder.snapshot().count();
    EXPECT_GE(count, last);
    last = count;
  }
  writer.join();
  EXPECT_EQ(recorder.snapshot().count(), 100'000u);
  EXPECT_EQ(recorder.snapshot().total(), microseconds(100 * 499'500));
}

}  // namespace
}  // namespace bootferry
