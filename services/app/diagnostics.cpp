// SPDX-License-Identifier: Apache-2.0
#include "app/diagnostics.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <fstream>

#include "app/diagnostics_text.hpp"
#include "app/network_interface.hpp"

namespace bootferry::app {
namespace {

constexpr std::size_t events_told = 100;

/// "Debian GNU/Linux 12 (bookworm)"; os-release(5).
std::string read_system() {
  std::ifstream file("/etc/os-release");
  constexpr std::string_view key = "PRETTY_NAME=";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    std::erase(line, '"');
    return line.substr(key.size());
  }
  return "a system without /etc/os-release";
}

std::string read_kernel() {
  utsname names{};
  if (::uname(&names) != 0) return "no kernel's name";
  return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

void hide_this_host(Redaction& redaction) {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return;
  const std::string whole = name;
  redaction.hide_name(whole, "host");
  redaction.hide_name(whole.substr(0, whole.find('.')), "host");
}

void hide_clients(Redaction& redaction, const boot::RegistrySnapshot& registry) {
  for (const auto& [mac, client] : registry.clients) {
    redaction.hide_name(client.name, "client");
    redaction.hide_secret(client.access.secret.reveal());
    redaction.hide_secret(client.access.target_secret.reveal());
    redaction.hide_secret(client.serial);
    redaction.hide_name(client.access.user, "user");
  }
}

void hide_settings(Redaction& redaction, const Settings& settings) {
  for (const Webhook& hook : settings.webhooks) {
    if (hook.target.size() > 1) redaction.hide_secret(hook.target);
    redaction.hide_secret(hook.secret_file.string());
    redaction.hide_name(hook.server.host, "host");
  }
  redaction.hide_secret(settings.http_key.string());
  redaction.hide_name(settings.dhcp_domain, "domain");
  if (const auto page = parse_web_url(settings.http_public_url)) redaction.hide_name(page->server.host, "host");
}

}  // namespace

std::string ApplianceDiagnostics::render_diagnostics() {
  DiagnosticFacts facts;
  const boot::Health health = parts_.administration.health();
  facts.version = health.version;
  facts.system = read_system();
  facts.kernel = read_kernel();
  facts.started = health.started;
  facts.now = health.now;
  facts.interface = health.interface;
  facts.dhcp_mode = health.dhcp_mode;
  facts.settings = settings_values(parts_.settings);
  facts.interfaces = list_interfaces();
  facts.check = parts_.check.run();
  facts.loaders = *parts_.loaders.files();
  facts.summary = parts_.summary.summary();
  facts.servers = parts_.network.network_servers();
  facts.webhooks = parts_.webhooks.webhooks();
  if (const auto failed = parts_.boots.last_failed()) facts.failed_boot = parts_.boots.find(failed->id);
  boot::EventQuery newest;
  newest.limit = events_told;
  facts.events = parts_.administration.events(newest);

  Redaction redaction;
  redaction.hide_secret(parts_.admin_token);
  redaction.hide_secret(parts_.accounts.first_visit_code());
  hide_settings(redaction, parts_.settings);
  hide_clients(redaction, *parts_.registry.snapshot());
  for (const people::User& user : parts_.accounts.users()) redaction.hide_name(user.name, "user");
  for (const boot::Lease& lease : parts_.administration.leases()) redaction.hide_name(lease.hostname, "host");
  hide_this_host(redaction);
  return app::render_diagnostics(facts, std::move(redaction));
}

}  // namespace bootferry::app
