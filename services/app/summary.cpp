// SPDX-License-Identifier: Apache-2.0
#include "app/summary.hpp"

#include <algorithm>
#include <condition_variable>

namespace bootferry::app {

void ApplianceSummary::start() {
  background_.start([this](std::stop_token stop) {
    std::condition_variable_any awake;
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      meter_.on_sum(parts_.clock.now(), parts_.target.transferred());
      awake.wait_for(lock, stop, ThroughputMeter::period, [] { return false; });
    }
  });
}

boot::Summary ApplianceSummary::summary() {
  const boot::Health health = parts_.administration.health();
  boot::Summary summary;
  summary.version = health.version;
  summary.started = health.started;
  for (const boot::ClientView& view : parts_.administration.clients()) {
    ++summary.clients;
    if (!view.client.known) ++summary.clients_unknown;
    if (view.state == boot::ClientState::on) ++summary.clients_running;
  }
  summary.images = health.images;
  summary.sessions = health.sessions;
  summary.jobs_running = jobs_running();
  summary.other_dhcp_servers = parts_.network.network_servers().size();
  summary.boots = parts_.boots.count_since(health.now - std::chrono::hours(24));
  summary.last_failed_boot = last_failed_boot();
  std::error_code error;
  const auto space = std::filesystem::space(parts_.images, error);
  if (!error) summary.free = {space.available};
  const std::lock_guard lock(mutex_);
  summary.each_second = meter_.each_second(parts_.clock.now(), parts_.target.transferred());
  return summary;
}

std::optional<boot::FailedBoot> ApplianceSummary::last_failed_boot() const {
  const auto boot = parts_.boots.last_failed();
  if (!boot) return std::nullopt;
  const auto registry = parts_.registry.snapshot();
  const boot::Client* client = registry->find_client(boot->mac);
  const bool named = client && !client->name.empty();
  return boot::FailedBoot{boot->mac, named ? client->name : boot->mac.to_string(), boot->started, boot->reason};
}

std::size_t ApplianceSummary::jobs_running() const {
  const auto jobs = parts_.intake.jobs();
  return static_cast<std::size_t>(std::ranges::count_if(jobs, [](const boot::JobView& job) {
    return job.state == boot::JobState::running || job.state == boot::JobState::waiting;
  }));
}

}  // namespace bootferry::app
