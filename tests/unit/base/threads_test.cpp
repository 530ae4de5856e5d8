// SPDX-License-Identifier: Apache-2.0
// The worker pool, the loops and the task group: what is started is joined, and nothing is lost.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "base/async_loop_pool.hpp"
#include "base/async_run.hpp"
#include "base/async_task_group.hpp"
#include "base/worker_pool.hpp"

namespace bootferry {
namespace {

namespace asio = boost::asio;

TEST(WorkerPool, RunsEverythingQueuedBeforeItStops) {
  std::atomic<int> ran{0};
  {
    WorkerPool pool("test", 3);
    for (int i = 0; i < 1000; ++i) pool.post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 1000);
}

TEST(WorkerPool, AThrowingJobDoesNotEndItsThread) {
  std::atomic<int> ran{0};
  {
    WorkerPool pool("test", 1);
    pool.post([] { throw std::runtime_error("on purpose"); });
    pool.post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 1);
}

TEST(WorkerPool, NoJobIsLeftToWorkersThatFallAsleep) {
  WorkerPool pool("test", 4);
  ParkingSpot answered;
  for (int i = 0; i < 20'000; ++i) {  // each job comes while the last one's worker is about to sleep
    pool.post([&] { answered.wake(); });
    answered.wait();
  }
}

TEST(ParkingSpot, AWakeUpThatComesFirstCountsOnce) {
  ParkingSpot spot;
  spot.wake();
  spot.wake();
  spot.wait();
  std::atomic<bool> through{false};
  std::thread sleeper([&] {
    spot.wait();
    through = true;
  });
  EXPECT_FALSE(through);
  spot.wake();
  sleeper.join();
  EXPECT_TRUE(through);
}

TEST(LoopPool, SeatsMakeALoopBusierUntilTheyEnd) {
  LoopPool loops(2);
  {
    auto seat = loops.take_seat(0);
    EXPECT_EQ(loops.least_busy(), 1u);
    auto shared = seat;
    auto other = loops.take_seat(1);
    auto another = loops.take_seat(1);
    EXPECT_EQ(loops.least_busy(), 0u);
  }
  EXPECT_EQ(loops.least_busy(), 0u);
}

asio::awaitable<void> wait_forever(bool* ended) {
  asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  struct Mark {
    bool* flag;
    ~Mark() { *flag = true; }
  } mark{ended};
  co_await never.async_wait(asio::use_awaitable);
}

asio::awaitable<void> fail_at_once() {
  throw std::runtime_error("on purpose");
  co_return;
}

asio::awaitable<void> cancel_and_join(TaskGroup& group, bool* joined) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  group.cancel();
  co_await group.join();
  *joined = true;
}

TEST(TaskGroup, CancelEndsEveryChildAndJoinWaitsForThem) {
  asio::io_context context;
  TaskGroup group(context.get_executor());
  TaskGroup supervisor(context.get_executor());
  bool first_ended = false, second_ended = false, joined = false;
  group.spawn(wait_forever(&first_ended), "first");
  group.spawn(wait_forever(&second_ended), "second");
  group.spawn(fail_at_once(), "failing");
  supervisor.spawn(cancel_and_join(group, &joined), "supervisor");
  context.run();
  EXPECT_TRUE(first_ended);
  EXPECT_TRUE(second_ended);
  EXPECT_TRUE(joined);
  EXPECT_EQ(group.size(), 0u);
}

asio::awaitable<void> ask_the_pool(WorkerPool& pool, std::thread::id* worked_on, std::thread::id* resumed_on,
                                   bool* threw) {
  auto work = [] { return std::this_thread::get_id(); };
  *worked_on = co_await async_run(pool, work);
  *resumed_on = std::this_thread::get_id();
  auto failing = []() -> int { throw std::runtime_error("on purpose"); };
  try {
    (void)co_await async_run(pool, failing);
  } catch (const std::runtime_error&) {
    *threw = true;
  }
}

TEST(AsyncRun, WorksOnThePoolAndResumesOnTheLoop) {
  WorkerPool pool("test", 1);
  asio::io_context context;
  TaskGroup group(context.get_executor());
  std::thread::id worked_on, resumed_on;
  bool threw = false;
  group.spawn(ask_the_pool(pool, &worked_on, &resumed_on, &threw), "asker");
  context.run();
  EXPECT_NE(worked_on, std::this_thread::get_id());
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
  EXPECT_TRUE(threw);
}

}  // namespace
}  // namespace bootferry
