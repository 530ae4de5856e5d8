// SPDX-License-Identifier: Apache-2.0
// The command line: `bootferry serve`, and the commands that ask a running server over its control socket, or another
// machine's over a URL. They say the words of the API: client, image, session, lease, boot. Exit status 0 done, 1 not
// done (one sentence on stderr), 2 wrong usage.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "app/api_client.hpp"
#include "app/watch.hpp"

namespace bootferry::app {

/// What all commands share: where the server's state is, and how to print.
struct CommandContext {
  std::filesystem::path state_dir;
  ServerAddress server;  ///< whom the commands ask
  bool json = false;
  bool watch = false;  ///< of those commands that have it: see add_watch()
  int exit_status = 0;
  /// What the chosen command does; run after the whole line was parsed.
  std::function<void()> action;

  [[nodiscard]] ApiClient client() const { return ApiClient(server); }
  /// Prints the answer by `print`, or as JSON with --json, or its error as one sentence (exit status 1).
  void show(const Result<nlohmann::json>& answer, const std::function<void(const nlohmann::json&)>& print);
  /// The same of a question that --watch asks again whenever its answer may have changed.
  void show_live(const Watched& watched);
};

/// What was fetched, into a file of the person's.
[[nodiscard]] Result<void> write_file(const std::string& file, std::string_view bytes);
/// Gives the command --watch; what it does, is by show_live().
void add_watch(CLI::App& command, CommandContext& context);

void add_serve_command(CLI::App& app, CommandContext& context);
void add_health_command(CLI::App& app, CommandContext& context);
void add_summary_command(CLI::App& app, CommandContext& context);
void add_image_commands(CLI::App& app, CommandContext& context);
/// Below `image`, and below `overlay`.
void add_image_file_commands(CLI::App& image, CommandContext& context);
void add_overlay_file_commands(CLI::App& overlay, CommandContext& context);
/// --mode of a command that names an overlay.
void add_overlay_mode(CLI::App& command, std::string& mode);
void add_client_commands(CLI::App& app, CommandContext& context);
void add_group_commands(CLI::App& app, CommandContext& context);  ///< group, rule, default
void add_template_commands(CLI::App& app, CommandContext& context);
void add_overlay_commands(CLI::App& app, CommandContext& context);
void add_job_commands(CLI::App& app, CommandContext& context);
void add_boot_commands(CLI::App& app, CommandContext& context);
void add_session_commands(CLI::App& app, CommandContext& context);
void add_check_command(CLI::App& app, CommandContext& context);
void add_diagnostics_command(CLI::App& app, CommandContext& context);
void add_media_commands(CLI::App& app, CommandContext& context);
/// Below `client`.
void add_running_client_commands(CLI::App& client, CommandContext& context);
void add_loader_commands(CLI::App& app, CommandContext& context);
void add_lease_commands(CLI::App& app, CommandContext& context);
void add_network_commands(CLI::App& app, CommandContext& context);
void add_webhook_commands(CLI::App& app, CommandContext& context);
void add_boot_log_command(CLI::App& app, CommandContext& context);
void add_user_commands(CLI::App& app, CommandContext& context);
void add_token_commands(CLI::App& app, CommandContext& context);
void add_audit_command(CLI::App& app, CommandContext& context);
void add_demo_command(CLI::App& app, CommandContext& context);
void add_config_commands(CLI::App& app, CommandContext& context);
void add_manual_commands(CLI::App& app, CommandContext& context);
void add_setup_commands(CLI::App& app, CommandContext& context);  ///< export, apply
void add_backup_commands(CLI::App& app, CommandContext& context);

/// All of the above.
void add_commands(CLI::App& app, CommandContext& context);

/// Parses and runs; the process's exit status.
[[nodiscard]] int run_command_line(int argc, char** argv);

}  // namespace bootferry::app
