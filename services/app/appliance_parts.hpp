// SPDX-License-Identifier: Apache-2.0
// What the appliance is made of, in the order of start-up. Made by Appliance, on the main thread; appliance_parts.cpp
// wires it together, appliance_listeners.cpp opens its ports.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/admin_token.hpp"
#include "app/administration.hpp"
#include "app/appliance.hpp"
#include "app/backup_keeper.hpp"
#include "app/boot_keeper.hpp"
#include "app/boot_traces.hpp"
#include "app/client_activity.hpp"
#include "app/diagnostics.hpp"
#include "app/disk_directory.hpp"
#include "app/event_counters.hpp"
#include "app/event_pump.hpp"
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
#include "app/reservation_keeper.hpp"
#include "app/self_check.hpp"
#include "app/space_watch.hpp"
#include "app/state_folder.hpp"
#include "app/summary.hpp"
#include "app/vendor_file.hpp"
#include "app/wake_sender.hpp"
#include "app/webhook_sender.hpp"
#include "base/async_loop_pool.hpp"
#include "base/clock.hpp"
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
#include "http/server.hpp"
#include "images/image_library.hpp"
#include "iscsi/server.hpp"
#include "people/accounts.hpp"
#include "tftp/server.hpp"

namespace bootferry::app {

struct Appliance::Parts {
  /// `migrated_to`: as `migrated`, set also when what comes behind it throws.
  Parts(const Settings& chosen, std::function<void()> begin_anew, std::optional<db::MigrationCopy>& migrated_to);

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
  void on_event(const boot::Event& event);
  void on_lost_events();
  /// DHCP lives on loop 0 and is touched only there.
  void run_on_first_loop(std::function<void()> what);
  void publish(boot::EventKind kind, std::string text);
  void publish_start();
};

}  // namespace bootferry::app
