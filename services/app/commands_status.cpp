// SPDX-License-Identifier: Apache-2.0
// bootferry health, summary, lease list, boot-log MAC: what the server is doing.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/client_finder.hpp"
#include "app/command_line.hpp"
#include "app/text_table.hpp"
#include "base/mac_address.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string text_or_dash(const json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? value.get<std::string>() : "-";
}

void print_health(const json& health) {
  fmt::print(
      "{}: Bootferry {} on {} ({}), DHCP mode {}, up {} s\n{} clients, {} images, {} sessions\nDashboard: "
      "http://{}:{}/\n",
      health["status"].get<std::string>(), health["version"].get<std::string>(), health["interface"].get<std::string>(),
      health["server_address"].get<std::string>(), health["dhcp_mode"].get<std::string>(),
      health["uptime_seconds"].get<std::uint64_t>(), health["clients"].get<std::uint64_t>(),
      health["images"].get<std::uint64_t>(), health["sessions"].get<std::uint64_t>(),
      health["server_address"].get<std::string>(), health["ports"]["http"].get<unsigned>());
  for (const json& warning : health["warnings"]) fmt::print("Warning: {}\n", warning.get<std::string>());
}

/// As it is, one a line: for eyes and for grep.
void print_summary(const json& summary) {
  for (const auto& [key, value] : summary.items())
    fmt::print("{}: {}\n", key, value.is_string() ? value.get<std::string>() : value.is_null() ? "-" : value.dump());
}

void print_leases(const json& answer) {
  TextTable table({"ADDRESS", "MAC", "HOSTNAME", "STATE", "EXPIRES", "VENDOR"});
  for (const json& lease : answer["leases"]) {
    table.add({lease["address"], text_or_dash(lease["mac"]), text_or_dash(lease["hostname"]), lease["state"],
               text_or_dash(lease["expires"]), text_or_dash(lease["vendor"])});
  }
  fmt::print("{}", table.render("No leases."));
}

void print_boot_log(const json& answer) {
  if (answer["events"].empty()) {
    fmt::print(
        "Nothing was heard of it. Does it ask the network to boot it? \"bootferry client list\" shows all machines.\n");
    return;
  }
  TextTable table({"TIME", "EVENT", "WHAT"});
  for (const json& event : answer["events"]) table.add({event["time"], event["kind"], event["text"]});
  fmt::print("{}", table.render("No events."));
}

}  // namespace

void add_health_command(CLI::App& app, CommandContext& context) {
  app.add_subcommand("health", "Is the server well, and what did it choose")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/health"), print_health); };
  });
}

void add_summary_command(CLI::App& app, CommandContext& context) {
  app.add_subcommand("summary", "The house in a few numbers: clients, boots that failed, throughput")
      ->callback([&context] {
        context.action = [&context] { context.show(context.client().get("/api/v1/summary"), print_summary); };
      });
}

void add_lease_commands(CLI::App& app, CommandContext& context) {
  CLI::App* lease = app.add_subcommand("lease", "DHCP leases (server mode)");
  lease->require_subcommand(1);
  CLI::App* list = lease->add_subcommand("list", "All leases");
  add_watch(*list, context);
  list->callback([&context] {
    context.action = [&context] {
      context.show_live({Topic::leases, [&] { return context.client().get("/api/v1/leases"); }, print_leases});
    };
  });
}

void add_boot_log_command(CLI::App& app, CommandContext& context) {
  auto mac = std::make_shared<std::string>();
  auto limit = std::make_shared<unsigned>(200);
  CLI::App* command = app.add_subcommand("boot-log", "What a client did, step by step");
  command->add_option("MAC", *mac, "Its MAC address, or its name")->required();
  command->add_option("--limit", *limit, "At most this many events, the newest")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command->callback([&context, mac, limit] {
    context.action = [&context, mac, limit] {
      auto parsed = require_client(context.client(), *mac);
      if (!parsed) return context.show(std::unexpected(parsed.error()), print_boot_log);
      context.show(context.client().get(fmt::format("/api/v1/events?mac={}&limit={}", parsed->to_string(), *limit)),
                   print_boot_log);
    };
  });
}

}  // namespace bootferry::app
