// SPDX-License-Identifier: Apache-2.0
#include "app/entry_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/boot_words.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

struct Options {
  std::string owner, name;
  BootOptions boot;
};

auto find_entry(json& entries, const std::string& name) {
  return std::ranges::find_if(entries, [&](const json& entry) { return entry["name"] == name; });
}

/// Reads the entries, changes them, writes them back. A group is written whole, so what it has beside them goes with
/// them.
void change_entries(CommandContext& context, const Result<std::string>& path,
                    const std::function<Result<void>(json& entries)>& change) {
  const auto print = [](const json& owner) { print_menu(owner); };
  if (!path) return context.show(std::unexpected(path.error()), print);
  auto now = context.client().get(*path);
  if (!now && now.error().kind != ErrorKind::not_found) return context.show(now, print);
  json body = json::object();
  body["entries"] = now ? (*now)["entries"] : json::array();
  if (now && path->starts_with("/api/v1/groups/")) {
    for (const char* key : {"default_entry", "menu_timeout", "variables"}) body[key] = (*now)[key];
  }
  if (auto done = change(body["entries"]); !done) return context.show(std::unexpected(done.error()), print);
  context.show(context.client().put(*path, body), print);
}

}  // namespace

void add_entry_commands(CLI::App& owner_command, CommandContext& context, const EntryOwner& owner) {
  CLI::App* entry = owner_command.add_subcommand("entry", "What its menu offers");
  entry->require_subcommand(1);
  auto options = std::make_shared<Options>();
  CLI::App* add = entry->add_subcommand("add", "Offer one thing more, or change the one of that name");
  CLI::App* remove = entry->add_subcommand("remove", "Offer it no more");
  for (CLI::App* command : {add, remove}) {
    command->add_option(owner.word, options->owner, owner.help)->required();
    command->add_option("NAME", options->name, "The entry's name, as the menu shows it")->required();
  }
  add_boot_options(*add, options->boot);
  add->callback([&context, options, owner] {
    context.action = [&context, options, owner] {
      change_entries(context, owner.path(options->owner), [&](json& entries) -> Result<void> {
        auto boot = require_boot(options->boot);
        if (!boot) return std::unexpected(boot.error());
        if (const auto at = find_entry(entries, options->name); at != entries.end())
          (*at)["boot"] = std::move(*boot);
        else
          entries.push_back({{"name", options->name}, {"boot", std::move(*boot)}});
        return {};
      });
    };
  });
  remove->callback([&context, options, owner] {
    context.action = [&context, options, owner] {
      change_entries(context, owner.path(options->owner), [&](json& entries) -> Result<void> {
        const auto at = find_entry(entries, options->name);
        if (at == entries.end())
          return fail(ErrorKind::not_found, fmt::format("there is no entry \"{}\" of its own", options->name));
        entries.erase(at);
        return {};
      });
    };
  });
}

}  // namespace bootferry::app
