// SPDX-License-Identifier: Apache-2.0
// How the copies of a disk's nexuses went, kept for RECEIVE COPY RESULTS (SPC-4 6.22-6.25): the last few of each
// nexus, until it ends. Shared by all sessions of the disk; thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>

#include "iscsi/scsi/device_server.hpp"

namespace bootferry::iscsi::scsi {

struct CopyStatus {
  enum class State : std::uint8_t { running = 0, good = 1, failed = 2 };
  State state = State::running;
  std::uint16_t segments = 0;  ///< done
  std::uint64_t bytes = 0;
  std::optional<Sense> sense;
};

class CopyLog {
 public:
  /// false: a copy with this list identifier runs already.
  [[nodiscard]] bool begin(std::uint64_t nexus, std::uint8_t list_id) {
    std::lock_guard lock(mutex_);
    std::size_t kept = 0;
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (entry->nexus != nexus) {
        ++entry;
      } else if (entry->list_id == list_id && entry->status.state == CopyStatus::State::running) {
        return false;
      } else if (entry->list_id == list_id || (++kept >= most_of_a_nexus && !entry->runs())) {
        entry = entries_.erase(entry);
      } else {
        ++entry;
      }
    }
    entries_.push_front({nexus, list_id, {}});
    return true;
  }
  void set(std::uint64_t nexus, std::uint8_t list_id, const CopyStatus& status) {
    std::lock_guard lock(mutex_);
    for (Entry& entry : entries_) {
      if (entry.nexus == nexus && entry.list_id == list_id) entry.status = status;
    }
  }
  [[nodiscard]] std::optional<CopyStatus> find(std::uint64_t nexus, std::uint8_t list_id) const {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) {
      if (entry.nexus == nexus && entry.list_id == list_id) return entry.status;
    }
    return std::nullopt;
  }
  void on_nexus_end(std::uint64_t nexus) {
    std::lock_guard lock(mutex_);
    entries_.remove_if([nexus](const Entry& entry) { return entry.nexus == nexus; });
  }
  void on_reset() {
    std::lock_guard lock(mutex_);
    entries_.clear();
  }

 private:
  static constexpr std::size_t most_of_a_nexus = 16;
  struct Entry {
    std::uint64_t nexus;
    std::uint8_t list_id;
    CopyStatus status;
    [[nodiscard]] bool runs() const { return status.state == CopyStatus::State::running; }
  };

  mutable std::mutex mutex_;
  std::list<Entry> entries_;  ///< the newest first
};

}  // namespace bootferry::iscsi::scsi
