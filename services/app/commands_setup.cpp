// SPDX-License-Identifier: Apache-2.0
// bootferry export [FILE], apply FILE: what was set, as one file.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "app/command_line.hpp"
#include "app/text_table.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

struct SetupOptions {
  std::string file;
  bool dry_run = false;
};

void run_export(CommandContext& context, const std::string& file) {
  // As the server wrote it: its order is what makes two exports comparable.
  auto text = context.client().get_bytes("/api/v1/export");
  const bool to_terminal = file.empty() || file == "-";
  if (text && !to_terminal) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << *text;
    out.close();
    if (!out) text = fail(ErrorKind::io, fmt::format("cannot write {}; look at its rights, and for free space", file));
  }
  if (!text) return context.show(std::unexpected(text.error()), nullptr);
  if (to_terminal) fmt::print("{}", *text);
}

Result<json> read_json(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const bool opened = file == "-" || in.good();
  std::istream& from = file == "-" ? std::cin : in;
  const std::string text{std::istreambuf_iterator<char>(from), {}};
  json document = opened ? json::parse(text, nullptr, false) : json();
  if (!opened) return fail(ErrorKind::not_found, fmt::format("cannot read {}; give a file of \"export\"", file));
  if (document.is_discarded())
    return fail(ErrorKind::invalid, fmt::format("{} is not JSON; give a file of \"bootferry export\"", file));
  return document;
}

std::string words_of(const std::string& change, bool done) {
  if (change == "create") return done ? "created" : "would be created";
  if (change == "update") return done ? "updated" : "would be updated";
  return change;
}

void print_changes(const json& verdict) {
  const bool done = !verdict["dry_run"].get<bool>();
  TextTable table({"WHAT", "NAME", "CHANGE", "WHY"});
  std::size_t same = 0;
  for (const json& one : verdict["changes"]) {
    const auto change = one["change"].get<std::string>();
    if (change == "same") {
      ++same;
      continue;
    }
    const auto name = one["name"].get<std::string>();
    table.add({one["what"], name.empty() ? "-" : name, words_of(change, done),
               one["why"].is_string() ? one["why"].get<std::string>() : "-"});
  }
  if (same < verdict["changes"].size()) fmt::print("{}", table.render());
  fmt::print("{} the same\n", same);
}

/// A first look that changes nothing: its table names all that stands in the way, where the answer to the change itself
/// would be one sentence.
void run_apply(CommandContext& context, const SetupOptions& options) {
  const auto document = read_json(options.file);
  if (!document) return context.show(document, print_changes);
  const auto look = context.client().post("/api/v1/apply?dry_run=true", *document);
  const bool refused = look && (*look)["refused"].get<bool>();
  if (!look || refused || options.dry_run)
    context.show(look, print_changes);
  else
    context.show(context.client().post("/api/v1/apply", *document), print_changes);
  if (!refused) return;
  fmt::print(stderr, "bootferry: nothing was changed; mend what is refused, and apply the file again\n");
  context.exit_status = 1;
}

}  // namespace

void add_setup_commands(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<SetupOptions>();
  CLI::App* exports = app.add_subcommand(
      "export", "Write clients, groups, rules, templates and the names of images as one file (JSON); no secrets");
  exports->add_option("FILE", options->file, "Where to, in the place of what is there; none, or -: to the terminal");
  exports->callback(
      [&context, options] { context.action = [&context, options] { run_export(context, options->file); }; });
  CLI::App* apply =
      app.add_subcommand("apply", "Set what a file of export says, all of it or nothing; what it does not name stays");
  apply->add_option("FILE", options->file, "The file; - reads the standard input")->required();
  apply->add_flag("--dry-run", options->dry_run, "Only say what would change");
  apply->callback([&context, options] { context.action = [&context, options] { run_apply(context, *options); }; });
}

}  // namespace bootferry::app
