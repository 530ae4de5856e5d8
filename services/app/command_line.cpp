// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "app/server_choice.hpp"
#include "app/settings.hpp"
#include "app/version.hpp"

namespace bootferry::app {

void CommandContext::show(const Result<nlohmann::json>& answer,
                          const std::function<void(const nlohmann::json&)>& print) {
  if (!answer) {
    fmt::print(stderr, "bootferry: {}\n", answer.error().message);
    exit_status = 1;
    return;
  }
  if (json)
    fmt::print("{}\n", answer->dump(2));
  else
    print(*answer);
}

void CommandContext::show_live(const Watched& watched) {
  if (!watch) return show(watched.ask(), watched.print);
  const auto done = app::watch(client(), watched, json);
  if (!done) show(std::unexpected(done.error()), watched.print);
}

Result<void> write_file(const std::string& file, std::string_view bytes) {
  std::ofstream out(file, std::ios::binary);
  out << bytes;
  out.close();
  if (!out) return fail(ErrorKind::io, fmt::format("{} cannot be written", file));
  return {};
}

void add_watch(CLI::App& command, CommandContext& context) {
  command.add_flag("--watch", context.watch,
                   "Show it again whenever it changes, until ^C; with --json a line each time");
}

void add_commands(CLI::App& app, CommandContext& context) {
  add_serve_command(app, context);
  add_health_command(app, context);
  add_summary_command(app, context);
  add_client_commands(app, context);
  add_group_commands(app, context);
  add_template_commands(app, context);
  add_image_commands(app, context);
  add_overlay_commands(app, context);
  add_job_commands(app, context);
  add_boot_commands(app, context);
  add_session_commands(app, context);
  add_lease_commands(app, context);
  add_network_commands(app, context);
  add_loader_commands(app, context);
  add_media_commands(app, context);
  add_check_command(app, context);
  add_diagnostics_command(app, context);
  add_webhook_commands(app, context);
  add_boot_log_command(app, context);
  add_user_commands(app, context);
  add_token_commands(app, context);
  add_audit_command(app, context);
  add_demo_command(app, context);
  add_config_commands(app, context);
  add_setup_commands(app, context);
  add_backup_commands(app, context);
  add_manual_commands(app, context);
}

int run_command_line(int argc, char** argv) {
  CLI::App app("Bootferry carries an operating system over the network to a machine that has no disk.", "bootferry");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("bootferry ") + version);
  app.fallthrough();

  CommandContext context;
  context.state_dir = Settings{}.state_dir;
  app.add_option("--state-dir", context.state_dir, "Folder of the server's state: images, database, control socket")
      ->capture_default_str();
  ServerWords words;
  words.add_to(app);
  app.add_flag("--json", context.json, "Print JSON instead of tables");

  add_commands(app, context);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // A word that is no command: the library would only say that one is missing.
    const std::vector<std::string> unknown = app.remaining(true);
    if (std::string_view(error.what()) == "A subcommand is required" && !unknown.empty()) {
      fmt::print(stderr, "bootferry: there is no command \"{}\"; --help lists those that there are\n", unknown.front());
      return 2;
    }
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  auto server = choose_server(app, words, context.state_dir);
  if (!server) {
    fmt::print(stderr, "bootferry: {}\n", server.error().message);
    return 2;
  }
  context.server = std::move(*server);
  if (context.action) context.action();
  return context.exit_status;
}

}  // namespace bootferry::app
