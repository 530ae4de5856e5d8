// SPDX-License-Identifier: Apache-2.0
// bootferry network show: the LAN, and how full the pool of addresses is; network servers [--probe]: who else answers
// DHCP on it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/command_line.hpp"
#include "app/text_table.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

void print_servers(const json& answer) {
  if (answer["servers"].empty()) {
    fmt::print("No other DHCP or PXE server was heard; --probe asks for some.\n");
    return;
  }
  TextTable table({"ADDRESS", "MAC", "KIND", "BOOT FILE", "FIRST SEEN", "LAST SEEN"});
  for (const json& server : answer["servers"]) {
    table.add({server["address"], server["mac"], server["kind"],
               server["boot_file"].is_string() ? server["boot_file"].get<std::string>() : "-", server["first_seen"],
               server["last_seen"]});
  }
  fmt::print("{}", table.render("No other DHCP or PXE server was heard."));
}

std::string count_of(const json& value) { return std::to_string(value.get<std::uint64_t>()); }

void print_network(const json& network) {
  const auto text = [](const json& value) { return value.get<std::string>(); };
  fmt::print("interface: {} ({} in {})\nDHCP mode: {}\n", text(network["interface"]), text(network["address"]),
             text(network["network"]), text(network["dhcp_mode"]));
  const json& pool = network["pool"];
  if (pool.is_null()) {
    fmt::print("pool: none; addresses come from another server\n");
    return;
  }
  fmt::print("pool: {}-{}: {} of {} free, {} leased, {} reserved, {} declined\n", text(pool["first"]),
             text(pool["last"]), count_of(pool["free"]), count_of(pool["size"]), count_of(pool["leased"]),
             count_of(pool["reserved"]), count_of(pool["declined"]));
  if (pool["warning"].is_string()) fmt::print("Warning: {}\n", text(pool["warning"]));
}

}  // namespace

void add_network_commands(CLI::App& app, CommandContext& context) {
  CLI::App* network = app.add_subcommand("network", "The LAN around the server");
  network->require_subcommand(1);
  CLI::App* show = network->add_subcommand("show", "The LAN, and how full the pool of DHCP addresses is");
  add_watch(*show, context);
  show->callback([&context] {
    context.action = [&context] {
      context.show_live({Topic::leases, [&] { return context.client().get("/api/v1/network"); }, print_network});
    };
  });
  auto probe = std::make_shared<bool>(false);
  CLI::App* servers = network->add_subcommand("servers", "Other DHCP and PXE servers that were heard");
  servers->add_flag("--probe", *probe, "Ask the LAN first, as a PC would; takes 3 s");
  servers->callback([&context, probe] {
    context.action = [&context, probe] {
      const auto answer = *probe ? context.client().post("/api/v1/network/servers/probe", json::object())
                                 : context.client().get("/api/v1/network/servers");
      context.show(answer, print_servers);
    };
  });
}

}  // namespace bootferry::app
