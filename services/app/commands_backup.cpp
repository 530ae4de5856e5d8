// SPDX-License-Identifier: Apache-2.0
// bootferry backup FILE, restore FILE: work on the files, so that they need no running server.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <memory>
#include <stdexcept>

#include "app/command_line.hpp"
#include "app/kept_files.hpp"
#include "app/settings.hpp"
#include "app/state_folder.hpp"
#include "base/clock.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

struct BackupOptions {
  fs::path file, config = default_settings_file;
  bool dry_run = false;
};

json render(const db::Backup& backup, const fs::path& file) {
  json names = json::array();
  for (const db::KeptFile& kept : backup.files) names.push_back(kept.name);
  return {{"file", file.string()},
          {"made", render_time(backup.made)},
          {"clients", backup.clients},
          {"images", backup.images},
          {"files", std::move(names)}};
}

void print(std::string_view done, const json& backup) {
  fmt::print("{} {}: {} clients, the list of {} images", done, backup["file"].get<std::string>(),
             backup["clients"].get<std::size_t>(), backup["images"].get<std::size_t>());
  for (const json& name : backup["files"]) fmt::print(", {}", name.get<std::string>());
  fmt::print(" (of {})\n", backup["made"].get<std::string>());
}

Result<json> back_up(const fs::path& state_dir, const BackupOptions& options) {
  auto made = db::make_backup(state_dir / "bootferry.db", options.file, read_kept_files(state_dir, options.config),
                              SystemClock().wall_now());
  if (!made) return std::unexpected(made.error());
  return render(*made, options.file);
}

/// The service runs under a user of its own, who must be able to read what root restores.
void give_to_owner_of(const fs::path& state_dir) {
  struct stat owner{};
  if (stat(state_dir.c_str(), &owner) != 0 || geteuid() != 0) return;
  std::error_code ignored;
  for (const char* name : {"bootferry.db", "bootferry.db.before-restore", "server-key", "ipxe-scripts", "lock"})
    (void)lchown((state_dir / name).c_str(), owner.st_uid, owner.st_gid);
  for (const auto& entry : fs::directory_iterator(state_dir / "ipxe-scripts", ignored))
    (void)lchown(entry.path().c_str(), owner.st_uid, owner.st_gid);
}

Result<json> restore(const fs::path& state_dir, const BackupOptions& options) {
  auto backup = db::read_backup(options.file);
  if (!backup) return std::unexpected(backup.error());
  if (options.dry_run) return render(*backup, options.file);
  try {
    const StateFolder held(state_dir);  // refused while a server runs on it
    backup = db::restore_backup(options.file, state_dir / "bootferry.db");
    if (!backup) return std::unexpected(backup.error());
    if (auto written = write_kept_files(backup->files, state_dir, options.config); !written)
      return std::unexpected(written.error());
  } catch (const std::runtime_error& error) {
    return fail(ErrorKind::conflict, error.what());
  }
  give_to_owner_of(state_dir);
  return render(*backup, options.file);
}

}  // namespace

void add_backup_commands(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<BackupOptions>();
  const auto add_config = [&](CLI::App* command) {
    command->add_option("--config", options->config, "Settings file that belongs to it")->capture_default_str();
  };
  CLI::App* backup = app.add_subcommand("backup",
                                        "Write all that was set into one file: clients, the list of images, "
                                        "secrets, boot scripts, settings; not the disks");
  backup->add_option("FILE", options->file, "Where to; must not be there")->required();
  add_config(backup);
  backup->callback([&context, options] {
    context.action = [&context, options] {
      context.show(back_up(context.state_dir, *options), [](const json& made) { print("Wrote", made); });
    };
  });
  CLI::App* restore_command = app.add_subcommand("restore", "Go back to a backup; the server must be stopped");
  restore_command->add_option("FILE", options->file, "A file that backup wrote")->required();
  restore_command->add_flag("--dry-run", options->dry_run, "Only say what is in it");
  add_config(restore_command);
  restore_command->callback([&context, options] {
    context.action = [&context, options] {
      context.show(restore(context.state_dir, *options),
                   [options](const json& made) { print(options->dry_run ? "Would restore" : "Restored", made); });
    };
  });
}

}  // namespace bootferry::app
