// SPDX-License-Identifier: Apache-2.0
// Whether a machine is waiting, booting or silent: remembers each machine's last netboot events. Fed by an EventPump on
// the db thread, asked by Administration; thread-safe.
#pragma once

#include <mutex>
#include <unordered_map>

#include "base/clock.hpp"
#include "boot/administration.hpp"
#include "boot/event.hpp"

namespace bootferry::app {

class ClientActivity {
 public:
  void on_event(const boot::Event& event);
  /// `last_seen`: when the registry heard it last (a waiting screen asks again without an event each time).
  /// `on` is for the caller to say: only he knows the sessions.
  [[nodiscard]] boot::ClientState state_of(const MacAddress& mac, WallTime last_seen, WallTime now) const;

 private:
  struct Last {
    WallTime at{};
    bool waits = false;
  };
  static constexpr std::size_t max_machines = 8192;

  mutable std::mutex mutex_;
  std::unordered_map<MacAddress, Last> last_;
};

}  // namespace bootferry::app
