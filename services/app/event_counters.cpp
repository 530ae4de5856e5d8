// SPDX-License-Identifier: Apache-2.0
#include "app/event_counters.hpp"

#include <charconv>

namespace bootferry::app {
namespace {

std::uint64_t bytes_of(const boot::Event& event) {
  std::uint64_t bytes = 0;
  for (const auto& [name, value] : event.fields) {
    if (name == "bytes") std::from_chars(value.data(), value.data() + value.size(), bytes);
  }
  return bytes;
}

}  // namespace

void EventCounters::on_event(const boot::Event& event) {
  counts_[static_cast<std::size_t>(event.kind)].fetch_add(1, std::memory_order_relaxed);
  if (event.kind == boot::EventKind::tftp_done || event.kind == boot::EventKind::tftp_failed)
    tftp_bytes_.fetch_add(bytes_of(event), std::memory_order_relaxed);
  if (event.kind == boot::EventKind::file_served) http_bytes_.fetch_add(bytes_of(event), std::memory_order_relaxed);
}

}  // namespace bootferry::app
