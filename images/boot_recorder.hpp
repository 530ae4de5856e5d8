// SPDX-License-Identifier: Apache-2.0
// Notes which parts of a disk a machine reads while it boots, over all sessions of that boot (firmware, boot loader and
// kernel log in one after the other). Owned by app, told of reads by TracingDevice on network loops and disk workers;
// thread-safe. Outside a boot it costs a read one predictable branch.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "images/boot_trace.hpp"

namespace bootferry::images {

class BootRecorder {
 public:
  struct Limits {
    Duration longest = std::chrono::minutes(3);   ///< from start()
    Duration silence = std::chrono::seconds(60);  ///< without a read: the machine is up, or gone
    ByteCount total = BootTrace::max_total;
    std::size_t runs = BootTrace::max_runs;
  };
  /// How a recording ended: by itself, or with a boot that was broken off.
  struct Recorded {
    BootTrace trace;
    bool whole = false;
  };

  explicit BootRecorder(const Clock& clock) : BootRecorder(clock, Limits()) {}
  BootRecorder(const Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}

  /// A boot begins: what was recorded before is forgotten; take it first.
  void start();
  void on_read(ByteCount offset, std::size_t length) {
    if (recording_.load(std::memory_order_relaxed)) [[unlikely]]
      add(offset.value, length);
  }
  [[nodiscard]] bool is_recording() const { return recording_.load(std::memory_order_relaxed); }
  /// Started, and not yet taken.
  [[nodiscard]] bool is_pending() const {
    std::lock_guard lock(mutex_);
    return pending_;
  }
  /// What was recorded, once, when the boot is over.
  [[nodiscard]] std::optional<Recorded> take_if_over();
  /// Ends the recording whether the boot is over or not; nothing when there is none.
  [[nodiscard]] std::optional<Recorded> take();

 private:
  void add(std::uint64_t offset, std::size_t length);
  void append_new(std::uint64_t begin, std::uint64_t end);
  void end_here();
  void cover(std::uint64_t begin, std::uint64_t end);
  [[nodiscard]] bool is_over(SteadyTime now) const;
  [[nodiscard]] Recorded take_locked(bool whole);

  const Clock& clock_;
  const Limits limits_;
  std::atomic<bool> recording_{false};
  mutable std::mutex mutex_;  ///< guards all below
  bool pending_ = false;
  bool ended_ = false;  ///< by a bound
  SteadyTime started_{};
  SteadyTime last_read_{};
  ByteCount total_;
  BootTrace trace_;
  std::map<std::uint64_t, std::uint64_t> covered_;  ///< begin to end, none touching another
};

}  // namespace bootferry::images
