// SPDX-License-Identifier: Apache-2.0
// The queue between the loops that hear machines and the db thread that writes them down: one entry a machine, the
// newest word of each kind wins. Bounded; thread-safe.
#pragma once

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "boot/client_registry.hpp"

namespace bootferry::db {

class Sightings {
 public:
  static constexpr std::size_t limit = 8192;

  /// True when the queue was empty. A machine that does not fit is forgotten: it will speak again.
  bool add(const boot::Sighting& sighting) {
    std::lock_guard lock(mutex_);
    const bool was_empty = waiting_.empty();
    if (waiting_.size() >= limit && !waiting_.contains(sighting.mac)) return false;
    const auto [at, is_new] = waiting_.try_emplace(sighting.mac, sighting);
    if (!is_new) merge(at->second, sighting);
    return was_empty;
  }
  [[nodiscard]] std::vector<boot::Sighting> take() {
    std::lock_guard lock(mutex_);
    std::vector<boot::Sighting> taken;
    taken.reserve(waiting_.size());
    for (auto& [mac, sighting] : waiting_) taken.push_back(sighting);
    waiting_.clear();
    return taken;
  }

 private:
  static void merge(boot::Sighting& into, const boot::Sighting& later) {
    if (later.address) into.address = later.address;
    if (later.architecture != boot::Architecture::unknown) into.architecture = later.architecture;
    if (!later.uuid.empty()) into.uuid = later.uuid;
    if (!later.serial.empty()) into.serial = later.serial;
    if (later.learned_proxy_form) into.learned_proxy_form = later.learned_proxy_form;
    into.at = std::max(into.at, later.at);
  }

  std::mutex mutex_;
  std::unordered_map<MacAddress, boot::Sighting> waiting_;
};

}  // namespace bootferry::db
