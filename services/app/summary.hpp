// SPDX-License-Identifier: Apache-2.0
// Gathers boot::Summary from the services. Owned by app; asked on the people pool, the throughput is sampled on a
// thread of its own.
#pragma once

#include <filesystem>
#include <mutex>

#include "app/throughput_meter.hpp"
#include "base/background_threads.hpp"
#include "boot/administration.hpp"
#include "boot/client_registry.hpp"
#include "boot/intake.hpp"
#include "boot/network_servers.hpp"
#include "db/boot_store.hpp"
#include "iscsi/server.hpp"

namespace bootferry::app {

class ApplianceSummary final : public boot::SummarySource {
 public:
  /// All outlive it.
  struct Parts {
    boot::Administration& administration;
    const boot::ClientRegistry& registry;
    db::BootStore& boots;
    boot::Intake& intake;
    const boot::NetworkServers& network;
    const iscsi::Server& target;
    const Clock& clock;
    std::filesystem::path images;  ///< the folder of the library
  };
  explicit ApplianceSummary(Parts parts) : parts_(std::move(parts)) {}

  /// Samples until stop(); the target lives meanwhile.
  void start();
  void stop() { background_.stop(); }
  [[nodiscard]] boot::Summary summary() override;

 private:
  [[nodiscard]] std::optional<boot::FailedBoot> last_failed_boot() const;
  [[nodiscard]] std::size_t jobs_running() const;

  const Parts parts_;
  std::mutex mutex_;  ///< guards the meter
  ThroughputMeter meter_;
  BackgroundThreads background_;  ///< the last member: it ends first
};

}  // namespace bootferry::app
