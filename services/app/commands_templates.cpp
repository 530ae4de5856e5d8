// SPDX-License-Identifier: Apache-2.0
// bootferry template list|show|check|preview|set|remove
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>
#include <sstream>

#include "app/client_finder.hpp"
#include "app/command_line.hpp"
#include "app/text_table.hpp"
#include "http/script_renderer.hpp"
#include "http/script_templates.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

void print_templates(const json& answer) {
  TextTable table({"TEMPLATE", "FROM", "PROBLEM"});
  for (const json& one : answer["templates"])
    table.add({one["name"], one["own"].get<bool>() ? "you" : "Bootferry",
               one["problem"].is_string() ? one["problem"].get<std::string>() : "-"});
  fmt::print("{}", table.render());
}

void print_template(const json& one) { fmt::print("{}", one["text"].get<std::string>()); }

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().size() > http::max_template)
    return fail(ErrorKind::not_found, fmt::format("cannot read {} as a template", path.string()));
  return text.str();
}

/// Without a server: a template is tried where it is written. Its name says of which kind it is.
json check_file(const std::filesystem::path& path) {
  const std::string name = path.stem();
  const auto text = read_file(path);
  const auto verdict = text ? http::check_template(name, *text) : std::unexpected(text.error());
  return {{"name", name}, {"file", path.string()}, {"problem", verdict ? json() : json(verdict.error().message)}};
}

void run_check(CommandContext& context, const std::string& file) {
  json answer{{"checked", json::array()}};
  json& checked = answer["checked"];
  if (!file.empty()) {
    checked.push_back(check_file(file));
  } else if (context.server.is_remote()) {
    const auto all = context.client().get("/api/v1/templates");
    if (!all) return context.show(all, print_templates);
    for (const json& one : (*all)["templates"])
      if (one["own"] == true)
        checked.push_back({{"name", one["name"]}, {"file", one["name"]}, {"problem", one["problem"]}});
  } else {
    for (const std::string& name : http::template_names()) {
      const auto path = context.state_dir / "ipxe-scripts" / (name + ".ipxe");
      std::error_code ignored;
      if (std::filesystem::exists(path, ignored)) checked.push_back(check_file(path));
    }
  }
  context.show(answer, [](const json& all) {
    if (all["checked"].empty()) fmt::print("there are no templates of your own\n");
    for (const json& one : all["checked"]) {
      fmt::print("{}: {}\n", one["file"].get<std::string>(),
                 one["problem"].is_string() ? one["problem"].get<std::string>() : "good");
    }
  });
  for (const json& one : checked) {
    if (!one["problem"].is_null()) context.exit_status = 1;
  }
}

/// The script alone is what a file gets; the rest is for who reads along.
void print_preview(const json& answer) {
  fmt::print("{}", answer["script"].get<std::string>());
  if (answer["used"] == false)
    fmt::print(stderr, "bootferry: this machine's boot uses the template {} now\n", answer["uses"].get<std::string>());
  if (answer["made_up"] == true)
    fmt::print(stderr, "bootferry: it has no boot of this kind: values that it lacks are examples\n");
}

/// It becomes a part of a path.
Result<std::string> template_path(const std::string& name) {
  const auto names = http::template_names();
  if (std::ranges::find(names, name) != names.end()) return "/api/v1/templates/" + name;
  return fail(ErrorKind::not_found,
              fmt::format("there is no template {}; there are: {}", name, fmt::join(names, ", ")));
}

}  // namespace

void add_template_commands(CLI::App& app, CommandContext& context) {
  CLI::App* templates = app.add_subcommand("template", "The texts that boot scripts are made from");
  templates->require_subcommand(1);
  templates->add_subcommand("list", "All templates, and whose they are")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/templates"), print_templates); };
  });
  auto name = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  CLI::App* check = templates->add_subcommand("check", "Look for mistakes in a template, or in all of your own");
  check->add_option("FILE", *file, "A file named as the template is, as in san.ipxe");
  check->callback([&context, file] { context.action = [&context, file] { run_check(context, *file); }; });
  const auto act = [&context, name](CLI::App* command, auto what) {
    command->add_option("NAME", *name, "As the list says it: san, kernel, wait, ...")->required();
    command->callback([&context, name, what] {
      context.action = [&context, name, what] {
        const auto path = template_path(*name);
        if (!path) return context.show(std::unexpected(path.error()), print_template);
        what(*path);
      };
    });
  };
  act(templates->add_subcommand("show", "One template's text"),
      [&context](const std::string& path) { context.show(context.client().get(path), print_template); });
  auto mac = std::make_shared<std::string>();
  CLI::App* preview = templates->add_subcommand("preview", "What a machine would be sent, made from a template");
  act(preview, [&context, mac, file](const std::string& path) {
    const auto client = require_client(context.client(), *mac);
    if (!client) return context.show(std::unexpected(client.error()), print_preview);
    json question{{"client", client->to_string()}};
    if (!file->empty()) {
      auto text = read_file(*file);
      if (!text) return context.show(std::unexpected(text.error()), print_preview);
      question["text"] = std::move(*text);
    }
    context.show(context.client().post(path + "/preview", question), print_preview);
  });
  preview->add_option("MAC", *mac, "The machine: its MAC address or name")->required();
  preview->add_option("--file", *file, "A text to try in the template's place; nothing is kept");
  CLI::App* set = templates->add_subcommand("set", "Use a file of your own in its place");
  act(set, [&context, file](const std::string& path) {
    auto text = read_file(*file);
    if (!text) return context.show(std::unexpected(text.error()), print_template);
    context.show(context.client().put(path, {{"text", *text}}),
                 [](const json& one) { fmt::print("template {} is yours now\n", one["name"].get<std::string>()); });
  });
  set->add_option("FILE", *file, "Its text")->required();
  act(templates->add_subcommand("remove", "Use the built-in one again"), [&context, name](const std::string& path) {
    context.show(context.client().remove(path), [name](const json&) { fmt::print("template {} removed\n", *name); });
  });
}

}  // namespace bootferry::app
