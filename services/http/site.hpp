// SPDX-License-Identifier: Apache-2.0
// Everything that a handler may reach: the services of the appliance, and the settings of the HTTP server. Made by app;
// shared by all connections and by jobs on other threads, and never changed while the server runs.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/embedded_files.hpp"
#include "base/ip_network.hpp"
#include "boot/address_book.hpp"
#include "boot/administration.hpp"
#include "boot/backups.hpp"
#include "boot/boot_history.hpp"
#include "boot/boot_media.hpp"
#include "boot/boot_policy.hpp"
#include "boot/boot_secrets.hpp"
#include "boot/boot_watch.hpp"
#include "boot/client_registry.hpp"
#include "boot/diagnostics.hpp"
#include "boot/event_bus.hpp"
#include "boot/floppy_drives.hpp"
#include "boot/floppy_source.hpp"
#include "boot/image_files.hpp"
#include "boot/image_lives.hpp"
#include "boot/intake.hpp"
#include "boot/loader_catalog.hpp"
#include "boot/metrics_source.hpp"
#include "boot/neighbours.hpp"
#include "boot/network_servers.hpp"
#include "boot/self_check.hpp"
#include "boot/summary.hpp"
#include "boot/vendor_table.hpp"
#include "boot/wake.hpp"
#include "boot/webhooks.hpp"
#include "http/event_limits.hpp"
#include "http/page_tags.hpp"
#include "http/past_answers.hpp"
#include "http/stray_headers.hpp"
#include "http/tls_certificate.hpp"
#include "people/accounts.hpp"

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
  boot::MetricsSource* metrics = nullptr;        ///< null: there are none
  boot::BootSecrets* boot_secrets = nullptr;     ///< none: scripts carry no credentials (tests)
  boot::ImageLives* lives = nullptr;             ///< none: there are no overlays (tests)
  boot::BootWatch* boot_watch = nullptr;         ///< none: nobody is told of boots (tests)
  boot::Intake* intake = nullptr;                ///< none: images come in by path only, and are no jobs (tests)
  boot::AssignmentStore* assignments = nullptr;  ///< none: there are no groups and rules (tests)
  boot::FloppySource* floppies = nullptr;        ///< none: no floppy is loaded into memory (tests)
  boot::ImageFiles* image_files = nullptr;       ///< none: nobody looks into images (tests)
  boot::NetworkServers* network = nullptr;       ///< none: nobody looks for other servers (tests)
  boot::BootHistory* boots = nullptr;            ///< none: boots are not kept (tests)
  boot::Waker* waker = nullptr;                  ///< none of these four: not offered (tests)
  boot::BootMedia* media = nullptr;
  boot::SelfCheck* self_check = nullptr;
  boot::FloppyDrives* floppy_drives = nullptr;
  boot::Backups* backups = nullptr;              ///< none: not offered (tests)
  boot::SummarySource* summary = nullptr;        ///< none: the same
  boot::Webhooks* webhooks = nullptr;            ///< none: the same
  boot::Diagnostics* diagnostics = nullptr;      ///< none: the same
  const boot::Neighbours* neighbours = nullptr;  ///< none: any machine may be any other (tests)
  const boot::Vendors* vendors = nullptr;        ///< none: no vendor is known (tests)
  people::Accounts* accounts = nullptr;          ///< none: reads are open, and the admin token does the rest (tests)
};

struct Settings {
  Ipv4Address address;           ///< unspecified: all of the machine's
  std::string ipv6_interface{};  ///< also at all IPv6 addresses of this interface; empty: not over IPv6
  std::uint16_t port = 8080;     ///< 0: any free one (tests); Server::port() tells which
  std::filesystem::path state_dir;
  std::string admin_token;  ///< of the file that root can read; empty: it opens nothing
  std::string base_path;    ///< "/boot": what stands before our paths behind a proxy that leaves it there
  std::vector<IpNetwork> trusted_proxies;  ///< whose X-Forwarded-* are believed
  std::string user_header;                 ///< by which they say who asks: "Remote-User"; empty: they do not
  std::string groups_header;               ///< and of what groups he is; empty: they do not
  std::string admin_group, viewer_group;   ///< who is no user here has the role of these; empty: none
  std::shared_ptr<StrayHeaders> stray_headers = std::make_shared<StrayHeaders>();
  bool open_metrics = false;     ///< /metrics asks for no token
  bool require_https = false;    ///< the plain door answers what booting machines read, and nothing else
  std::uint16_t https_port = 0;  ///< of the door with TLS, where there is a certificate; 0: any free one (tests)
  std::shared_ptr<TlsCertificate> certificate;  ///< null: there is no door with TLS
  const EmbeddedFiles* page = nullptr;          ///< the dashboard, or null when it was not built

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
  std::shared_ptr<PastAnswers> past_answers = std::make_shared<PastAnswers>();
  PageTags page_tags{settings.page};
  std::shared_ptr<std::mutex> edits = std::make_shared<std::mutex>();  ///< held while If-Match is compared and kept to

  [[nodiscard]] std::filesystem::path files_folder() const { return settings.state_dir / "files"; }
  [[nodiscard]] std::filesystem::path scripts_folder() const { return settings.state_dir / "ipxe-scripts"; }
  [[nodiscard]] std::filesystem::path control_socket() const { return settings.state_dir / "control.sock"; }
};

struct Gate;
/// What of it decides who may do what.
[[nodiscard]] Gate gate_of(const Site& site);

}  // namespace bootferry::http
