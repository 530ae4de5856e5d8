// SPDX-License-Identifier: Apache-2.0
#include "db/boot_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "db/statement.hpp"
#include "db/text_rows.hpp"
#include "db/transaction.hpp"

namespace bootferry::db {
namespace {

std::int64_t number_in(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// A step's cells: kind, at, last, count, text, and then each field's name and value.
std::string render_steps(const std::vector<boot::BootStep>& steps) {
  std::string out;
  for (const boot::BootStep& step : steps) {
    TextRow cells{std::string(name_of(step.kind)), std::to_string(step.at.time_since_epoch().count()),
                  std::to_string(step.last.time_since_epoch().count()), std::to_string(step.count), step.text};
    for (const auto& [name, value] : step.fields) cells.push_back(name), cells.push_back(value);
    append_row(out, cells);
  }
  return out;
}

std::vector<boot::BootStep> parse_steps(std::string_view text) {
  std::vector<boot::BootStep> steps;
  for (const TextRow& cells : parse_rows(text)) {
    const auto kind = boot::parse_step_kind(cells[0]);
    if (!kind || cells.size() < 5) continue;  // of a newer program
    boot::BootStep& step = steps.emplace_back();
    step.kind = *kind;
    step.at = WallTime(WallTime::duration(number_in(cells[1])));
    step.last = WallTime(WallTime::duration(number_in(cells[2])));
    step.count = static_cast<std::uint32_t>(number_in(cells[3]));
    step.text = cells[4];
    for (std::size_t i = 5; i + 1 < cells.size(); i += 2) step.fields.emplace_back(cells[i], cells[i + 1]);
  }
  return steps;
}

boot::BootRecord read_boot(const Statement& row) {
  boot::BootRecord boot;
  boot.id = static_cast<std::uint64_t>(row.number(0));
  if (const auto mac = parse_mac_address(row.text(1))) boot.mac = *mac;
  boot.state = boot::parse_boot_state(row.text(2)).value_or(boot::BootState::gone);
  boot.stage = boot::parse_step_kind(row.text(3)).value_or(boot::StepKind::discover);
  boot.architecture = row.text(4);
  boot.firmware = row.text(5);
  boot.decision = row.text(6);
  boot.image = row.text(7);
  boot.started = row.time(8);
  boot.updated = row.time(9);
  if (!row.is_null(10)) boot.ended = row.time(10);
  boot.code = row.text(11);
  boot.reason = row.text(12);
  boot.mend = row.text(13);
  boot.bytes_read = {static_cast<std::uint64_t>(row.number(14))};
  boot.bytes_written = {static_cast<std::uint64_t>(row.number(15))};
  if (!row.is_null(16)) boot.last_io = row.time(16);
  boot.steps = parse_steps(row.text(17));
  return boot;
}

constexpr std::string_view columns =
    "id, mac, state, stage, architecture, firmware, decision, image, started, updated, ended, code, reason, mend, "
    "bytes_read, bytes_written, last_io";

constexpr std::string_view has_failed = "state IN ('failed', 'stalled')";

}  // namespace

std::uint64_t BootStore::next_id() {
  std::lock_guard lock(database_.mutex());
  return static_cast<std::uint64_t>(database_.query_number("SELECT max(id) FROM boots")) + 1;
}

std::vector<boot::BootRecord> BootStore::select(Steps steps, std::string_view condition, std::int64_t first,
                                                std::optional<MacAddress> second) {
  std::lock_guard lock(database_.mutex());
  Statement rows(database_,
                 fmt::format("SELECT {}, {} FROM boots {}", columns, steps == Steps::with ? "steps" : "''", condition));
  second ? rows.bind(first, second->to_string()) : rows.bind(first);
  std::vector<boot::BootRecord> boots;
  while (rows.step()) boots.push_back(read_boot(rows));
  return boots;
}

std::vector<boot::BootRecord> BootStore::unfinished() {
  return select(Steps::with, "WHERE ended IS NULL AND id >= ?1 ORDER BY id", 0);
}

std::vector<boot::BootRecord> BootStore::newest() {
  return select(Steps::without, "JOIN (SELECT max(id) AS id FROM boots WHERE id >= ?1 GROUP BY mac) USING (id)", 0);
}

std::vector<boot::BootRecord> BootStore::find(const boot::BootQuery& query) {
  const auto limit = static_cast<std::int64_t>(std::min(query.limit, limits_.total));
  const auto before = std::min<std::uint64_t>(query.before, INT64_MAX);
  const std::string condition =
      fmt::format("WHERE id < {}{} ORDER BY id DESC LIMIT ?1", before, query.mac ? " AND mac = ?2" : "");
  return select(Steps::without, condition, limit, query.mac);
}

std::optional<boot::BootRecord> BootStore::find(std::uint64_t id) {
  auto found = select(Steps::with, "WHERE id = ?1", static_cast<std::int64_t>(id));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

boot::BootCounts BootStore::count_since(WallTime start) {
  std::lock_guard lock(database_.mutex());
  Statement row(database_,
                fmt::format("SELECT count(*), coalesce(sum({}), 0) FROM boots WHERE started >= ?1", has_failed));
  row.bind(start).step();
  return {static_cast<std::size_t>(row.number(0)), static_cast<std::size_t>(row.number(1))};
}

std::optional<boot::BootRecord> BootStore::last_failed() {
  auto found = select(Steps::without, fmt::format("WHERE id >= ?1 AND {} ORDER BY id DESC LIMIT 1", has_failed), 0);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

void BootStore::save(std::span<const boot::BootRecord> boots) {
  if (boots.empty()) return;
  std::lock_guard lock(database_.mutex());
  Transaction transaction(database_, Durability::soon);
  Statement insert(database_,
                   fmt::format("INSERT OR REPLACE INTO boots ({}, steps) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                               "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
                               columns));
  Statement trim(database_,
                 "DELETE FROM boots WHERE mac = ?1 AND id <= (SELECT id FROM boots WHERE mac = ?1 ORDER BY id DESC "
                 "LIMIT 1 OFFSET ?2)");
  for (const boot::BootRecord& boot : boots) {
    insert
        .bind(static_cast<std::int64_t>(boot.id), boot.mac.to_string(), name_of(boot.state), name_of(boot.stage),
              boot.architecture, boot.firmware, boot.decision, boot.image, boot.started, boot.updated, boot.ended,
              boot.code, boot.reason, boot.mend, static_cast<std::int64_t>(boot.bytes_read.value),
              static_cast<std::int64_t>(boot.bytes_written.value), boot.last_io, render_steps(boot.steps))
        .run();
    trim.bind(boot.mac.to_string(), static_cast<std::int64_t>(limits_.per_client)).run();
  }
  Statement(database_, "DELETE FROM boots WHERE id <= (SELECT id FROM boots ORDER BY id DESC LIMIT 1 OFFSET ?1)")
      .bind(static_cast<std::int64_t>(limits_.total))
      .run();
  transaction.commit();
}

}  // namespace bootferry::db
