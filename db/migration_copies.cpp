// SPDX-License-Identifier: Apache-2.0
#include "db/migration_copies.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "db/database_copy.hpp"

namespace bootferry::db {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_copies = 3;

struct Found {
  MigrationCopy copy;
  fs::file_time_type made;
};

/// Takes "0008" off the front.
std::optional<std::int64_t> take_version(std::string_view& text) {
  std::int64_t version = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (failed != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return version;
}

std::optional<MigrationCopy> parse_name(const fs::path& file, std::string_view prefix) {
  const std::string name = file.filename().string();
  std::string_view rest = name;
  if (!rest.starts_with(prefix)) return std::nullopt;
  rest.remove_prefix(prefix.size());
  const auto from = take_version(rest);
  if (!from || !rest.starts_with("-to-")) return std::nullopt;
  rest.remove_prefix(4);
  const auto to = take_version(rest);
  if (!to || !rest.empty()) return std::nullopt;
  return MigrationCopy{file, *from, *to};
}

/// The newest first. By their age, as somebody who went back may have made the one with the lowest numbers last.
std::vector<MigrationCopy> list_copies(const fs::path& database) {
  const std::string prefix = database.filename().string() + ".before-";
  std::vector<Found> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(database.parent_path(), failed)) {
    const auto copy = parse_name(entry.path(), prefix);
    if (copy && entry.is_regular_file(failed)) found.push_back({*copy, entry.last_write_time(failed)});
  }
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return std::pair(a.made, a.copy.to) > std::pair(b.made, b.copy.to);
  });
  std::vector<MigrationCopy> copies;
  for (Found& one : found) copies.push_back(std::move(one.copy));
  return copies;
}

/// Whole kibibytes of the database with what is still in its log: what a copy takes at most.
std::uintmax_t size_of(const fs::path& database) {
  std::uintmax_t bytes = 0;
  for (const char* part : {"", "-wal"}) {
    std::error_code failed;
    const auto size = fs::file_size(database.string() + part, failed);
    if (!failed) bytes += size;
  }
  return bytes / 1024 + 1;
}

}  // namespace

MigrationCopy keep_migration_copy(Database& database, std::int64_t from, std::int64_t to) {
  const fs::path& file = database.file();
  const fs::path draft = file.string() + ".copying";
  const MigrationCopy copy{file.string() + fmt::format(".before-{:04}-to-{:04}", from, to), from, to};
  try {
    remove_database(draft);  // of a start that was killed
    write_copy(database, draft, {}, SystemClock().wall_now());
    std::error_code failed;
    fs::rename(draft, copy.file, failed);
    if (failed) throw DbError(fmt::format("cannot write {}: {}", copy.file.string(), failed.message()));
    if (auto synced = sync_folder_of(copy.file); !synced) throw DbError(synced.error().message);
  } catch (const DbError& error) {
    throw DbError(
        fmt::format("the database {} is of an older Bootferry, and the copy that is kept before it is brought "
                    "from version {} to {} cannot be made: {} (it takes {} KiB in {}). Nothing was changed",
                    file.string(), from, to, error.to_error().message, size_of(file), file.parent_path().string()),
        error.code());
  }
  log::info("DATABASE_COPIED", {{"to", copy.file.string()}});
  return copy;
}

void drop_old_migration_copies(const fs::path& database) {
  const auto copies = list_copies(database);
  for (std::size_t n = most_copies; n < copies.size(); ++n) remove_database(copies[n].file);
}

std::optional<MigrationCopy> find_migration_copy(const fs::path& database, std::int64_t version) {
  for (MigrationCopy& copy : list_copies(database)) {
    if (copy.from <= version) return copy;
  }
  return std::nullopt;
}

}  // namespace bootferry::db
