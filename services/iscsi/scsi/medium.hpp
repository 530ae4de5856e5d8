// SPDX-License-Identifier: Apache-2.0
// Whether a removable disk's medium is in, and who forbids to take it out (SPC-4 6.14, SBC-3 5.25). Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>

namespace bootferry::iscsi::scsi {

class Medium {
 public:
  [[nodiscard]] bool loaded() const { return loaded_.load(std::memory_order_acquire); }
  /// false: a nexus forbids to move the medium.
  [[nodiscard]] bool load() {
    std::lock_guard lock(mutex_);
    if (!loaded_ && !prevented_by_.empty()) return false;
    loaded_.store(true, std::memory_order_release);
    return true;
  }
  /// false: a nexus forbids it.
  [[nodiscard]] bool eject() {
    std::lock_guard lock(mutex_);
    if (!prevented_by_.empty()) return false;
    loaded_.store(false, std::memory_order_release);
    return true;
  }
  [[nodiscard]] bool prevented() {
    std::lock_guard lock(mutex_);
    return !prevented_by_.empty();
  }
  void prevent(std::uint64_t nexus) {
    std::lock_guard lock(mutex_);
    prevented_by_.insert(nexus);
  }
  void allow(std::uint64_t nexus) {
    std::lock_guard lock(mutex_);
    prevented_by_.erase(nexus);
  }
  void allow_all() {
    std::lock_guard lock(mutex_);
    prevented_by_.clear();
  }

 private:
  std::atomic<bool> loaded_{true};
  std::mutex mutex_;
  std::set<std::uint64_t> prevented_by_;
};

}  // namespace bootferry::iscsi::scsi
