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
#include "boot/access.hpp"
#include "iscsi/target_directory.hpp"

namespace bootferry::app {

class RevokedDisks {
 public:
  /// The session of `visitor` on `image` is being ended.
  void add(std::string_view target, const iscsi::Visitor& visitor, std::string_view image, SteadyTime now);
  /// May it not have `image` now? Asking counts: one that nobody of ours boots begins anew by staying away a while, one
  /// with boot's secrets by proving those of a newer boot (the visitor's right to the user is known to hold).
  [[nodiscard]] bool bars(std::string_view target, const iscsi::Visitor& visitor, boot::AuthKind auth,
                          std::string_view image, SteadyTime now);
  /// It was not barred, and has a disk again.
  void on_opened(std::string_view target, const std::string& initiator);
  /// The machine was given its boot script: whatever ran on it is gone. Anybody may fetch one in its name, so this is
  /// for machines that prove nothing at all.
  void on_boot(const MacAddress& mac);

 private:
  struct Entry {
    std::string image;
    std::string user;  ///< that the session had proven; empty: none
    SteadyTime asked{};
  };
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;  ///< of target and initiator
};

}  // namespace bootferry::app
