// SPDX-License-Identifier: Apache-2.0
// bootferry client list|show|set|remove|script|next|entry
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/access_words.hpp"
#include "app/boot_words.hpp"
#include "app/client_finder.hpp"
#include "app/command_line.hpp"
#include "app/entry_commands.hpp"
#include "app/quirk_words.hpp"
#include "app/text_table.hpp"
#include "base/mac_address.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string text_or_dash(const json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? value.get<std::string>() : "-";
}

/// "failed at login: target-busy"
std::string last_boot_of(const json& client) {
  const json boot = client.value("last_boot", json());
  if (!boot.is_object()) return "-";
  std::string text = fmt::format("{} at {}", boot["state"].get<std::string>(), boot["stage"].get<std::string>());
  if (boot["code"].is_string()) text += ": " + boot["code"].get<std::string>();
  return text;
}

void print_clients(const json& answer) {
  TextTable table(
      {"MAC", "NAME", "STATE", "BOOT", "ACCESS", "ADDRESS", "ARCHITECTURE", "VENDOR", "LAST SEEN", "LAST BOOT"});
  for (const json& client : answer["clients"]) {
    table.add({client["mac"], text_or_dash(client["name"]), client["state"], describe_boot(client["boot"]),
               access_word(client["access"]), text_or_dash(client["address"]), text_or_dash(client["architecture"]),
               text_or_dash(client["vendor"]), text_or_dash(client["last_seen"]), last_boot_of(client)});
  }
  fmt::print(
      "{}",
      table.render(
          "No clients yet; a machine that netboots appears here by itself, \"bootferry client set\" adds one before."));
}

void print_client(const json& client) {
  fmt::print(
      "client {}\n  name: {}\n  vendor: {}\n  state: {}\n  boot: {}\n  address: {} (reserved: {})\n  architecture: "
      "{}\n",
      client["mac"].get<std::string>(), text_or_dash(client["name"]), text_or_dash(client["vendor"]),
      client["state"].get<std::string>(), describe_boot(client["boot"]), text_or_dash(client["address"]),
      text_or_dash(client["reserved_address"]), text_or_dash(client["architecture"]));
  for (const json& initrd : client["boot"].value("initrds", json::array()))
    fmt::print("  initrd: {}\n", initrd.get<std::string>());
  if (const std::string line = client["boot"].value("command_line", ""); !line.empty())
    fmt::print("  command line: {}\n", line);
  if (const std::string why = text_or_dash(client["why"]); why != "-") fmt::print("  because of: {}\n", why);
  print_menu(client);
  for (const json& group : client["groups"]) fmt::print("  group: {}\n", group.get<std::string>());
  if (const json& next = client["next_boot"]; !next.is_null())
    fmt::print("  next boot: {}\n", next.is_string() ? next.get<std::string>() : describe_boot(next));
  fmt::print("  UUID: {}\n  serial: {}\n", text_or_dash(client["uuid"]), text_or_dash(client["serial"]));
  fmt::print("  access: {}\n", describe_access(client["access"]));
  if (const std::string quirks = describe_quirks(client["quirks"]); !quirks.empty())
    fmt::print("  quirks: {}\n", quirks);
  for (const json& target : client["targets"]) fmt::print("  target: {}\n", target.get<std::string>());
  fmt::print("  last boot: {}\n", last_boot_of(client));
  const json boot = client.value("last_boot", json());
  if (boot.is_object() && boot["reason"].is_string())
    fmt::print("    {}\n    {}\n", boot["reason"].get<std::string>(), boot["mend"].get<std::string>());
}

/// The options of `client set`.
struct SetOptions {
  std::string mac, name, address, timeout;
  std::optional<std::string> preset;
  std::vector<std::string> groups, variables;
  BootOptions boot;
  AccessOptions access;
  QuirkOptions quirks;
  bool name_given = false;  ///< an empty one takes the name back
  bool groups_given = false;
};

Result<json> change_of(const SetOptions& options) {
  json change = json::object();
  if (options.name_given) change["name"] = options.name;
  if (options.address == "none")
    change["reserved_address"] = nullptr;
  else if (!options.address.empty())
    change["reserved_address"] = options.address;
  auto boot = boot_of(options.boot);
  if (!boot) return boot;
  if (!boot->is_null()) change["boot"] = std::move(*boot);
  if (options.groups_given)
    change["groups"] = options.groups == std::vector<std::string>{"none"} ? json::array() : json(options.groups);
  if (options.preset) change["default_entry"] = *options.preset == "none" ? json() : json(*options.preset);
  if (options.timeout == "none")
    change["menu_timeout"] = nullptr;
  else if (!options.timeout.empty())
    change["menu_timeout"] = std::atoi(options.timeout.c_str());
  if (!options.variables.empty()) {
    auto variables = variables_of(options.variables);
    if (!variables) return variables;
    change["variables"] = std::move(*variables);
  }
  auto access = access_change_of(options.access);
  if (!access) return access;
  if (!access->empty()) change["access"] = std::move(*access);
  auto quirks = quirks_change_of(options.quirks);
  if (!quirks) return quirks;
  if (!quirks->empty()) change["quirks"] = std::move(*quirks);
  return change;
}

void run_set(CommandContext& context, const SetOptions& options) {
  auto print = [](const json& client) { print_client(client); };
  auto mac = require_client(context.client(), options.mac);
  if (!mac) return context.show(std::unexpected(mac.error()), print);
  auto change = change_of(options);
  if (!change) return context.show(change, print);
  context.show(context.client().put("/api/v1/clients/" + mac->to_string(), *change), print);
}

void add_set(CLI::App& client, CommandContext& context) {
  CLI::App* set = client.add_subcommand("set", "Add a client, or change what it boots");
  auto options = std::make_shared<SetOptions>();
  set->add_option("MAC", options->mac, "Its MAC address, or its name")->required();
  auto* name = set->add_option("--name", options->name, "A name for people; \"\" takes it back");
  add_boot_options(*set, options->boot);
  auto* groups = set->add_option("--group", options->groups,
                                 "Its group, whose entries it is offered; may be given again; \"none\" leaves all");
  set->add_option("--default-entry", options->preset, "Which entry its menu boots by itself; \"none\": the first");
  set->add_option("--menu-timeout", options->timeout,
                  "After so many seconds; 0: at once; \"none\": the menu waits for a key")
      ->check(CLI::Range(0, 3600) | CLI::IsMember({"none"}));
  set->add_option("--variable", options->variables,
                  "NAME=VALUE for command lines and templates; those given replace all");
  set->add_option("--address", options->address,
                  "Reserve this address for it (server mode); \"none\" takes the reservation back");
  add_access_options(*set, options->access);
  add_quirk_options(*set, options->quirks);
  set->callback([&context, options, name, groups] {
    options->name_given = name->count() > 0;
    options->groups_given = groups->count() > 0;
    context.action = [&context, options] { run_set(context, *options); };
  });
}

/// What is done to one machine: `what` gets its path below /api/v1.
void act_on_client(CommandContext& context, const std::string& mac,
                   const std::function<void(const std::string&)>& what) {
  const auto parsed = require_client(context.client(), mac);
  if (!parsed) return context.show(std::unexpected(parsed.error()), print_client);
  what("/api/v1/clients/" + parsed->to_string());
}

struct EntryOptions {
  std::string mac, name;
  BootOptions boot;
};

/// `bootferry client next MAC [NAME | boot options]`
void add_next(CLI::App& client, CommandContext& context) {
  CLI::App* next = client.add_subcommand("next", "What it boots once, the next time; without more: nothing special");
  auto options = std::make_shared<EntryOptions>();
  next->add_option("MAC", options->mac, "Its MAC address, or its name")->required();
  next->add_option("ENTRY", options->name, "The name of one of its entries");
  add_boot_options(*next, options->boot);
  next->callback([&context, options] {
    context.action = [&context, options] {
      act_on_client(context, options->mac, [&](const std::string& path) {
        auto boot = boot_of(options->boot);
        if (!boot) return context.show(boot, print_client);
        const json wanted = boot->is_null() && !options->name.empty() ? json(options->name) : *boot;
        context.show(context.client().put(path, {{"next_boot", wanted}}), print_client);
      });
    };
  });
}

void add_script(CLI::App& client, CommandContext& context) {
  CLI::App* script = client.add_subcommand("script", "The boot script that it would get now");
  auto mac = std::make_shared<std::string>();
  script->add_option("MAC", *mac, "Its MAC address, or its name")->required();
  script->callback([&context, mac] {
    context.action = [&context, mac] {
      act_on_client(context, *mac, [&](const std::string& path) {
        context.show(context.client().get(path + "/script"),
                     [](const json& answer) { fmt::print("{}", answer["script"].get<std::string>()); });
      });
    };
  });
}

}  // namespace

void add_client_commands(CLI::App& app, CommandContext& context) {
  CLI::App* client = app.add_subcommand("client", "Machines and what they boot");
  client->require_subcommand(1);
  CLI::App* list = client->add_subcommand("list", "All machines, known and only seen");
  add_watch(*list, context);
  list->callback([&context] {
    context.action = [&context] {
      context.show_live({Topic::clients, [&] { return context.client().get("/api/v1/clients"); }, print_clients});
    };
  });
  auto mac = std::make_shared<std::string>();
  auto act_on_mac = [&context, mac](CLI::App* command, std::function<void(const std::string& path)> what) {
    command->callback(
        [&context, mac, what] { context.action = [&context, mac, what] { act_on_client(context, *mac, what); }; });
  };
  CLI::App* show = client->add_subcommand("show", "One machine");
  show->add_option("MAC", *mac, "Its MAC address, or its name")->required();
  add_watch(*show, context);
  act_on_mac(show, [&context](const std::string& path) {
    context.show_live({Topic::clients, [&] { return context.client().get(path); }, print_client});
  });
  CLI::App* remove = client->add_subcommand("remove", "Forget a machine");
  remove->add_option("MAC", *mac, "Its MAC address, or its name")->required();
  act_on_mac(remove, [&context, mac](const std::string& path) {
    context.show(context.client().remove(path), [mac](const json&) { fmt::print("client {} removed\n", *mac); });
  });
  add_set(*client, context);
  add_next(*client, context);
  add_script(*client, context);
  add_entry_commands(*client, context, {"MAC", "Its MAC address, or its name", [&context](const std::string& text) {
                                          const auto parsed = require_client(context.client(), text);
                                          return parsed ? Result<std::string>("/api/v1/clients/" + parsed->to_string())
                                                        : std::unexpected(parsed.error());
                                        }});
  add_running_client_commands(*client, context);
}

}  // namespace bootferry::app
