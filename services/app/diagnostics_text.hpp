// SPDX-License-Identifier: Apache-2.0
// The diagnostics as a text: facts in, lines out, everything through one Redaction at the end. Used by
// ApplianceDiagnostics; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/network_interface.hpp"
#include "app/redaction.hpp"
#include "app/settings_text.hpp"
#include "boot/administration.hpp"
#include "boot/boot_record.hpp"
#include "boot/loader_catalog.hpp"
#include "boot/network_servers.hpp"
#include "boot/self_check.hpp"
#include "boot/summary.hpp"
#include "boot/webhooks.hpp"

namespace bootferry::app {

struct DiagnosticFacts {
  std::string version, system, kernel;
  WallTime started{}, now{};
  std::string interface, dhcp_mode;  ///< the ones that are served
  std::vector<SettingValue> settings;
  std::vector<NetworkInterface> interfaces;
  std::vector<boot::CheckLine> check;
  boot::LoaderCatalog::Files loaders;
  boot::Summary summary;
  std::vector<boot::NetworkServer> servers;
  std::vector<boot::WebhookView> webhooks;
  std::optional<boot::BootRecord> failed_boot;  ///< the last one, with its steps
  std::vector<boot::Event> events;              ///< oldest first
};

/// `redaction` knows the secrets and names that are in the house.
[[nodiscard]] std::string render_diagnostics(const DiagnosticFacts& facts, Redaction redaction);

}  // namespace bootferry::app
