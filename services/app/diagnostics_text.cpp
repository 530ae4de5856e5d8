// SPDX-License-Identifier: Apache-2.0
#include "app/diagnostics_text.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace bootferry::app {
namespace {

/// Texts that may be shown; of all others, and of those that come later, only that they were changed. Numbers, true and
/// false always may.
constexpr std::array<std::string_view, 11> shown_texts{
    "state_dir",     "interface", "log_level",      "loader_dir",           "dhcp.mode",      "dhcp.range",
    "dhcp.gateways", "dhcp.dns",  "http.base_path", "http.trusted_proxies", "iscsi.addresses"};

bool may_be_shown(const SettingValue& setting) {
  const bool is_text = setting.value.find_first_of("\"[{") != std::string::npos;
  return !is_text || std::ranges::find(shown_texts, setting.key) != shown_texts.end();
}

/// One line, whatever is in it.
std::string line_of(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  return line;
}

void add_settings(std::string& out, const DiagnosticFacts& facts) {
  out += "\n# Settings that differ from the defaults\n";
  for (const SettingValue& one : facts.settings) {
    if (one.changed())
      out += fmt::format("{} = {}\n", one.key, may_be_shown(one) ? line_of(one.value) : "(changed, not shown)");
  }
}

void add_network(std::string& out, const DiagnosticFacts& facts) {
  out += "\n# Network\n";
  for (const NetworkInterface& one : facts.interfaces) {
    out += fmt::format("{}{} {} {} {}{}\n", one.name == facts.interface ? "* " : "  ", one.name, one.mac.to_string(),
                       one.network.to_string(), one.up ? "up" : "down", one.default_route ? ", default route" : "");
  }
  out += fmt::format("DHCP mode: {}\n", facts.dhcp_mode);
  for (const boot::NetworkServer& server : facts.servers)
    out += fmt::format("other server: {} {} ({})\n", server.address.to_string(), server.mac.to_string(),
                       boot::name_of(server.kind));
}

void add_check(std::string& out, const DiagnosticFacts& facts) {
  out += "\n# Self-test\n";
  for (const boot::CheckLine& line : facts.check) {
    out += fmt::format("{:<4} {}: {}", boot::name_of(line.verdict), line.id, line_of(line.text));
    out += line.mend.empty() ? "\n" : fmt::format(" -> {}\n", line_of(line.mend));
  }
}

void add_loaders(std::string& out, const DiagnosticFacts& facts) {
  out += "\n# Loaders\n";
  for (const auto& [name, file] : facts.loaders) {
    out += fmt::format("{} ({}, {}): {}\n", name, boot::name_of(file.facts.architecture), boot::name_of(file.source),
                       file.facts.version.empty() ? "does not tell its version" : line_of(file.facts.version));
  }
}

void add_counts(std::string& out, const boot::Summary& summary) {
  out += fmt::format(
      "\n# Counts\nclients: {} ({} run, {} are unknown)\nimages: {}\nsessions: {}\njobs that run: {}\n"
      "boots in 24 h: {}, {} of them failed\nfree where the images are: {}\n",
      summary.clients, summary.clients_running, summary.clients_unknown, summary.images, summary.sessions,
      summary.jobs_running, summary.boots.all, summary.boots.failed, render_byte_count(summary.free));
}

void add_webhooks(std::string& out, const DiagnosticFacts& facts) {
  if (facts.webhooks.empty()) return;
  out += "\n# Webhooks\n";
  for (const boot::WebhookView& hook : facts.webhooks) {
    // Its address is nobody's business; how the last one went is told without it.
    out += fmt::format("{}: {} told, {} lost, {} wait; {}; last status {}\n", hook.number, hook.delivered, hook.lost,
                       hook.waiting, hook.failing_since ? "fails" : "works",
                       hook.last && hook.last->status != 0 ? std::to_string(hook.last->status) : "none");
  }
}

void add_failed_boot(std::string& out, const DiagnosticFacts& facts) {
  out += "\n# The last boot that failed\n";
  if (!facts.failed_boot) {
    out += "none is kept\n";
    return;
  }
  const boot::BootRecord& boot = *facts.failed_boot;
  out += fmt::format("{} {}: {} at the step {} ({}, {}; decision {})\n{}: {} -> {}\n", render_time(boot.started),
                     boot.mac.to_string(), boot::name_of(boot.state), boot::name_of(boot.stage), boot.firmware,
                     boot.architecture, boot.decision, boot.code, line_of(boot.reason), line_of(boot.mend));
  for (const boot::BootStep& step : boot.steps) {
    out += fmt::format("+{} ms {}: {}", (step.at - boot.started).count(), boot::name_of(step.kind), line_of(step.text));
    if (step.count > 1) out += fmt::format(" ({} times)", step.count);
    for (const auto& [key, value] : step.fields) out += fmt::format(" {}={}", key, line_of(value));
    out += "\n";
  }
}

void add_events(std::string& out, const DiagnosticFacts& facts) {
  out += fmt::format("\n# The last {} events\n", facts.events.size());
  for (const boot::Event& event : facts.events)
    out += fmt::format("{} {}: {}\n", render_time(event.at), boot::name_of(event.kind), line_of(event.text));
}

/// What lists of clients do not have: machines that are forgotten, and names off the wire.
void learn_names(Redaction& redaction, const DiagnosticFacts& facts) {
  for (const boot::Event& event : facts.events) {
    for (const auto& [key, value] : event.fields)
      if (key == "hostname") redaction.hide_name(value, "host");
  }
}

}  // namespace

std::string render_diagnostics(const DiagnosticFacts& facts, Redaction redaction) {
  std::string out = fmt::format("version: Bootferry {}, started {}, now {}\nsystem: {}, {}\n", facts.version,
                                render_time(facts.started), render_time(facts.now), facts.system, facts.kernel);
  add_settings(out, facts);
  add_network(out, facts);
  add_check(out, facts);
  add_loaders(out, facts);
  add_counts(out, facts.summary);
  add_webhooks(out, facts);
  add_failed_boot(out, facts);
  add_events(out, facts);
  learn_names(redaction, facts);
  return "Diagnostics of Bootferry. Secrets are left out; machines, people and public addresses have other names.\n" +
         redaction.apply(out);
}

}  // namespace bootferry::app
