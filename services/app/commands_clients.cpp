// SPDX-License-Identifier: Apache-2.0
// bootferry client list|show|set|remove
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/access_words.hpp"
#include "app/command_line.hpp"
#include "app/text_table.hpp"
#include "base/mac_address.hpp"
#include "boot/client.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string text_or_dash(const json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? value.get<std::string>() : "-";
}

std::string describe_boot(const json& boot) {
  const std::string kind = boot.value("kind", "wait");
  if (kind == "disks") {
    std::string drives;
    for (const json& drive : boot["drives"]) {
      drives += fmt::format("{}{}:{}", drives.empty() ? "" : " ", drive["image"].get<std::string>(),
                            drive["mode"].get<std::string>());
    }
    return drives;
  }
  if (kind == "kernel") return fmt::format("kernel {}", boot["kernel"].get<std::string>());
  return kind == "local" ? "local disk" : "waits";
}

void print_clients(const json& answer) {
  TextTable table({"MAC", "NAME", "STATE", "BOOT", "ACCESS", "ADDRESS", "ARCHITECTURE", "LAST SEEN"});
  for (const json& client : answer["clients"]) {
    table.add({client["mac"], text_or_dash(client["name"]), client["state"], describe_boot(client["boot"]),
               access_word(client["access"]), text_or_dash(client["address"]), text_or_dash(client["architecture"]),
               text_or_dash(client["last_seen"])});
  }
  fmt::print("{}", table.render());
}

void print_client(const json& client) {
  fmt::print("client {}\n  name: {}\n  state: {}\n  boot: {}\n  address: {} (reserved: {})\n  architecture: {}\n",
             client["mac"].get<std::string>(), text_or_dash(client["name"]), client["state"].get<std::string>(),
             describe_boot(client["boot"]), text_or_dash(client["address"]), text_or_dash(client["reserved_address"]),
             text_or_dash(client["architecture"]));
  for (const json& initrd : client["boot"].value("initrds", json::array()))
    fmt::print("  initrd: {}\n", initrd.get<std::string>());
  if (const std::string line = client["boot"].value("command_line", ""); !line.empty())
    fmt::print("  command line: {}\n", line);
  fmt::print("  access: {}\n", describe_access(client["access"]));
  for (const json& target : client["targets"]) fmt::print("  target: {}\n", target.get<std::string>());
}

/// The options of `client set`.
struct SetOptions {
  std::string mac, name, kernel, command_line, address;
  std::vector<std::string> drives, initrds;
  AccessOptions access;
  bool name_given = false;  ///< an empty one takes the name back
  bool local = false, wait = false;
};

Result<json> drives_of(const std::vector<std::string>& texts) {
  json drives = json::array();
  for (const std::string& text : texts) {
    auto drive = boot::parse_drive(text);
    if (!drive) return std::unexpected(drive.error());
    drives.push_back({{"image", drive->image}, {"mode", boot::name_of(drive->mode)}});
    if (drive->quota.value != 0) drives.back()["quota"] = drive->quota.value;
  }
  return drives;
}

Result<json> change_of(const SetOptions& options) {
  json change = json::object();
  if (options.name_given) change["name"] = options.name;
  if (options.address == "none")
    change["reserved_address"] = nullptr;
  else if (!options.address.empty())
    change["reserved_address"] = options.address;
  if (!options.drives.empty()) {
    auto drives = drives_of(options.drives);
    if (!drives) return drives;
    change["boot"] = {{"kind", "disks"}, {"drives", *drives}};
  } else if (!options.kernel.empty()) {
    change["boot"] = {{"kind", "kernel"},
                      {"kernel", options.kernel},
                      {"initrds", options.initrds},
                      {"command_line", options.command_line}};
  } else if (options.local) {
    change["boot"] = {{"kind", "local"}};
  } else if (options.wait) {
    change["boot"] = {{"kind", "wait"}};
  }
  auto access = access_change_of(options.access);
  if (!access) return access;
  if (!access->empty()) change["access"] = std::move(*access);
  return change;
}

void run_set(CommandContext& context, const SetOptions& options) {
  auto print = [](const json& client) { print_client(client); };
  auto mac = parse_mac_address(options.mac);
  if (!mac) return context.show(std::unexpected(mac.error()), print);
  auto change = change_of(options);
  if (!change) return context.show(change, print);
  context.show(context.client().put("/api/v1/clients/" + mac->to_string(), *change), print);
}

void add_set(CLI::App& client, CommandContext& context) {
  CLI::App* set = client.add_subcommand("set", "Add a client, or change what it boots");
  auto options = std::make_shared<SetOptions>();
  set->add_option("MAC", options->mac, "Its MAC address")->required();
  auto* name = set->add_option("--name", options->name, "A name for people; \"\" takes it back");
  auto* drive = set->add_option("--drive", options->drives,
                                "IMAGE:MODE, mode master or readonly; again for the next drive (0x80, 0x81, ...)");
  auto* kernel = set->add_option("--kernel", options->kernel, "Boot this kernel: a URL, or a file in STATE_DIR/files")
                     ->excludes(drive);
  set->add_option("--initrd", options->initrds, "Its initrd; may be given again")->needs(kernel);
  set->add_option("--command-line", options->command_line, "Its command line")->needs(kernel);
  auto* local = set->add_flag("--local", options->local, "Boot its own disk")->excludes(drive)->excludes(kernel);
  set->add_flag("--wait", options->wait, "Not assigned: its screen waits")
      ->excludes(drive)
      ->excludes(kernel)
      ->excludes(local);
  set->add_option("--address", options->address,
                  "Reserve this address for it (server mode); \"none\" takes the reservation back");
  add_access_options(*set, options->access);
  set->callback([&context, options, name] {
    options->name_given = name->count() > 0;
    context.action = [&context, options] { run_set(context, *options); };
  });
}

}  // namespace

void add_client_commands(CLI::App& app, CommandContext& context) {
  CLI::App* client = app.add_subcommand("client", "Machines and what they boot");
  client->require_subcommand(1);
  client->add_subcommand("list", "All machines, known and only seen")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/clients"), print_clients); };
  });
  auto mac = std::make_shared<std::string>();
  // What is no MAC address never becomes a part of a path.
  auto act_on_mac = [&context, mac](CLI::App* command, std::function<void(const std::string& path)> what) {
    command->callback([&context, mac, what] {
      context.action = [&context, mac, what] {
        const auto parsed = parse_mac_address(*mac);
        if (!parsed) return context.show(std::unexpected(parsed.error()), print_client);
        what("/api/v1/clients/" + parsed->to_string());
      };
    });
  };
  CLI::App* show = client->add_subcommand("show", "One machine");
  show->add_option("MAC", *mac, "Its MAC address")->required();
  act_on_mac(show, [&context](const std::string& path) { context.show(context.client().get(path), print_client); });
  CLI::App* remove = client->add_subcommand("remove", "Forget a machine");
  remove->add_option("MAC", *mac, "Its MAC address")->required();
  act_on_mac(remove, [&context, mac](const std::string& path) {
    context.show(context.client().remove(path), [mac](const json&) { fmt::print("client {} removed\n", *mac); });
  });
  add_set(*client, context);
}

}  // namespace bootferry::app
