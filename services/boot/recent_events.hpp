// SPDX-License-Identifier: Apache-2.0
// The last events, packed into a few large blocks. As values they would be some ten small allocations each, strewn
// among those of the sessions that they tell of, and their pages would stay in memory long after these. Kept by
// EventBus under its lock.
#pragma once

#include <deque>
#include <vector>

#include "base/bytes.hpp"
#include "boot/event.hpp"

namespace bootferry::boot {

class RecentEvents {
 public:
  explicit RecentEvents(std::size_t limit) : limit_(limit) {}

  /// Ids rise; the oldest go when there are more than the limit.
  void add(const Event& event);
  /// Those behind `id`, oldest first.
  [[nodiscard]] std::vector<Event> since(std::uint64_t id) const;
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// Not empty.
  [[nodiscard]] std::uint64_t oldest() const;

 private:
  struct Block {
    Bytes bytes;            ///< records: length, then the event
    std::size_t begin = 0;  ///< of the oldest one that still counts
    std::uint64_t last_id = 0;
  };
  void drop_oldest();

  const std::size_t limit_;
  std::size_t count_ = 0;
  std::deque<Block> blocks_;
  Bytes packed_;  ///< the event that is being added
};

}  // namespace bootferry::boot
