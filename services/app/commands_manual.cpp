// SPDX-License-Identifier: Apache-2.0
// bootferry completion SHELL, bootferry manual: what the packages install for shells and man.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "app/command_line.hpp"
#include "app/command_tree.hpp"
#include "app/version.hpp"

namespace bootferry::app {

void add_manual_commands(CLI::App& app, CommandContext& context) {
  static const std::map<std::string, Shell> shells{{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};
  auto shell = std::make_shared<Shell>(Shell::bash);
  CLI::App* completion = app.add_subcommand("completion", "Print the completion of commands and options for a shell");
  completion->add_option("SHELL", *shell, "bash, zsh or fish")->required()->transform(CLI::Transformer(shells));
  completion->callback([&app, &context, shell] {
    context.action = [&app, shell] { fmt::print("{}", render_completion(app, *shell)); };
  });
  app.add_subcommand("manual", "Print the manual page, bootferry(1)")->callback([&app, &context] {
    context.action = [&app] { fmt::print("{}", render_manual(app, version)); };
  });
}

}  // namespace bootferry::app
