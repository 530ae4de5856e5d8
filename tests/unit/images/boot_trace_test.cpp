// SPDX-License-Identifier: Apache-2.0
// Boot traces: their file form, what is recorded and when it stops, and that the layer that records changes nothing.
#include <gtest/gtest.h>

#include <random>

#include "images/boot_recorder.hpp"
#include "images/boot_trace.hpp"
#include "images/memory_device.hpp"
#include "images/tracing_device.hpp"
#include "support/fault_device.hpp"

namespace bootferry::images {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t page_size = BootTrace::page;

BootTrace trace_of(std::vector<TraceRun> runs) { return {std::move(runs)}; }

TEST(BootTrace, comes_back_as_it_was) {
  const BootTrace trace = trace_of({{mib(5), kib(64)}, {{0}, kib(4)}, {gib(2048), mib(1)}});
  EXPECT_EQ(decode_boot_trace(encode_boot_trace(trace)).value(), trace);
  EXPECT_EQ(trace.total(), kib(64 + 4 + 1024));
  EXPECT_EQ(decode_boot_trace(encode_boot_trace({})).value(), BootTrace{});
}

TEST(BootTrace, a_torn_or_changed_file_is_none) {
  const Bytes whole = encode_boot_trace(trace_of({{mib(5), kib(64)}, {{0}, kib(4)}}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_boot_trace(ByteView(whole).first(size))) << size;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= 0x10;
    EXPECT_FALSE(decode_boot_trace(changed)) << at;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(decode_boot_trace(longer));
}

// What a hand could write with a right checksum: encode does not judge, decode does.
TEST(BootTrace, runs_that_lie_nowhere_are_refused) {
  for (const TraceRun run : {TraceRun{{4096}, {0}}, TraceRun{{4096}, {4095}}, TraceRun{{512}, {4096}},
                             TraceRun{{1ull << 62}, {4096}}, TraceRun{{~0ull - 4095}, {4096}}})
    EXPECT_FALSE(decode_boot_trace(encode_boot_trace(trace_of({run})))) << run.offset.value;
  EXPECT_TRUE(decode_boot_trace(encode_boot_trace(trace_of({{{0}, gib(1)}}))));
  EXPECT_FALSE(decode_boot_trace(encode_boot_trace(trace_of({{{0}, gib(1)}, {gib(1), kib(4)}}))));
  BootTrace many;
  many.runs.assign(BootTrace::max_runs, {{0}, {4096}});
  EXPECT_TRUE(decode_boot_trace(encode_boot_trace(many)));
  many.runs.push_back({{0}, {4096}});
  EXPECT_FALSE(decode_boot_trace(encode_boot_trace(many)));
}

class BootRecorderTest : public testing::Test {
 protected:
  std::vector<TraceRun> runs() { return recorder_.take().value().trace.runs; }
  ManualClock clock_;
  BootRecorder recorder_{clock_};
};

TEST_F(BootRecorderTest, only_a_boot_is_recorded) {
  recorder_.on_read({0}, 4096);
  EXPECT_FALSE(recorder_.take());
  recorder_.start();
  EXPECT_TRUE(runs().empty());
  recorder_.on_read({0}, 4096);
  EXPECT_FALSE(recorder_.take());
}

TEST_F(BootRecorderTest, runs_are_whole_pages_in_order_each_once) {
  recorder_.start();
  recorder_.on_read({0}, 512);
  recorder_.on_read({512}, 512);
  recorder_.on_read({page_size * 10 + 512}, 4096);    // touches two pages
  recorder_.on_read({page_size * 8}, page_size * 6);  // around them
  recorder_.on_read({4096}, page_size * 3);
  recorder_.on_read({page_size * 8}, page_size * 6);
  const std::vector<TraceRun> expected{{{0}, {4096}},
                                       {{page_size * 10}, {page_size * 2}},
                                       {{page_size * 8}, {page_size * 2}},
                                       {{page_size * 12}, {page_size * 2}},
                                       {{4096}, {page_size * 3}}};
  EXPECT_EQ(runs(), expected);
}

TEST_F(BootRecorderTest, reads_that_follow_one_another_are_one_run) {
  recorder_.start();
  for (std::uint64_t i = 0; i < 100; ++i) recorder_.on_read({mib(3).value + i * 65536}, 65536);
  EXPECT_EQ(runs(), (std::vector<TraceRun>{{mib(3), {6'553'600}}}));
}

TEST_F(BootRecorderTest, random_reads_are_covered_exactly_once) {
  std::mt19937 random(7);
  std::vector<bool> read(2048);
  recorder_.start();
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t begin = random() % 2000;
    const std::uint64_t count = 1 + random() % 16;
    for (std::uint64_t page = begin; page < begin + count; ++page) read[page] = true;
    recorder_.on_read({begin * page_size + random() % 4096 / 512 * 512}, (count - 1) * page_size + 1);
  }
  std::vector<int> noted(2049);
  for (const TraceRun& run : runs())
    for (std::uint64_t page = run.offset.value / 4096; page < (run.offset + run.length).value / 4096; ++page)
      ++noted[page];
  for (std::size_t page = 0; page < read.size(); ++page) {
    EXPECT_LE(noted[page], 1) << page;
    EXPECT_GE(noted[page], read[page] ? 1 : 0) << page;
  }
}

TEST_F(BootRecorderTest, silence_ends_it) {
  recorder_.start();
  recorder_.on_read({0}, 4096);
  clock_.advance(59s);
  EXPECT_FALSE(recorder_.take_if_over());
  recorder_.on_read({8192}, 4096);
  clock_.advance(60s);
  const auto recorded = recorder_.take_if_over();
  ASSERT_TRUE(recorded);
  EXPECT_TRUE(recorded->whole);
  EXPECT_EQ(recorded->trace.runs.size(), 2u);
  EXPECT_FALSE(recorder_.take_if_over());
}

TEST_F(BootRecorderTest, a_read_after_the_end_is_not_of_the_boot) {
  recorder_.start();
  recorder_.on_read({0}, 4096);
  clock_.advance(61s);
  recorder_.on_read({mib(1)}, 4096);
  EXPECT_FALSE(recorder_.is_recording());
  EXPECT_EQ(recorder_.take_if_over().value().trace, trace_of({{{0}, {4096}}}));
}

TEST_F(BootRecorderTest, its_time_is_bounded) {
  recorder_.start();
  for (std::uint64_t i = 0; i < 100; ++i) {
    recorder_.on_read({i * 8192}, 4096);
    clock_.advance(10s);
  }
  EXPECT_FALSE(recorder_.is_recording());
  EXPECT_EQ(runs().size(), 18u);
}

TEST_F(BootRecorderTest, bytes_and_runs_are_bounded) {
  BootRecorder small(clock_, {.total = kib(40), .runs = 4});
  small.start();
  small.on_read({0}, page_size * 8);
  small.on_read({mib(1)}, page_size * 8);
  EXPECT_FALSE(small.is_recording());
  auto recorded = small.take_if_over();
  ASSERT_TRUE(recorded && recorded->whole);
  EXPECT_EQ(recorded->trace, trace_of({{{0}, kib(32)}, {mib(1), kib(8)}}));

  small.start();
  for (std::uint64_t i = 0; i < 6; ++i) small.on_read({i * 8192}, 4096);
  EXPECT_FALSE(small.is_recording());
  EXPECT_EQ(small.take()->trace.runs.size(), 4u);
}

TEST_F(BootRecorderTest, a_boot_that_was_broken_off_is_told_apart) {
  recorder_.start();
  recorder_.on_read({0}, 4096);
  EXPECT_FALSE(recorder_.take()->whole);
  recorder_.start();
  recorder_.on_read({0}, 4096);
  recorder_.start();
  EXPECT_TRUE(recorder_.take()->trace.runs.empty());
}

/// Serves try_read in every second page only, as a page cache does.
class HalfCached final : public test::FaultDevice {
 public:
  explicit HalfCached(ByteCount size) : FaultDevice(std::make_shared<MemoryDevice>(size)) {}
  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override {
    if (offset.value / 4096 % 2 == 0) return TryRead::would_block;
    return FaultDevice::try_read(offset, out);
  }
};

TEST(TracingDevice, reads_what_the_device_reads_and_notes_it) {
  ManualClock clock;
  const auto plain = std::make_shared<HalfCached>(mib(1));
  const auto recorder = std::make_shared<BootRecorder>(clock);
  TracingDevice traced(plain, recorder);
  recorder->start();
  std::mt19937 random(3);
  Bytes mine(65536);
  Bytes theirs(65536);
  for (int i = 0; i < 500; ++i) {
    const ByteCount offset{random() % 1900 * 512};
    const std::size_t length = (1 + random() % 100) * 512;
    switch (random() % 4) {
      case 0: {
        for (auto& byte : mine) byte = static_cast<std::uint8_t>(random());
        ASSERT_TRUE(traced.write(offset, ByteView(mine).first(length)));
        break;
      }
      case 1:
        ASSERT_TRUE(traced.trim(offset, {length}));
        break;
      default: {
        const auto out = MutableByteView(mine).first(length);
        const auto tried = traced.try_read(offset, out);
        ASSERT_TRUE(tried);
        EXPECT_EQ(*tried, *plain->try_read(offset, MutableByteView(theirs).first(length)));
        const auto done = *tried == TryRead::done ? Result<void>{} : traced.read(offset, out);
        ASSERT_TRUE(done);
        ASSERT_TRUE(plain->read(offset, MutableByteView(theirs).first(length)));
        ASSERT_TRUE(std::equal(out.begin(), out.end(), theirs.begin()));
      }
    }
  }
  EXPECT_EQ(traced.size(), plain->size());
  EXPECT_EQ(traced.block_size(), plain->block_size());
  EXPECT_EQ(traced.capabilities().writable, plain->capabilities().writable);
  EXPECT_GT(recorder->take()->trace.total(), kib(512));
}

TEST(TracingDevice, what_could_not_be_read_is_not_noted) {
  ManualClock clock;
  const auto recorder = std::make_shared<BootRecorder>(clock);
  TracingDevice traced(std::make_shared<HalfCached>(mib(1)), recorder);
  recorder->start();
  Bytes out(4096);
  EXPECT_FALSE(traced.read(mib(1), out));
  EXPECT_EQ(*traced.try_read({0}, out), TryRead::would_block);
  EXPECT_TRUE(recorder->take()->trace.runs.empty());
}

}  // namespace
}  // namespace bootferry::images
