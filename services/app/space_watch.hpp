// SPDX-License-Identifier: Apache-2.0
// Says early that space runs out: of the quota that a client's changes have, and of the file system that the state
// folder is on. Made by app; on_overlay_low by disk workers, the rest on a thread of its own. An event each time it
// gets low, and no other until it was clearly better.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/background_threads.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"
#include "boot/event_bus.hpp"

namespace bootferry::app {

class SpaceWatch {
 public:
  /// `bus` outlives it.
  SpaceWatch(boot::EventBus& bus, std::filesystem::path folder) : bus_(bus), folder_(std::move(folder)) {}

  /// Never blocks.
  void on_overlay_low(const MacAddress& mac, std::string_view image, ByteCount used, ByteCount limit);
  /// Looks every half minute until stop().
  void start();
  void stop() { background_.stop(); }

  struct Space {
    std::uint64_t available = 0, capacity = 0;
  };
  /// Once; what is found is given for tests.
  void look();
  void judge(Space space);

 private:
  boot::EventBus& bus_;
  const std::filesystem::path folder_;
  bool told_ = false;
  BackgroundThreads background_;  ///< the last member: it ends first
};

}  // namespace bootferry::app
