// SPDX-License-Identifier: Apache-2.0
// Probes our own services as PXE BIOS, UEFI, HTTP boot, iPXE and an initiator would, and looks at what often stands in
// their way. Owned by Appliance; run() on the db thread, one at a time.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "app/check_probes.hpp"
#include "app/firewall.hpp"
#include "app/network_interface.hpp"
#include "app/settings.hpp"
#include "boot/administration.hpp"
#include "boot/boot_policy.hpp"
#include "boot/client_registry.hpp"
#include "boot/network_servers.hpp"
#include "boot/self_check.hpp"
#include "boot/webhooks.hpp"
#include "dhcp/settings.hpp"

namespace bootferry::app {

class ApplianceSelfCheck final : public boot::SelfCheck {
 public:
  /// `registry`, `administration`, `network` and `webhooks` outlive it; none is asked before run(), nor is `has_https`.
  ApplianceSelfCheck(Settings settings, NetworkInterface interface, dhcp::Settings dhcp,
                     const boot::ClientRegistry& registry, boot::Administration& administration,
                     boot::NetworkServers& network, const boot::Webhooks& webhooks, std::function<bool()> has_https)
      : settings_(std::move(settings)),
        interface_(std::move(interface)),
        dhcp_(std::move(dhcp)),
        registry_(registry),
        administration_(administration),
        network_(network),
        webhooks_(webhooks),
        has_https_(std::move(has_https)) {}

  [[nodiscard]] std::vector<boot::CheckLine> run() override;

 private:
  [[nodiscard]] boot::CheckLine check_ports() const;
  [[nodiscard]] boot::CheckLine check_dhcp(Pretender pretender) const;
  [[nodiscard]] boot::CheckLine check_tftp() const;
  [[nodiscard]] boot::CheckLine check_script() const;
  [[nodiscard]] boot::CheckLine check_http_loader() const;
  [[nodiscard]] boot::CheckLine check_iscsi() const;

  const Settings settings_;
  const NetworkInterface interface_;
  const dhcp::Settings dhcp_;
  const boot::ClientRegistry& registry_;
  boot::Administration& administration_;
  boot::NetworkServers& network_;
  const boot::Webhooks& webhooks_;
  const std::function<bool()> has_https_;
  std::mutex one_at_a_time_;
};

/// The ports that must be let in, of these settings.
[[nodiscard]] std::vector<ServicePort> service_ports(const Settings& settings);

}  // namespace bootferry::app
