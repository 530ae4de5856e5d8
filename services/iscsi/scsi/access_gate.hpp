// SPDX-License-Identifier: Apache-2.0
// Keeps commands that are atomic on the whole disk (COMPARE AND WRITE, ORWRITE, WRITE ATOMIC) apart from all others:
// many plain accesses go through together, an atomic one is alone. Taken around single device calls by GatedDevice and
// by the works of the atomic commands; any thread. While nothing atomic runs, a plain access costs two counts on a
// cache line of its own thread's and one load.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace bootferry::iscsi::scsi {

class AccessGate {
 public:
  /// A plain access, until it goes.
  class Shared {
   public:
    explicit Shared(AccessGate& gate) : gate_(gate), lane_(gate.enter()) {}
    ~Shared() { gate_.leave(lane_); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

   private:
    AccessGate& gate_;
    std::atomic<std::uint32_t>& lane_;
  };

  /// Nothing else is at the disk while it lives.
  class Alone {
   public:
    explicit Alone(AccessGate& gate) : gate_(gate), others_(gate.alone_) { gate_.close(); }
    ~Alone() { gate_.open(); }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;

   private:
    AccessGate& gate_;
    std::lock_guard<std::mutex> others_;
  };

  /// Runs `access` as a plain one unless it would have to wait.
  template <class Access>
  [[nodiscard]] bool try_shared(Access access) {
    std::atomic<std::uint32_t>& lane = lane_of_thread();
    lane.fetch_add(1);
    const bool free = !closed_.load();
    if (free) access();
    leave(lane);
    return free;
  }

 private:
  struct alignas(64) Lane {
    std::atomic<std::uint32_t> inside{0};
  };

  std::atomic<std::uint32_t>& lane_of_thread() {
    static thread_local const std::size_t mine = std::hash<std::thread::id>{}(std::this_thread::get_id());
    return lanes_[mine % lanes_.size()].inside;
  }

  // Sequentially consistent on both sides: either the closing one sees the count, or the entering one sees the gate.
  std::atomic<std::uint32_t>& enter() {
    std::atomic<std::uint32_t>& lane = lane_of_thread();
    lane.fetch_add(1);
    if (!closed_.load()) return lane;
    leave(lane);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !closed_.load(); });
    lane.fetch_add(1);  // it cannot be closed meanwhile: that takes the mutex
    return lane;
  }
  void leave(std::atomic<std::uint32_t>& lane) {
    lane.fetch_sub(1);
    if (!closed_.load()) return;
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  void close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    changed_.wait(lock, [this] {
      for (const Lane& lane : lanes_) {
        if (lane.inside.load() != 0) return false;
      }
      return true;
    });
  }
  void open() {
    std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }

  std::array<Lane, 8> lanes_;
  std::atomic<bool> closed_{false};
  std::mutex alone_;  ///< held by the atomic one
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace bootferry::iscsi::scsi
