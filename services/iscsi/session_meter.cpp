// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session_meter.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi {
namespace {

constexpr std::uint32_t had_command = 1u << 16;

std::string name_of_command(std::uint32_t packed) {
  const auto opcode = static_cast<std::uint8_t>(packed), service_action = static_cast<std::uint8_t>(packed >> 8);
  const auto* row = scsi::find_command(opcode, service_action);
  return row ? row->name : fmt::format("unknown command {:02X}h", opcode);
}

}  // namespace

void SessionMeter::on_command(std::uint8_t opcode, std::uint8_t service_action, std::uint32_t depth, SteadyTime now) {
  last_command_.store(had_command | std::uint32_t{service_action} << 8 | opcode, std::memory_order_relaxed);
  last_at_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  set_depth(depth);
  if (depth > highest_depth_.load(std::memory_order_relaxed)) highest_depth_.store(depth, std::memory_order_relaxed);
}

void SessionMeter::on_answer(CommandClass direction, std::uint64_t bytes, bool is_error) {
  if (is_error) bump(errors_, 1);
  switch (direction) {
    case CommandClass::read:
      bump(reads_, 1);
      return bump(bytes_read_, bytes);
    case CommandClass::write:
      bump(writes_, 1);
      return bump(bytes_written_, bytes);
    case CommandClass::other:
      return bump(others_, 1);
  }
}

void SessionMeter::on_latency(CommandClass direction, Latency latency) {
  if (direction == CommandClass::other) return;
  (direction == CommandClass::read ? latencies().reads : latencies().writes).record(latency);
}

SessionMeter::Latencies& SessionMeter::latencies() {
  if (!own_latencies_) {
    own_latencies_ = std::make_unique<Latencies>();
    latencies_.store(own_latencies_.get(), std::memory_order_release);
  }
  return *own_latencies_;
}

boot::TrafficCounters SessionMeter::counters() const {
  boot::TrafficCounters counters;
  counters.reads = reads_.load(std::memory_order_relaxed);
  counters.writes = writes_.load(std::memory_order_relaxed);
  counters.others = others_.load(std::memory_order_relaxed);
  counters.bytes_read = {bytes_read_.load(std::memory_order_relaxed)};
  counters.bytes_written = {bytes_written_.load(std::memory_order_relaxed)};
  counters.errors = errors_.load(std::memory_order_relaxed);
  if (const Latencies* latencies = latencies_.load(std::memory_order_acquire)) {
    counters.read_latency = latencies->reads.snapshot();
    counters.write_latency = latencies->writes.snapshot();
  }
  return counters;
}

void SessionMeter::report(boot::SessionView& view, SteadyTime now) const {
  view.traffic = counters();
  view.queue_depth = depth_.load(std::memory_order_relaxed);
  view.highest_queue_depth = highest_depth_.load(std::memory_order_relaxed);
  const std::uint32_t last = last_command_.load(std::memory_order_relaxed);
  if (last == 0) return;
  const SteadyTime at{SteadyTime::duration(last_at_.load(std::memory_order_relaxed))};
  view.last_command = name_of_command(last);
  view.last_command_age = std::chrono::duration_cast<std::chrono::milliseconds>(std::max(now - at, Duration{}));
}

boot::SessionSample SessionMeter::sample(SteadyTime now, WallTime wall_now) const {
  boot::SessionSample sample;
  sample.bytes_read = {bytes_read_.load(std::memory_order_relaxed)};
  sample.bytes_written = {bytes_written_.load(std::memory_order_relaxed)};
  if (last_command_.load(std::memory_order_relaxed) == 0) return sample;
  const SteadyTime at{SteadyTime::duration(last_at_.load(std::memory_order_relaxed))};
  sample.last_command = wall_now - std::chrono::duration_cast<WallTime::duration>(std::max(now - at, Duration{}));
  return sample;
}

void SessionMeter::add_to(boot::TargetTraffic& traffic) const { traffic.counters.add(counters()); }

void SessionMeter::add_to(boot::Transferred& sum) const {
  sum.read.value += bytes_read_.load(std::memory_order_relaxed);
  sum.written.value += bytes_written_.load(std::memory_order_relaxed);
}

}  // namespace bootferry::iscsi
