// SPDX-License-Identifier: Apache-2.0
// Disks that were changed under a session that still lived. Its initiator would come back by itself and go on with what
// it remembers of the old image: until it has begun anew it does not get the other one. Used by DiskDirectory;
// thread-safe, any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/mac_address.hpp"

namespace bootferry::app {

class RevokedDisks {
 public:
  /// The session of `initiator` on `image` is being ended.
  void add(std::string_view target, std::string_view initiator, std::string_view image, SteadyTime now);
  /// May it not have `image` now? Asking counts: one that nobody of ours boots begins anew by staying away a while.
  [[nodiscard]] bool bars(std::string_view target, std::string_view initiator, std::string_view image, SteadyTime now);
  /// The machine was given its boot script: whatever ran on it is gone.
  void on_boot(const MacAddress& mac);

 private:
  struct Entry {
    std::string image;
    SteadyTime asked{};
  };
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;  ///< of target and initiator
};

}  // namespace bootferry::app
