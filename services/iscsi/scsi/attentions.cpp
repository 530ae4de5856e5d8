// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/attentions.hpp"

#include <algorithm>

namespace bootferry::iscsi::scsi {

void Attentions::on_nexus_begin(std::uint64_t nexus) {
  std::lock_guard lock(mutex_);
  auto& queue = queues_[nexus];
  waiting_ -= static_cast<std::uint32_t>(queue.size());
  queue.assign(1, attention::power_on);
  ++waiting_;
}

void Attentions::on_nexus_end(std::uint64_t nexus) {
  std::lock_guard lock(mutex_);
  auto found = queues_.find(nexus);
  if (found == queues_.end()) return;
  waiting_ -= static_cast<std::uint32_t>(found->second.size());
  queues_.erase(found);
}

void Attentions::raise(std::uint64_t nexus, std::uint16_t code) {
  std::lock_guard lock(mutex_);
  auto found = queues_.find(nexus);
  if (found != queues_.end()) add(found->second, code);
}

void Attentions::raise_for_all(std::uint16_t code) {
  std::lock_guard lock(mutex_);
  for (auto& [nexus, queue] : queues_) add(queue, code);
}

void Attentions::raise_for_others(std::uint64_t but, std::uint16_t code) {
  std::lock_guard lock(mutex_);
  for (auto& [nexus, queue] : queues_) {
    if (nexus != but) add(queue, code);
  }
}

void Attentions::reset_all(std::uint16_t code) {
  std::lock_guard lock(mutex_);
  for (auto& [nexus, queue] : queues_) {
    waiting_ -= static_cast<std::uint32_t>(queue.size());
    queue.clear();
    add(queue, code);
  }
}

std::optional<Sense> Attentions::take(std::uint64_t nexus) {
  if (waiting_.load(std::memory_order_acquire) == 0) return std::nullopt;
  std::lock_guard lock(mutex_);
  auto found = queues_.find(nexus);
  if (found == queues_.end() || found->second.empty()) return std::nullopt;
  const std::uint16_t code = found->second.front();
  found->second.erase(found->second.begin());
  --waiting_;
  return make_sense(SenseKey::unit_attention, code);
}

void Attentions::add(std::vector<std::uint16_t>& queue, std::uint16_t code) {
  if (std::find(queue.begin(), queue.end(), code) != queue.end()) return;
  queue.push_back(code);
  ++waiting_;
}

}  // namespace bootferry::iscsi::scsi
