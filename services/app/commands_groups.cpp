// SPDX-License-Identifier: Apache-2.0
// bootferry group list|show|set|remove|entry, rule list|add|remove, default show|set
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/boot_words.hpp"
#include "app/command_line.hpp"
#include "app/entry_commands.hpp"
#include "app/text_table.hpp"
#include "boot/client.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string text_or_dash(const json& value) { return value.is_string() ? value.get<std::string>() : "-"; }

Result<std::string> group_path(const std::string& name) {
  if (auto good = boot::check_client_name(name); !good)
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not a group's name; use letters, digits, '-', '_' or '.'", name));
  return "/api/v1/groups/" + name;
}

void print_groups(const json& answer) {
  TextTable table({"GROUP", "ENTRIES", "CLIENTS"});
  for (const json& group : answer["groups"]) {
    std::string entries;
    for (const json& entry : group["entries"])
      entries += (entries.empty() ? "" : ", ") + entry["name"].get<std::string>();
    table.add({group["name"], entries.empty() ? "-" : entries, std::to_string(group["clients"].size())});
  }
  fmt::print("{}", table.render("No groups; \"bootferry group set\" makes one."));
}

void print_group(const json& group) {
  fmt::print("group {}\n", group["name"].get<std::string>());
  print_menu(group);
  for (const json& mac : group["clients"]) fmt::print("  client: {}\n", mac.get<std::string>());
}

struct GroupOptions {
  std::string name, preset, timeout;
  std::vector<std::string> variables;
};

/// The group as it is now, without what a person cannot write; an empty one when it is new.
Result<json> body_of(const Result<json>& now) {
  json body = json::object();
  if (!now) return now.error().kind == ErrorKind::not_found ? Result<json>(body) : now;
  for (const char* key : {"entries", "default_entry", "menu_timeout", "variables"}) body[key] = (*now)[key];
  return body;
}

void run_set(CommandContext& context, const GroupOptions& options) {
  const auto path = group_path(options.name);
  if (!path) return context.show(std::unexpected(path.error()), print_group);
  auto body = body_of(context.client().get(*path));
  if (!body) return context.show(body, print_group);
  if (!options.preset.empty()) (*body)["default_entry"] = options.preset == "none" ? json() : json(options.preset);
  if (options.timeout == "none")
    (*body)["menu_timeout"] = nullptr;
  else if (!options.timeout.empty())
    (*body)["menu_timeout"] = std::atoi(options.timeout.c_str());
  if (!options.variables.empty()) {
    auto variables = variables_of(options.variables);
    if (!variables) return context.show(variables, print_group);
    (*body)["variables"] = std::move(*variables);
  }
  context.show(context.client().put(*path, *body), print_group);
}

void add_group(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("group", "Entries that several machines share");
  group->require_subcommand(1);
  group->add_subcommand("list", "All groups")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/groups"), print_groups); };
  });
  auto options = std::make_shared<GroupOptions>();
  const auto act = [&context, options](CLI::App* command, auto what) {
    command->add_option("GROUP", options->name, "Its name")->required();
    command->callback([&context, options, what] { context.action = [options, what] { what(*options); }; });
  };
  act(group->add_subcommand("show", "One group"), [&context](const GroupOptions& one) {
    const auto path = group_path(one.name);
    context.show(path ? context.client().get(*path) : std::unexpected(path.error()), print_group);
  });
  act(group->add_subcommand("remove", "Remove a group that nobody is in"), [&context](const GroupOptions& one) {
    const auto path = group_path(one.name);
    context.show(path ? context.client().remove(*path) : std::unexpected(path.error()),
                 [name = one.name](const json&) { fmt::print("group {} removed\n", name); });
  });
  CLI::App* set = group->add_subcommand("set", "Make a group, or change its menu");
  act(set, [&context](const GroupOptions& one) { run_set(context, one); });
  set->add_option("--default-entry", options->preset, "Which entry the menu boots by itself; \"none\": the first");
  set->add_option("--menu-timeout", options->timeout,
                  "After so many seconds; 0: at once; \"none\": the menu waits for a key")
      ->check(CLI::Range(0, 3600) | CLI::IsMember({"none"}));
  set->add_option("--variable", options->variables, "NAME=VALUE; those given replace all");
  add_entry_commands(*group, context, {"GROUP", "Its name", group_path});
}

void print_rules(const json& answer) {
  TextTable table({"RULE", "MAC", "UUID", "SERIAL", "ARCHITECTURE", "GETS"});
  std::size_t number = 0;
  for (const json& rule : answer["rules"]) {
    table.add({std::to_string(++number), text_or_dash(rule["mac"]), text_or_dash(rule["uuid"]),
               text_or_dash(rule["serial"]), text_or_dash(rule["architecture"]), describe_boot(rule["then"])});
  }
  fmt::print("{}", table.render("No rules; \"bootferry rule add\" makes one."));
}

/// Who gets it, beside what a boot says: another client's place, a group's entries, a plain menu, nothing at all.
struct AssignmentOptions {
  std::string client, group;
  bool menu = false, ignore = false;
  BootOptions boot;
};

void add_assignment_options(CLI::App& command, AssignmentOptions& options) {
  command.add_option("--group", options.group, "The entries of this group");
  command.add_flag("--menu", options.menu, "A menu: wait, own disk, shell, power off");
  command.add_flag("--ignore", options.ignore, "Neither DHCP nor scripts answer it");
  add_boot_options(command, options.boot);
}

Result<json> assignment_of(const AssignmentOptions& options) {
  if (!options.client.empty()) return json{{"kind", "client"}, {"client", options.client}};
  if (!options.group.empty()) return json{{"kind", "group"}, {"group", options.group}};
  if (options.menu) return json{{"kind", "menu"}};
  if (options.ignore) return json{{"kind", "ignore"}};
  return require_boot(options.boot);
}

struct RuleOptions {
  std::string mac, uuid, serial, architecture;
  std::size_t number = 0;
  AssignmentOptions then;
};

void run_rule_add(CommandContext& context, const RuleOptions& options) {
  auto then = assignment_of(options.then);
  if (!then) return context.show(then, print_rules);
  auto now = context.client().get("/api/v1/rules");
  if (!now) return context.show(now, print_rules);
  json rule{{"then", std::move(*then)}};
  for (const auto& [key, text] :
       {std::pair{"mac", &options.mac}, std::pair{"uuid", &options.uuid}, std::pair{"serial", &options.serial},
        std::pair{"architecture", &options.architecture}}) {
    if (!text->empty()) rule[key] = *text;
  }
  json& rules = (*now)["rules"];
  const std::size_t place = options.number == 0 ? rules.size() : std::min(options.number - 1, rules.size());
  rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(place), std::move(rule));
  context.show(context.client().put("/api/v1/rules", *now), print_rules);
}

void run_rule_remove(CommandContext& context, std::size_t number) {
  auto now = context.client().get("/api/v1/rules");
  if (!now) return context.show(now, print_rules);
  json& rules = (*now)["rules"];
  if (number == 0 || number > rules.size())
    return context.show(
        fail(ErrorKind::not_found, fmt::format("there is no rule {}; \"bootferry rule list\" shows all", number)),
        print_rules);
  rules.erase(number - 1);
  context.show(context.client().put("/api/v1/rules", *now), print_rules);
}

void add_rule(CLI::App& app, CommandContext& context) {
  CLI::App* rule = app.add_subcommand("rule", "What machines get by what they are; the first rule that fits counts");
  rule->require_subcommand(1);
  rule->add_subcommand("list", "All rules, in their order")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/rules"), print_rules); };
  });
  auto options = std::make_shared<RuleOptions>();
  CLI::App* add = rule->add_subcommand("add", "Add a rule, behind all others");
  add->add_option("--mac", options->mac, "Of machines with this MAC; * stands for any text, as in 52:54:00:*");
  add->add_option("--uuid", options->uuid, "With this SMBIOS UUID");
  add->add_option("--serial", options->serial, "With this SMBIOS serial number");
  add->add_option("--architecture", options->architecture, "bios, efi-ia32, efi-x64, efi-arm32 or efi-arm64");
  add->add_option("--at", options->number, "Before the rule that has this number now");
  add->add_option("--client", options->then.client,
                  "The place of this client (a MAC): its disks and all it is offered");
  add_assignment_options(*add, options->then);
  add->callback([&context, options] { context.action = [&context, options] { run_rule_add(context, *options); }; });
  CLI::App* remove = rule->add_subcommand("remove", "Remove a rule");
  remove->add_option("NUMBER", options->number, "Its number in the list")->required();
  remove->callback(
      [&context, options] { context.action = [&context, options] { run_rule_remove(context, options->number); }; });
}

void print_default(const json& answer) { fmt::print("unknown machines: {}\n", describe_boot(answer["unknown"])); }

void add_default(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("default", "What machines get that nobody has said anything of");
  command->require_subcommand(1);
  command->add_subcommand("show", "What they get now")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/defaults"), print_default); };
  });
  CLI::App* set = command->add_subcommand("set", "Give them something else; --wait is what they get at first");
  auto options = std::make_shared<AssignmentOptions>();
  add_assignment_options(*set, *options);
  set->callback([&context, options] {
    context.action = [&context, options] {
      auto then = assignment_of(*options);
      if (!then) return context.show(then, print_default);
      context.show(context.client().put("/api/v1/defaults", {{"unknown", *then}}), print_default);
    };
  });
}

}  // namespace

void add_group_commands(CLI::App& app, CommandContext& context) {
  add_group(app, context);
  add_rule(app, context);
  add_default(app, context);
}

}  // namespace bootferry::app
