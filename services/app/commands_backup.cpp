// SPDX-License-Identifier: Apache-2.0
// bootferry backup FILE, restore FILE: work on this machine's files, so that they need no running server; another
// machine's server (--url) sends and takes the file.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "app/command_line.hpp"
#include "app/kept_files.hpp"
#include "app/settings.hpp"
#include "app/state_folder.hpp"
#include "base/clock.hpp"
#include "images/file_descriptor.hpp"

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
  const json left_out = backup.value("left_out", json::array());
  fmt::print("{} {}: {} clients, the list of {} images", done, backup["file"].get<std::string>(),
             backup["clients"].get<std::size_t>(), backup["images"].get<std::size_t>());
  for (const json& name : backup["files"]) fmt::print(", {}", name.get<std::string>());
  fmt::print(" (of {})\n", backup["made"].get<std::string>());
  for (const json& name : left_out) {
    fmt::print("{} is left as it is: only root puts it back, on the server, where it is stopped\n",
               name.get<std::string>());
  }
}

Result<json> back_up(const fs::path& state_dir, const BackupOptions& options) {
  auto made = db::make_backup(state_dir / "bootferry.db", options.file, read_kept_files(state_dir, options.config),
                              SystemClock().wall_now());
  if (!made) return std::unexpected(made.error());
  return render(*made, options.file);
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(ErrorKind::io, std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

/// A failure leaves nothing.
Result<json> fetch_backup(const ApiClient& client, const fs::path& file) {
  const auto fails = [&file](std::string_view why) {
    return fail(ErrorKind::io, fmt::format("{} cannot be written: {}", file.string(), why));
  };
  const images::FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return fails(errno == EEXIST ? "it is there already; choose another name" : std::strerror(errno));
  Result<void> written;
  auto got =
      client.get_pieces("/api/v1/backup", [&](std::string_view piece) { return written = write_all(fd.get(), piece); });
  if (got && ::fsync(fd.get()) != 0) got = written = fail(ErrorKind::io, std::strerror(errno));
  auto backup = got ? db::read_backup(file) : std::unexpected(got.error());
  if (backup) return render(*backup, file);
  ::unlink(file.c_str());
  return written ? std::unexpected(backup.error()) : fails(written.error().message);
}

/// The server looks at all of it before it changes anything.
Result<json> send_backup(const ApiClient& client, const BackupOptions& options) {
  const images::FileDescriptor fd(::open(options.file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts{};
  if (!fd || ::fstat(fd.get(), &facts) != 0)
    return fail(ErrorKind::not_found,
                fmt::format("{} cannot be read: {}", options.file.string(), std::strerror(errno)));
  if (auto good = db::read_backup(options.file); !good) return std::unexpected(good.error());
  const StreamedBody body{"application/octet-stream", static_cast<std::uint64_t>(facts.st_size),
                          [&fd, at = off_t{0}](MutableByteView space) mutable -> Result<void> {
                            const ssize_t got = ::pread(fd.get(), space.data(), space.size(), at);
                            at += got;
                            if (got == static_cast<ssize_t>(space.size())) return {};
                            return fail(ErrorKind::io, "the backup cannot be read to its end; nothing was restored");
                          }};
  auto answer =
      client.ask({.method = "POST", .path = fmt::format("/api/v1/restore?dry_run={}", options.dry_run), .body = &body});
  if (!answer) return std::unexpected(answer.error());
  answer->body["file"] = options.file.string();
  return std::move(answer->body);
}

/// Whose settings file it would be, over there, is not ours to say.
Result<void> check_remote(const BackupOptions& options) {
  if (options.config == default_settings_file) return {};
  return fail(ErrorKind::invalid, "--config is of this machine's server; leave it out with --url");
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

Result<json> run_backup(const CommandContext& context, const BackupOptions& options) {
  if (!context.server.is_remote()) return back_up(context.state_dir, options);
  if (auto good = check_remote(options); !good) return std::unexpected(good.error());
  return fetch_backup(context.client(), options.file);
}

Result<json> run_restore(const CommandContext& context, const BackupOptions& options) {
  if (!context.server.is_remote()) return restore(context.state_dir, options);
  if (auto good = check_remote(options); !good) return std::unexpected(good.error());
  return send_backup(context.client(), options);
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
      context.show(run_backup(context, *options), [](const json& made) { print("Wrote", made); });
    };
  });
  CLI::App* restore_command =
      app.add_subcommand("restore", "Go back to a backup; the server must be stopped, and with --url it begins anew");
  restore_command->add_option("FILE", options->file, "A file that backup wrote")->required();
  restore_command->add_flag("--dry-run", options->dry_run, "Only say what is in it");
  add_config(restore_command);
  restore_command->callback([&context, options] {
    context.action = [&context, options] {
      context.show(run_restore(context, *options),
                   [options](const json& made) { print(options->dry_run ? "Would restore" : "Restored", made); });
    };
  });
}

}  // namespace bootferry::app
