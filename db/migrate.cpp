// SPDX-License-Identifier: Apache-2.0
#include "db/migrate.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>
#include <vector>

#include "base/log.hpp"
#include "db/statement.hpp"
#include "db/transaction.hpp"

namespace bootferry {
extern const EmbeddedFiles migrations;
}

namespace bootferry::db {
namespace {

struct Step {
  std::int64_t version = 0;
  std::string sql;
};

/// In order, numbered 1, 2, 3, ... without a gap: anything else is a mistake of ours.
std::vector<Step> steps_of(const EmbeddedFiles& files) {
  std::vector<Step> steps;
  for (const EmbeddedFile& file : files) {
    const std::string_view name = file.name;
    Step step;
    std::from_chars(name.data(), name.data() + name.size(), step.version);
    step.sql = std::string(file.bytes());
    steps.push_back(std::move(step));
    if (steps.back().version != static_cast<std::int64_t>(steps.size())) {
      throw DbError(fmt::format("migration {} is out of order: expected number {}", name, steps.size()));
    }
  }
  return steps;
}

// SQLite would make it by the umask, and it holds the secrets of initiators. VACUUM INTO takes a file that is empty.
void make_private_file(const std::filesystem::path& file) {
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) {
    throw DbError(fmt::format("cannot make the copy {}: {}; check the state directory and its rights", file.string(),
                              std::generic_category().message(errno)),
                  SQLITE_CANTOPEN);
  }
  ::close(made);
}

void keep_copy(Database& database, std::int64_t target) {
  const std::filesystem::path copy = database.file().string() + fmt::format(".before-v{}", target);
  std::error_code ignored;
  std::filesystem::remove(copy, ignored);
  make_private_file(copy);
  Statement(database, "VACUUM INTO ?1").bind(std::string_view(copy.native())).run();
  log::info("DATABASE_COPIED", {{"to", copy.string()}});
}

}  // namespace

void migrate(Database& database, const EmbeddedFiles& files) {
  const std::vector<Step> steps = steps_of(files);
  const auto target = static_cast<std::int64_t>(steps.size());
  const std::int64_t version = database.query_number("PRAGMA user_version");
  if (version > target) {
    throw DbError(fmt::format(
        "the database {} has version {} and this program knows versions up to {}: it was written by a newer "
        "Bootferry; install that version again, or start with another state directory",
        database.file().string(), version, target));
  }
  if (version == 0 && database.query_number("SELECT count(*) FROM sqlite_schema") > 0) {
    throw DbError(
        fmt::format("{} is a database of another program; move it away, or start with another state directory",
                    database.file().string()));
  }
  if (version > 0 && version < target) keep_copy(database, target);
  for (const Step& step : steps) {
    if (step.version <= version) continue;
    Transaction transaction(database);
    database.execute(step.sql);
    database.execute(fmt::format("PRAGMA user_version = {}", step.version));
    transaction.commit();
    log::info("DATABASE_MIGRATED", {{"file", database.file().string()}, {"version", std::to_string(step.version)}});
  }
}

std::unique_ptr<Database> open_database(const std::filesystem::path& file) {
  auto database = std::make_unique<Database>(file);
  migrate(*database, migrations);
  return database;
}

}  // namespace bootferry::db
