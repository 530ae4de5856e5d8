// SPDX-License-Identifier: Apache-2.0
#include "app/appliance.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/resource.h>
#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "app/admin_token.hpp"
#include "app/administration.hpp"
#include "app/backup_keeper.hpp"
#include "app/boot_keeper.hpp"
#include "app/boot_traces.hpp"
#include "app/client_activity.hpp"
#include "app/dhcp_range.hpp"
#include "app/diagnostics.hpp"
#include "app/disk_directory.hpp"
#include "app/event_counters.hpp"
#include "app/event_log.hpp"
#include "app/event_pump.hpp"
#include "app/first_visit.hpp"
#include "app/floppy_reader.hpp"
#include "app/image_files.hpp"
#include "app/image_lives.hpp"
#include "app/intake.hpp"
#include "app/job_list.hpp"
#include "app/layer_keeper.hpp"
#include "app/loader_watch.hpp"
#include "app/media_workshop.hpp"
#include "app/metrics.hpp"
#include "app/neighbour_table.hpp"
#include "app/network_interface.hpp"
#include "app/port_owner.hpp"
#include "app/reservation_keeper.hpp"
#include "app/room_settings.hpp"
#include "app/self_check.hpp"
#include "app/server_key.hpp"
#include "app/space_watch.hpp"
#include "app/state_folder.hpp"
#include "app/summary.hpp"
#include "app/vendor_file.hpp"
#include "app/version.hpp"
#include "app/wake_sender.hpp"
#include "app/webhook_sender.hpp"
#include "base/async_loop_pool.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/worker_pool.hpp"
#include "boot/address_book.hpp"
#include "boot/boot_secrets.hpp"
#include "boot/event_bus.hpp"
#include "capture/server.hpp"
#include "db/boot_marks.hpp"
#include "db/boot_store.hpp"
#include "db/event_store.hpp"
#include "db/lease_store.hpp"
#include "db/people_store.hpp"
#include "db/registry.hpp"
#include "db/reservation_store.hpp"
#include "dhcp/server.hpp"
#include "dhcpv6/server.hpp"
#include "http/first_script.hpp"
#include "http/server.hpp"
#include "images/image_library.hpp"
#include "iscsi/server.hpp"
#include "people/accounts.hpp"
#include "tftp/server.hpp"

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

/// Each idle session is a descriptor, and the soft limit is often 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

struct Appliance::Parts {
  Parts(const Settings& chosen, std::function<void()> begin_anew)
      : settings(chosen),
        state(settings.state_dir),
        interface(require_interface(settings)),
        range(require_range(settings, interface)),
        loops(network_threads(settings)),
        db_pool("db", 1),
        disk_pool("disk", settings.disk_threads),
        people_pool("people", 2),
        database(open_state_database(settings.state_dir, [this](const auto& copy) { migrated = copy; })),
        bus(clock, db::EventStore::next_id(*database)),
        registry(*database, bus, clock, db_pool),
        leases(*database, db_pool),
        events(*database, bus, db_pool),
        boot_store(*database),
        boots({boot_store, bus, registry, clock, &packets}),
        webhooks(settings.webhooks, {bus, registry, clock, settings.http_public_url}),
        capture(packets, interface.mac, capture_ports(settings),
                [this](const MacAddress& mac, capture::Knock knock) {
                  boots.on_knock(mac, knock.service, knock.answered);
                }),
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
        administration(
            {registry, leases, events, library, target, activity, clock, disks, layers, &dhcp, &boots, &registry},
            identity_of(settings, interface, range, clock.wall_now())),
        jobs(bus, clock),
        lives({registry, registry, library, layers, disks, jobs}),
        floppies(registry, library.folder()),
        image_files(library, registry),
        intake({administration, random, clock, jobs}, settings.state_dir / "uploads"),
        backups(settings.state_dir, settings.file, registry, clock, std::move(begin_anew)),
        waker({interface.name, interface.index, interface.mac, interface.network}, bus),
        media(settings.state_dir / "media", http::render_first_script(boot), loaders),
        self_check(settings, interface, dhcp_settings(settings, interface, range, boot), registry, dhcp, webhooks,
                   [this] { return http.https_port() != 0; }),
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

  std::atomic<bool> serving{false};  ///< all parts are there
  Settings settings;
  StateFolder state;
  NetworkInterface interface;
  std::optional<Ipv4Range> range;  ///< server mode: the addresses to give
  SystemClock clock;
  SystemRandom random;
  LoopPool loops;
  WorkerPool db_pool;
  WorkerPool disk_pool;
  WorkerPool people_pool;  ///< what a person asks for may copy gigabytes: never in the way of leases or disks
  std::optional<db::MigrationCopy> migrated;  ///< this start brought the database forward
  std::unique_ptr<db::Database> database;
  boot::EventBus bus;
  db::Registry registry;
  db::LeaseStore leases;
  db::EventStore events;
  db::BootStore boot_store;
  capture::PacketRings packets;
  BootKeeper boots;
  WebhookSender webhooks;
  capture::Server capture;
  ClientActivity activity;
  NeighbourTable neighbours{interface.index};
  VendorFile vendors;
  EventCounters event_counters;
  EventPump pump;
  images::ImageLibrary library;
  db::PeopleStore people;
  people::Accounts accounts;
  AdminToken token;
  boot::LoaderCatalog loaders;
  boot::BootSettings boot;
  LoaderWatch loader_watch;
  boot::AddressBook addresses{neighbours};
  db::ReservationStore stored_reservations;
  ReservationKeeper reservations;
  db::BootMarks boot_marks;
  boot::BootSecrets boot_secrets;
  LayerKeeper layers;
  BootTraces traces;
  SpaceWatch space;
  DiskDirectory disks;
  iscsi::Server target;
  ApplianceAdministration administration;
  JobList jobs;
  ApplianceImageLives lives;
  FloppyReader floppies;
  ApplianceImageFiles image_files;
  ApplianceIntake intake;
  BackupKeeper backups;
  WakeSender waker;
  MediaWorkshop media;
  ApplianceSelfCheck self_check;
  ApplianceSummary summary;
  ApplianceDiagnostics diagnostics;
  ApplianceMetrics metrics;
  http::Server http;
  tftp::Server tftp;
  dhcp::Server dhcp;
  dhcpv6::Server dhcpv6;

  void open_listeners();
  void open_https();
  void open_dhcp();
  void on_event(const boot::Event& event) {
    log_event(event);
    activity.on_event(event);
    boots.on_event(event);
    event_counters.on_event(event);
    webhooks.on_event(event);
    if (!serving) return;
    if (event.kind == boot::EventKind::image_removed) forget_traces(event);
    if (event.mac && is_file_sent(event.kind)) dhcp.note_file_sent(*event.mac);
    if (changes_rights(event.kind)) target.check_rights();
  }
  void forget_traces(const boot::Event& event) {
    for (const auto& [key, value] : event.fields)
      if (key == "image") traces.forget(value);
  }
  /// One of them may have been of a right that was taken away.
  void on_lost_events() {
    if (serving) target.check_rights();
  }
  static bool is_file_sent(boot::EventKind kind) {
    return kind == boot::EventKind::tftp_start || kind == boot::EventKind::file_served;
  }
  static bool changes_rights(boot::EventKind kind) {
    return kind == boot::EventKind::client_changed || kind == boot::EventKind::client_removed ||
           kind == boot::EventKind::assignment_changed || kind == boot::EventKind::image_changed ||
           kind == boot::EventKind::image_removed;
  }
  /// DHCP lives on loop 0 and is touched only there.
  void run_on_first_loop(std::function<void()> what);
  void publish(boot::EventKind kind, std::string text);
  void publish_start();
};

namespace {

/// Opens one listener, or says in a sentence why not.
template <class Open>
void open_or_explain(Open open, PortKind kind, std::uint16_t port, const char* setting) {
  try {
    open();
  } catch (const boost::system::system_error& error) {
    const int code = error.code().value();
    // These are of the control socket's path, and its own words name the mend.
    if (code == ENAMETOOLONG || code == EEXIST) throw std::runtime_error(error.what());
    throw std::runtime_error(explain_bind_failure(code, kind, port, setting));
  }
}

}  // namespace

void Appliance::Parts::open_listeners() {
  open_or_explain([&] { target.open(); }, PortKind::tcp, settings.iscsi_port, "ports.iscsi (--iscsi-port)");
  open_or_explain([&] { http.open(); }, PortKind::tcp, settings.http_port, "ports.http (--http-port)");
  open_https();
  open_or_explain([&] { tftp.open(); }, PortKind::udp, settings.tftp_port, "ports.tftp (--tftp-port)");
  if (settings.dhcp_mode != DhcpMode::off) open_dhcp();
  if (settings.dhcp_ipv6) {
    try {
      dhcpv6.open();
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error(
          fmt::format("{}; stop the other DHCPv6 server of this machine, or set dhcp.ipv6 to false", error.what()));
    }
  }
  if (!settings.capture) return;
  if (const auto opened = capture.open(interface.name); !opened)
    log::warning("NO_CAPTURE", {{"why", opened.error().message}});
}

/// Where nobody asked for it, a port that somebody else has must not stop the boots.
void Appliance::Parts::open_https() {
  if (settings.https_port == 0) return;
  try {
    open_or_explain([&] { http.open_tls(); }, PortKind::tcp, settings.https_port, "ports.https (--https-port)");
  } catch (const std::runtime_error& error) {
    const bool wanted = settings.http_require_https || !settings.http_certificate.empty() ||
                        settings.https_port != Settings{}.https_port;
    if (wanted) throw;
    log::warning("NO_HTTPS", {{"why", error.what()}});
  }
}

/// One service with two ports: its own words tell which of them it did not get.
void Appliance::Parts::open_dhcp() {
  try {
    dhcp.open();
  } catch (const boost::system::system_error& error) {
    const bool pxe = std::string_view(error.what()).starts_with(fmt::format("UDP port {} (PXE)", settings.pxe_port));
    throw std::runtime_error(explain_bind_failure(error.code().value(), PortKind::udp,
                                                  pxe ? settings.pxe_port : settings.dhcp_port,
                                                  pxe ? "ports.pxe (--pxe-port)" : "ports.dhcp (--dhcp-port)"));
  }
}

void Appliance::Parts::run_on_first_loop(std::function<void()> what) {
  std::promise<void> done;
  boost::asio::post(loops.context(0), [&] {
    what();
    done.set_value();
  });
  done.get_future().wait();
}

void Appliance::Parts::publish(boot::EventKind kind, std::string text) {
  boot::Event event;
  event.kind = kind;
  event.text = std::move(text);
  bus.publish(std::move(event));
}

void Appliance::Parts::publish_start() {
  boot::Event event;
  event.kind = boot::EventKind::server_started;
  event.text = fmt::format("Bootferry {} serves on {} ({}), DHCP mode {}.", version, interface.name,
                           interface.network.address.to_string(), name_of(settings.dhcp_mode));
  if (migrated) {
    event.text += fmt::format(" Its database was of an older version; what it held before is kept in {}.",
                              migrated->file.string());
    event.fields = {{"migrated_from", std::to_string(migrated->from)},
                    {"migrated_to", std::to_string(migrated->to)},
                    {"copy", migrated->file.string()}};
  }
  bus.publish(std::move(event));
}

Appliance::Appliance(const Settings& settings, std::function<void()> begin_anew) {
  if (sodium_init() < 0) throw std::runtime_error("the system gives no random numbers");
  raise_descriptor_limit();
  parts_ = std::make_unique<Parts>(settings, std::move(begin_anew));
  parts_->open_listeners();
}

Appliance::~Appliance() { stop(); }

void Appliance::start() {
  Parts& p = *parts_;
  p.layers.sweep_unknown();
  p.administration.note_grown_images();
  p.traces.sweep([registry = p.registry.snapshot()](const TracedImage& traced) {
    const boot::Image* image = registry->find_image(traced.name);
    return image && image->find_version(traced.version);
  });
  p.traces.start();
  p.space.start();
  p.webhooks.start();
  p.loader_watch.start();
  p.tftp.start();
  if (p.settings.dhcp_mode != DhcpMode::off) p.dhcp.start();
  if (p.settings.dhcp_ipv6) p.dhcpv6.start();
  p.target.start();
  p.summary.start();
  p.boots.start([&p](std::span<const std::uint64_t> ids) { return p.target.samples(ids); });
  p.capture.start();
  p.serving = true;
  p.intake.start();
  p.http.start();
  p.loops.start();
  started_ = true;
  if (const std::string code = p.accounts.first_visit_code(); !code.empty())
    log::info("FIRST_VISIT", {{"code", code}, {"mend", "the page asks for it, and then for the admin's password"}});
  p.publish_start();
}

void Appliance::stop() {
  if (!parts_ || !std::exchange(started_, false)) return;
  Parts& p = *parts_;
  p.publish(boot::EventKind::server_stopping,
            "Bootferry stops; machines with a disk of ours lose it until it is back.");
  // New boots first, then the disks: a session may flush until its end.
  p.run_on_first_loop([&p] {
    p.dhcp.stop();
    p.dhcpv6.stop();
  });
  p.tftp.stop();
  p.library.stop_imports();
  p.lives.stop();
  p.http.stop();
  p.capture.stop();
  p.summary.stop();
  p.target.stop(std::chrono::seconds(3));
  p.boots.stop();
  p.disks.stop();
  p.traces.stop();
  p.space.stop();
  p.webhooks.stop();
  p.loader_watch.stop();
  p.loops.stop();
  p.intake.stop();
  p.people_pool.stop();
  p.disk_pool.stop();
  p.events.flush();
  p.db_pool.stop();
}

std::string Appliance::welcome() const {
  const Parts& p = *parts_;
  const std::string address = p.interface.network.address.to_string();
  std::string text = fmt::format(
      "Bootferry {} is ready.\n  LAN interface  {} ({})\n  DHCP           {}\n  Dashboard      http://{}:{}/\n",
      version, p.interface.name, p.interface.network.to_string(),
      p.settings.dhcp_mode == DhcpMode::proxy ? "proxy: addresses come from your router, boot files from here"
      : p.range ? fmt::format("server: hands out {} to {}", p.range->first.to_string(), p.range->last.to_string())
                : "off: point your DHCP server's boot options here",
      address, p.settings.http_port);
  if (const auto port = p.http.https_port(); port != 0)
    text += fmt::format("                 https://{}:{}/\n  Certificate    sha256:{}\n", address, port,
                        p.http.certificate_fingerprint());
  if (const std::string code = p.accounts.first_visit_code(); !code.empty())
    text += fmt::format("  First visit    the page asks for this code: {}\n{}", code,
                        render_first_visit(p.http.first_visit_url(code)));
  text += fmt::format("  Admin token    in {}\n", (p.settings.state_dir / "admin-token").string());
  const auto loaders = p.loaders.files();
  // MEMDISK, of another package, brings floppies to machines that run an iPXE already.
  if (std::ranges::all_of(*loaders, [](const auto& one) { return one.first == "memdisk"; })) {
    text += fmt::format("  No loaders     in {}: no machine can boot; install the package ipxe\n",
                        p.settings.loader_dir.string());
  }
  return text;
}

}  // namespace bootferry::app
