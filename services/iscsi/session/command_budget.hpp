// SPDX-License-Identifier: Apache-2.0
// Commands that all sessions together may have open: few busy sessions get deep windows, many get small ones. Shared by
// the sessions of a server, each of which says when it gets busy and when it rests. Thread-safe, never waits.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace bootferry::iscsi {

class CommandBudget {
 public:
  explicit CommandBudget(std::uint32_t total = 8192, std::uint32_t least = 8) : total_(total), least_(least) {}

  void enter() { busy_.fetch_add(1, std::memory_order_relaxed); }
  void leave() { busy_.fetch_sub(1, std::memory_order_relaxed); }
  /// The share of one session, at most `most` commands. So many are left to each however many there are, since a
  /// window of none would stop an initiator without a word.
  [[nodiscard]] std::uint32_t depth(std::uint32_t most) const {
    const std::uint32_t share = total_ / std::max(1u, busy_.load(std::memory_order_relaxed));
    return std::min(most, std::max(least_, share));
  }

 private:
  const std::uint32_t total_, least_;
  std::atomic<std::uint32_t> busy_{0};
};

}  // namespace bootferry::iscsi
