// SPDX-License-Identifier: Apache-2.0
// bootferry network servers [--probe]: who else answers DHCP on this LAN.
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
  fmt::print("{}", table.render());
}

}  // namespace

void add_network_commands(CLI::App& app, CommandContext& context) {
  CLI::App* network = app.add_subcommand("network", "The LAN around the server");
  network->require_subcommand(1);
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
