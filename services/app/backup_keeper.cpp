// SPDX-License-Identifier: Apache-2.0
#include "app/backup_keeper.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "app/kept_files.hpp"
#include "base/log.hpp"
#include "db/backup.hpp"
#include "images/file_descriptor.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* database_name = "bootferry.db";
constexpr const char* pending_name = "bootferry.db.to-restore";
constexpr const char* failed_name = "bootferry.db.not-restored";

std::unexpected<Error> file_fail(int error, std::string_view what) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(full ? ErrorKind::exhausted : ErrorKind::io,
              fmt::format("the backup cannot be {}: {}", what, std::strerror(error)));
}

/// The settings are root's: whoever restores by the page is an admin, and no more.
std::vector<db::KeptFile> without_settings(std::vector<db::KeptFile> files) {
  std::erase_if(files, [](const db::KeptFile& file) { return file.name == kept_settings_name; });
  return files;
}

boot::BackupFacts facts_of(const db::Backup& backup) {
  boot::BackupFacts facts{backup.made, backup.clients, backup.images, {}, {}};
  for (const db::KeptFile& file : backup.files)
    (file.name == kept_settings_name ? facts.left_out : facts.files).push_back(file.name);
  return facts;
}

}  // namespace

class BackupKeeper::Incoming final : public boot::IncomingBackup {
 public:
  Incoming(const BackupKeeper& keeper, fs::path draft)
      : keeper_(keeper),
        draft_(std::move(draft)),
        fd_(::open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  ~Incoming() override { db::remove_database(draft_); }

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(fd_); }

  Result<void> append(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return file_fail(errno, "written");
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
  }

  Result<boot::BackupFacts> finish(bool keep) override {
    const auto backup = db::read_backup(draft_, "the file");
    if (!backup) return std::unexpected(backup.error());
    if (auto good = check_outside(*backup); !good) return std::unexpected(good.error());
    if (auto good = check_kept_names(without_settings(backup->files)); !good) return std::unexpected(good.error());
    if (auto good = db::rehearse_backup(draft_); !good) return std::unexpected(good.error());
    if (keep) {
      if (auto laid = db::lay_ready(draft_, keeper_.state_dir_ / pending_name); !laid)
        return std::unexpected(laid.error());
      log::info("RESTORE_IS_READY", {{"made", render_time(backup->made)}});
    }
    return facts_of(*backup);
  }

 private:
  /// A disk of this machine, or a file anywhere, becomes an image by root's word alone; a backup that anybody may have
  /// written is not it.
  Result<void> check_outside(const db::Backup& backup) const {
    const auto stranger =
        std::ranges::find_if_not(backup.outside, [&](const std::string& file) { return keeper_.is_lent(file); });
    if (stranger == backup.outside.end()) return {};
    return fail(ErrorKind::conflict,
                fmt::format("an image of the backup lies on {}, outside of the library; only root can restore it, on "
                            "the server itself: stop it, then \"bootferry restore FILE\"",
                            stranger->substr(0, 200)));
  }

  const BackupKeeper& keeper_;
  const fs::path draft_;
  const images::FileDescriptor fd_;
};

BackupKeeper::BackupKeeper(fs::path state_dir, fs::path settings_file, const boot::ClientRegistry& registry,
                           const Clock& clock, Restart restart)
    : state_dir_(std::move(state_dir)),
      settings_file_(std::move(settings_file)),
      registry_(registry),
      clock_(clock),
      restart_(std::move(restart)) {
  std::error_code failed;
  fs::remove_all(drafts(), failed);  // of a server that was killed
  if (!failed) fs::create_directory(drafts(), failed);
  if (failed)
    throw std::runtime_error(
        fmt::format("the folder {} cannot be made: {}; look at its rights", drafts().string(), failed.message()));
}

fs::path BackupKeeper::new_draft() { return drafts() / std::to_string(next_draft_++); }

Result<fs::path> BackupKeeper::make() {
  const fs::path draft = new_draft();
  const auto made = db::make_backup(state_dir_ / database_name, draft, read_kept_files(state_dir_, settings_file_),
                                    clock_.wall_now());
  if (!made) return std::unexpected(made.error());
  return draft;
}

Result<std::unique_ptr<boot::IncomingBackup>> BackupKeeper::receive() {
  auto incoming = std::make_unique<Incoming>(*this, new_draft());
  if (!*incoming) return file_fail(errno, "received");
  return incoming;
}

bool BackupKeeper::is_lent(const std::string& file) const {
  const auto registry = registry_.snapshot();
  return std::ranges::any_of(registry->layers, [&](const auto& one) { return one.second.file == file; });
}

void take_in_restore(const fs::path& state_dir, const RestoreStep& step) {
  const fs::path pending = state_dir / pending_name;
  std::error_code unknown;
  if (!fs::exists(pending, unknown)) return;
  const auto write = [&](const std::vector<db::KeptFile>& files) {
    return write_kept_files(without_settings(files), state_dir, {});
  };
  const auto done = db::take_in_backup(pending, state_dir / database_name, write, step);
  if (done) return log::info("RESTORED", {{"before", std::string(database_name) + ".before-restore"}});
  fs::rename(pending, state_dir / failed_name, unknown);
  log::error("NOT_RESTORED", {{"why", done.error().message},
                              {"kept", failed_name},
                              {"mend", "stop the server and try \"bootferry restore\" with that file"}});
}

std::unique_ptr<db::Database> open_state_database(const fs::path& state_dir, const db::TellMigration& tell) {
  take_in_restore(state_dir);
  return db::open_database(state_dir / database_name, tell);
}

}  // namespace bootferry::app
