// SPDX-License-Identifier: Apache-2.0
// bootferry health, session list|drop, lease list, boot-log MAC: what the server is doing.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/command_line.hpp"
#include "app/text_table.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"

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
}

void print_sessions(const json& answer) {
  TextTable table(
      {"ID", "CLIENT", "DRIVE", "IMAGE", "INITIATOR", "ADDRESS", "STATE", "SINCE", "READ", "WRITTEN", "COMMANDS"});
  for (const json& session : answer["sessions"]) {
    table.add({std::to_string(session["id"].get<std::uint64_t>()), text_or_dash(session["mac"]), session["drive"],
               session["image"], session["initiator"], session["address"], session["state"], session["since"],
               render_byte_count({session["bytes_read"].get<std::uint64_t>()}),
               render_byte_count({session["bytes_written"].get<std::uint64_t>()}),
               std::to_string(session["commands"].get<std::uint64_t>())});
  }
  fmt::print("{}", table.render());
}

void print_leases(const json& answer) {
  TextTable table({"ADDRESS", "MAC", "HOSTNAME", "STATE", "EXPIRES"});
  for (const json& lease : answer["leases"]) {
    table.add({lease["address"], text_or_dash(lease["mac"]), text_or_dash(lease["hostname"]), lease["state"],
               text_or_dash(lease["expires"])});
  }
  fmt::print("{}", table.render());
}

void print_boot_log(const json& answer) {
  if (answer["events"].empty()) {
    fmt::print(
        "Nothing was heard of it. Does it ask the network to boot it? \"bootferry client list\" shows all machines.\n");
    return;
  }
  TextTable table({"TIME", "EVENT", "WHAT"});
  for (const json& event : answer["events"]) table.add({event["time"], event["kind"], event["text"]});
  fmt::print("{}", table.render());
}

}  // namespace

void add_health_command(CLI::App& app, CommandContext& context) {
  app.add_subcommand("health", "Is the server well, and what did it choose")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/health"), print_health); };
  });
}

void add_session_commands(CLI::App& app, CommandContext& context) {
  CLI::App* session = app.add_subcommand("session", "iSCSI sessions");
  session->require_subcommand(1);
  session->add_subcommand("list", "All sessions")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/sessions"), print_sessions); };
  });
  auto id = std::make_shared<std::uint64_t>();
  CLI::App* drop = session->add_subcommand("drop", "End a session; its client logs in again if it still lives");
  drop->add_option("ID", *id, "Its number in the list")->required();
  drop->callback([&context, id] {
    context.action = [&context, id] {
      context.show(context.client().remove(fmt::format("/api/v1/sessions/{}", *id)),
                   [id](const json&) { fmt::print("session {} dropped\n", *id); });
    };
  });
}

void add_lease_commands(CLI::App& app, CommandContext& context) {
  CLI::App* lease = app.add_subcommand("lease", "DHCP leases (server mode)");
  lease->require_subcommand(1);
  lease->add_subcommand("list", "All leases")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/leases"), print_leases); };
  });
}

void add_boot_log_command(CLI::App& app, CommandContext& context) {
  auto mac = std::make_shared<std::string>();
  auto limit = std::make_shared<unsigned>(200);
  CLI::App* command = app.add_subcommand("boot-log", "What a client did, step by step");
  command->add_option("MAC", *mac, "Its MAC address")->required();
  command->add_option("--limit", *limit, "At most this many events, the newest")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command->callback([&context, mac, limit] {
    context.action = [&context, mac, limit] {
      auto parsed = parse_mac_address(*mac);
      if (!parsed) return context.show(std::unexpected(parsed.error()), print_boot_log);
      context.show(context.client().get(fmt::format("/api/v1/events?mac={}&limit={}", parsed->to_string(), *limit)),
                   print_boot_log);
    };
  });
}

}  // namespace bootferry::app
