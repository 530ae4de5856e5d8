// SPDX-License-Identifier: Apache-2.0
// How often each kind of event happened since the start, and the bytes that TFTP and HTTP sent. Fed by the event pump
// on the db thread, read by the metrics on any.
#pragma once

#include <array>
#include <atomic>

#include "boot/event.hpp"

namespace bootferry::app {

class EventCounters {
 public:
  static constexpr std::size_t kinds = static_cast<std::size_t>(boot::EventKind::server_stopping) + 1;

  void on_event(const boot::Event& event);
  [[nodiscard]] std::uint64_t count_of(boot::EventKind kind) const {
    return counts_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t tftp_bytes() const { return tftp_bytes_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t http_bytes() const { return http_bytes_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kinds> counts_{};
  std::atomic<std::uint64_t> tftp_bytes_{0}, http_bytes_{0};
};

}  // namespace bootferry::app
