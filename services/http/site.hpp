// SPDX-License-Identifier: Apache-2.0
// Everything that a handler may reach: the services of the appliance, and the settings of the HTTP server. Made by app;
// shared by all connections and by jobs on other threads, and never changed while the server runs.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/embedded_files.hpp"
#include "boot/address_book.hpp"
#include "boot/administration.hpp"
#include "boot/boot_policy.hpp"
#include "boot/boot_secrets.hpp"
#include "boot/boot_watch.hpp"
#include "boot/client_registry.hpp"
#include "boot/event_bus.hpp"
#include "boot/image_lives.hpp"
#include "boot/intake.hpp"
#include "boot/loader_catalog.hpp"
#include "boot/metrics_source.hpp"
#include "http/event_limits.hpp"

namespace bootferry::http {

/// Each outlives the server.
struct Services {
  boot::Administration& administration;
  boot::ClientRegistry& registry;
  boot::EventBus& events;
  boot::AddressBook& addresses;
  const boot::LoaderCatalog& loaders;
  const Clock& clock;
  boot::BootSettings boot;
  boot::MetricsSource* metrics = nullptr;     ///< null: there are none
  boot::BootSecrets* boot_secrets = nullptr;  ///< none: scripts carry no credentials (tests)
  boot::ImageLives* lives = nullptr;          ///< none: there are no overlays (tests)
  boot::BootWatch* boot_watch = nullptr;      ///< none: nobody is told of boots (tests)
  boot::Intake* intake = nullptr;             ///< none: images come in by path only, and are no jobs (tests)
};

struct Settings {
  Ipv4Address address;        ///< unspecified: all of the machine's
  std::uint16_t port = 8080;  ///< 0: any free one (tests); Server::port() tells which
  std::filesystem::path state_dir;
  std::string admin_token;              ///< empty: nobody may write on the LAN door
  const EmbeddedFiles* page = nullptr;  ///< the dashboard, or null when it was not built

  std::chrono::milliseconds idle_limit{60'000};     ///< of a kept connection without a request
  std::chrono::milliseconds request_limit{10'000};  ///< from a request's first byte to its last
  std::chrono::milliseconds send_limit{30'000};     ///< for each piece of at most 256 KiB
  std::chrono::milliseconds heartbeat{15'000};      ///< of the live stream
  std::size_t max_connections = 1024;
  std::size_t max_connections_per_address = 128;
};

struct Site {
  Services services;
  Settings settings;
  std::shared_ptr<EventLimits> event_limits = std::make_shared<EventLimits>();

  [[nodiscard]] std::filesystem::path files_folder() const { return settings.state_dir / "files"; }
  [[nodiscard]] std::filesystem::path scripts_folder() const { return settings.state_dir / "ipxe-scripts"; }
  [[nodiscard]] std::filesystem::path control_socket() const { return settings.state_dir / "control.sock"; }
};

}  // namespace bootferry::http
