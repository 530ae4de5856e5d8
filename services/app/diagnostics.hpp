// SPDX-License-Identifier: Apache-2.0
// Gathers the diagnostics from the services, and what must not be in them. Owned by app; called on the people pool.
#pragma once

#include "app/settings.hpp"
#include "boot/administration.hpp"
#include "boot/client_registry.hpp"
#include "boot/diagnostics.hpp"
#include "boot/loader_catalog.hpp"
#include "boot/network_servers.hpp"
#include "boot/self_check.hpp"
#include "boot/summary.hpp"
#include "boot/webhooks.hpp"
#include "db/boot_store.hpp"
#include "people/accounts.hpp"

namespace bootferry::app {

class ApplianceDiagnostics final : public boot::Diagnostics {
 public:
  /// All outlive it.
  struct Parts {
    const Settings& settings;
    boot::Administration& administration;
    const boot::ClientRegistry& registry;
    db::BootStore& boots;
    boot::SelfCheck& check;
    boot::SummarySource& summary;
    const boot::NetworkServers& network;
    const boot::Webhooks& webhooks;
    const boot::LoaderCatalog& loaders;
    const people::Accounts& accounts;
    const std::string& admin_token;
  };
  explicit ApplianceDiagnostics(Parts parts) : parts_(parts) {}

  [[nodiscard]] std::string render_diagnostics() override;

 private:
  Parts parts_;
};

}  // namespace bootferry::app
