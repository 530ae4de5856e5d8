// SPDX-License-Identifier: Apache-2.0
// bootferry loader list: the boot loaders that are here, and which of them each kind of machine is sent.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "app/text_table.hpp"
#include "base/units.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

void print_loaders(const json& answer) {
  TextTable files({"LOADER", "FOR", "VERSION", "SIZE", "DATE", "FROM"});
  for (const json& loader : answer["loaders"]) {
    files.add({loader["name"], loader["architecture"],
               loader["version"].is_string() ? loader["version"].get<std::string>() : "not told by the file",
               render_byte_count({loader["size"].get<std::uint64_t>()}),
               loader["modified"].get<std::string>().substr(0, 10), loader["source"]});
  }
  TextTable sent({"A MACHINE THAT IS", "AND ASKS BY", "GETS"});
  std::string reasons;
  for (const json& row : answer["sent"]) {
    const bool some = row["loader"].is_string();
    sent.add({row["architecture"], row["firmware"], some ? row["loader"].get<std::string>() : "-"});
    if (!some && reasons.find(row["why_none"].get<std::string>()) == std::string::npos)
      reasons += "\n" + row["why_none"].get<std::string>();
  }
  fmt::print("{}\n{}{}{}", files.render(), sent.render(), reasons, reasons.empty() ? "" : "\n");
}

}  // namespace

void add_loader_commands(CLI::App& app, CommandContext& context) {
  CLI::App* loader = app.add_subcommand("loader", "Boot loaders");
  loader->require_subcommand(1);
  loader->add_subcommand("list", "Those that are here, and who is sent which")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/loaders"), print_loaders); };
  });
}

}  // namespace bootferry::app
