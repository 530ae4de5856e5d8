// SPDX-License-Identifier: Apache-2.0
#include "app/appliance.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <stdexcept>
#include <utility>

#include "app/appliance_parts.hpp"
#include "app/first_visit.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "db/backup.hpp"

namespace bootferry::app {
namespace {

/// Each idle session is a descriptor, and the soft limit is often 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// A start that fails has changed nothing: the older version can still be installed again.
void undo(const db::MigrationCopy& migrated, const std::filesystem::path& database) {
  if (const auto undone = db::undo_migration(migrated, database); !undone) {
    log::error("MIGRATION_STAYS", {{"why", undone.error().message}, {"before", migrated.file.string()}});
  } else {
    log::info("MIGRATION_UNDONE", {{"version", std::to_string(migrated.from)}});
  }
}

}  // namespace

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
  std::optional<db::MigrationCopy> migrated;
  try {
    parts_ = std::make_unique<Parts>(settings, std::move(begin_anew), migrated);
    parts_->open_listeners();
  } catch (...) {
    parts_.reset();
    if (migrated) undo(*migrated, settings.state_dir / "bootferry.db");
    throw;
  }
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
