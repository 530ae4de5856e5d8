// SPDX-License-Identifier: Apache-2.0
#include "db/migrate.hpp"

#include <fmt/format.h>
#include <charconv>
#include <string>
#include <string_view>
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

/// The way back names the copy that was kept when the newer program came, if it is still there.
[[noreturn]] void refuse_newer(const std::filesystem::path& file, std::int64_t version, std::int64_t target) {
  std::string mend = "install that version again, or start with another state directory";
  if (const auto copy = find_migration_copy(file, target)) {
    mend = fmt::format(
        "install that version again; or, with this one, go back to how all was set before the upgrade: \"bootferry "
        "--state-dir {} restore {}\"",
        file.parent_path().string(), copy->file.string());
  }
  throw DbError(
      fmt::format("the database {} has version {} and this program knows versions up to {}: it was written by a newer "
                  "Bootferry; {}",
                  file.string(), version, target, mend));
}

/// All of them or, whatever happens, none.
void run(Database& database, const std::vector<Step>& steps, std::int64_t version) {
  Transaction transaction(database);
  for (const Step& step : steps) {
    if (step.version <= version) continue;
    database.execute(step.sql);
    database.execute(fmt::format("PRAGMA user_version = {}", step.version));
  }
  transaction.commit();
}

}  // namespace

std::optional<MigrationCopy> migrate(Database& database, const EmbeddedFiles& files) {
  const std::vector<Step> steps = steps_of(files);
  const auto target = static_cast<std::int64_t>(steps.size());
  const std::int64_t version = database.query_number("PRAGMA user_version");
  if (version > target) refuse_newer(database.file(), version, target);
  if (version == target) return std::nullopt;
  if (version == 0 && database.query_number("SELECT count(*) FROM sqlite_schema") > 0) {
    throw DbError(
        fmt::format("{} is a database of another program; move it away, or start with another state directory",
                    database.file().string()));
  }
  std::optional<MigrationCopy> copy;
  if (version > 0) copy = keep_migration_copy(database, version, target);
  run(database, steps, version);
  log::info("DATABASE_MIGRATED", {{"file", database.file().string()}, {"version", std::to_string(target)}});
  if (copy) drop_old_migration_copies(database.file());
  return copy;
}

std::unique_ptr<Database> open_database(const std::filesystem::path& file, const TellMigration& tell) {
  auto database = std::make_unique<Database>(file);
  const auto copy = migrate(*database, migrations);
  if (copy && tell) tell(*copy);
  return database;
}

}  // namespace bootferry::db
