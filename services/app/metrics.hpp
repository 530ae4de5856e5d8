// SPDX-License-Identifier: Apache-2.0
// The appliance's metrics for Prometheus: looks at the snapshots of all services when it is asked, keeps nothing
// itself. Called on the people pool. What labels can say is bounded: known clients, targets up to
// SessionTable::max_targets, images. Names after prometheus.io/docs/practices/naming.
#pragma once

#include "app/boot_traces.hpp"
#include "app/event_counters.hpp"
#include "boot/administration.hpp"
#include "boot/metrics_source.hpp"
#include "iscsi/server.hpp"

namespace bootferry::app {

class ApplianceMetrics final : public boot::MetricsSource {
 public:
  struct Parts {
    boot::Administration& administration;
    const iscsi::Server& target;
    const EventCounters& events;
    const Clock& clock;
    const BootTraces* traces = nullptr;
  };
  explicit ApplianceMetrics(Parts parts) : parts_(parts) {}

  [[nodiscard]] std::string render_metrics() override;

 private:
  Parts parts_;
};

}  // namespace bootferry::app
