// SPDX-License-Identifier: Apache-2.0
#include "app/appliance_parts.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "app/dhcp_range.hpp"
#include "app/event_log.hpp"
#include "app/room_settings.hpp"
#include "app/server_key.hpp"
#include "base/log.hpp"
#include "http/first_script.hpp"

namespace bootferry::app {
namespace {

std::size_t network_threads(const Settings& settings) {
  return settings.network_threads ? settings.network_threads : std::max(1u, std::thread::hardware_concurrency());
}

NetworkInterface require_interface(const Settings& settings) {
  auto chosen = choose_interface(list_interfaces(), settings.interface);
  if (!chosen) throw std::runtime_error(chosen.error().message);
  return *chosen;
}

/// Only in server mode is there a range; elsewhere one that is set would silently do nothing, so it is told.
std::optional<Ipv4Range> require_range(const Settings& settings, const NetworkInterface& interface) {
  if (settings.dhcp_mode != DhcpMode::server) {
    if (settings.dhcp_range) {
      log::warning("DHCP_RANGE_UNUSED", {{"dhcp_mode", std::string(name_of(settings.dhcp_mode))},
                                         {"mend", "addresses are given in server mode only (--dhcp-mode server)"}});
    }
    return std::nullopt;
  }
  auto range = choose_dhcp_range(settings.dhcp_range, interface.network, interface.name);
  if (!range) throw std::runtime_error(range.error().message);
  return *range;
}

bool is_file_sent(boot::EventKind kind) {
  return kind == boot::EventKind::tftp_start || kind == boot::EventKind::file_served;
}

bool changes_rights(boot::EventKind kind) {
  return kind == boot::EventKind::client_changed || kind == boot::EventKind::client_removed ||
         kind == boot::EventKind::assignment_changed || kind == boot::EventKind::image_changed ||
         kind == boot::EventKind::image_removed;
}

}  // namespace

Appliance::Parts::Parts(const Settings& chosen, std::function<void()> begin_anew,
                        std::optional<db::MigrationCopy>& migrated_to)
    : settings(chosen),
      state(settings.state_dir),
      interface(require_interface(settings)),
      range(require_range(settings, interface)),
      loops(network_threads(settings)),
      db_pool("db", 1),
      disk_pool("disk", settings.disk_threads),
      people_pool("people", 2),
      database(open_state_database(settings.state_dir, [&](const auto& copy) { migrated = migrated_to = copy; })),
      bus(clock, db::EventStore::next_id(*database)),
      registry(*database, bus, clock, db_pool),
      leases(*database, db_pool),
      events(*database, bus, db_pool),
      boot_store(*database),
      boots({boot_store, bus, registry, clock, &packets}),
      webhooks(settings.webhooks, {bus, registry, clock, settings.http_public_url}),
      capture(
          packets, interface.mac, capture_ports(settings),
          [this](const MacAddress& mac, capture::Knock knock) { boots.on_knock(mac, knock.service, knock.answered); }),
      pump(
          bus, db_pool, [this](const boot::Event& event) { on_event(event); }, [this] { on_lost_events(); }),
      library(settings.state_dir / "images"),
      people(*database),
      accounts(people, clock, random, [this](people::Accounts::Job job) { people_pool.post(std::move(job)); }),
      token(load_or_make_admin_token(settings.state_dir, random)),
      boot(boot_settings(settings, interface, loaders)),
      loader_watch(loader_folders(settings, boot), loaders),
      stored_reservations(*database),
      reservations(stored_reservations),
      boot_marks(*database, db_pool),
      boot_secrets(load_or_make_server_key(settings.state_dir, random), clock, boot_marks.load(),
                   [this](const MacAddress& mac, std::uint64_t mark) { boot_marks.keep(mac, mark); }),
      layers(registry, registry, library, clock),
      traces(settings.state_dir / "traces", clock, {.enabled = settings.prefetch}),
      space(bus, settings.state_dir),
      disks(registry, library, layers, boot_secrets, &reservations, &traces, &space,
            settings.state_dir / "inserted-floppies"),
      target(loops, disk_pool, disks, bus, clock, target_settings(settings, interface)),
      administration({registry, leases, events, library, target, activity, clock, disks, layers, &dhcp, &boots,
                      &registry, [this] { return http.https_port(); }},
                     identity_of(settings, interface, range, clock.wall_now())),
      jobs(bus, clock),
      lives({registry, registry, library, layers, disks, jobs}),
      floppies(registry, library.folder()),
      image_files(library, registry),
      intake({administration, random, clock, jobs}, settings.state_dir / "uploads"),
      backups(settings.state_dir, settings.file, registry, clock, std::move(begin_anew)),
      waker({interface.name, interface.index, interface.mac, interface.network}, bus),
      media(settings.state_dir / "media", http::render_first_script(boot), loaders),
      self_check(settings, interface, dhcp_settings(settings, interface, range, boot), registry, administration, dhcp,
                 webhooks, [this] { return http.https_port() != 0; }),
      summary({administration, registry, boot_store, intake, dhcp, target, clock, library.folder()}),
      diagnostics({settings, administration, registry, boot_store, self_check, summary, dhcp, webhooks, loaders,
                   accounts, token.value}),
      metrics({administration, target, event_counters, clock, &traces}),
      http(loops, people_pool,
           {.administration = administration,
            .registry = registry,
            .events = bus,
            .addresses = addresses,
            .loaders = loaders,
            .clock = clock,
            .boot = boot,
            .metrics = &metrics,
            .boot_secrets = &boot_secrets,
            .lives = &lives,
            .boot_watch = &disks,
            .intake = &intake,
            .assignments = &registry,
            .floppies = &floppies,
            .image_files = &image_files,
            .network = &dhcp,
            .boots = &boots,
            .waker = &waker,
            .media = &media,
            .self_check = &self_check,
            .floppy_drives = &disks,
            .backups = &backups,
            .summary = &summary,
            .webhooks = &webhooks,
            .diagnostics = &diagnostics,
            .neighbours = &neighbours,
            .vendors = &vendors,
            .accounts = &accounts},
           http_settings(settings, interface, token.value, clock)),
      tftp({.ipv6 = settings.ipv6, .port = settings.tftp_port, .interface = interface.name}, loaders, bus, addresses,
           clock, &registry),
      dhcp(loops.context(0).get_executor(), dhcp_settings(settings, interface, range, boot),
           {registry, leases, bus, addresses, clock, random}),
      dhcpv6(loops.context(0).get_executor(), dhcpv6_settings(interface, boot), {registry, bus, clock}) {}

void Appliance::Parts::on_event(const boot::Event& event) {
  log_event(event);
  activity.on_event(event);
  boots.on_event(event);
  event_counters.on_event(event);
  webhooks.on_event(event);
  if (!serving) return;
  if (event.kind == boot::EventKind::image_removed) {
    for (const auto& [key, value] : event.fields)
      if (key == "image") traces.forget(value);
  }
  if (event.mac && is_file_sent(event.kind)) dhcp.note_file_sent(*event.mac);
  if (changes_rights(event.kind)) target.check_rights();
}

/// One of them may have been of a right that was taken away.
void Appliance::Parts::on_lost_events() {
  if (serving) target.check_rights();
}

}  // namespace bootferry::app
