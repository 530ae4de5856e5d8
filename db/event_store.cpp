// SPDX-License-Identifier: Apache-2.0
#include "db/event_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "db/text_rows.hpp"
#include "db/transaction.hpp"

namespace bootferry::db {
namespace {

/// Written out when this many wait: more than a DHCP storm makes while one commit is on its way.
constexpr std::size_t queue_limit = 8192;
/// Left out after a restart: steps of boots are live only, and a page may have seen their ids.
constexpr std::uint64_t live_only_ids = 100'000;

/// One field a line.
std::string render_fields(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [key, value] : fields) append_row(out, {key, value});
  return out;
}

std::vector<std::pair<std::string, std::string>> parse_fields(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (TextRow& row : parse_rows(text)) {
    row.resize(2);
    fields.emplace_back(std::move(row[0]), std::move(row[1]));
  }
  return fields;
}

boot::Event read_event(const Statement& row) {
  boot::Event event;
  event.id = static_cast<std::uint64_t>(row.number(0));
  event.at = row.time(1);
  event.kind = boot::parse_event_kind(row.text(2)).value_or(boot::EventKind::client_seen);
  if (const auto mac = parse_mac_address(row.text(3))) event.mac = *mac;
  if (const auto address = parse_ip_address(row.text(4))) event.address = *address;
  event.text = row.text(5);
  event.fields = parse_fields(row.text(6));
  return event;
}

template <class Value>
std::optional<std::string> text_or_null(const std::optional<Value>& value) {
  return value ? std::optional(value->to_string()) : std::nullopt;
}

/// What they tell of is in the boot's row, and a slow download would tell it hundreds of times.
bool is_live_only(boot::EventKind kind) {
  return kind == boot::EventKind::boot_step || kind == boot::EventKind::tftp_progress ||
         kind == boot::EventKind::file_progress;
}

}  // namespace

EventStore::EventStore(Database& database, boot::EventBus& bus, WorkerPool& pool, Limits limits)
    : database_(database), limits_(limits), gate_(pool) {
  std::lock_guard lock(database_.mutex());
  insert_.emplace(
      database_,
      "INSERT OR REPLACE INTO events (id, at, kind, mac, address, text, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  count_rows();
  subscription_ = bus.subscribe([this] { gate_.post([this] { flush(); }); }, queue_limit);
}

EventStore::~EventStore() {
  gate_.close();
  flush();
  subscription_.reset();
  std::lock_guard lock(database_.mutex());
  insert_.reset();
}

std::uint64_t EventStore::next_id(Database& database) {
  std::lock_guard lock(database.mutex());
  const auto last = static_cast<std::uint64_t>(database.query_number("SELECT max(id) FROM events"));
  return last == 0 ? 1 : last + live_only_ids;
}

std::vector<boot::Event> EventStore::find(const boot::EventQuery& query) {
  flush();
  std::lock_guard lock(database_.mutex());
  Statement rows(
      database_,
      fmt::format("SELECT id, at, kind, mac, address, text, fields FROM events WHERE {}id > ?1 ORDER BY id {}LIMIT ?2",
                  query.mac ? "mac = ?3 AND " : "", query.after ? "" : "DESC "));
  const auto after = static_cast<std::int64_t>(std::min<std::uint64_t>(query.after.value_or(0), INT64_MAX));
  const auto limit = static_cast<std::int64_t>(std::min(query.limit, limits_.total));
  query.mac ? rows.bind(after, limit, query.mac->to_string()) : rows.bind(after, limit);
  std::vector<boot::Event> events;
  while (rows.step()) events.push_back(read_event(rows));
  if (!query.after) std::reverse(events.begin(), events.end());
  return events;
}

void EventStore::flush() {
  // Taken under the lock: else a second flush could write later events first and a find() in between would miss these.
  std::lock_guard lock(database_.mutex());
  const boot::EventSubscription::Batch batch = subscription_->take();
  if (batch.lost) log::warning("BOOT_LOG_GAP", {{"why", "events came faster than the disk took them"}});
  if (batch.events.empty()) return;
  try {
    write(batch.events);
  } catch (const DbError& error) {
    log::error("BOOT_LOG_NOT_WRITTEN", {{"count", std::to_string(batch.events.size())}, {"why", error.what()}});
    insert_->reset();
    try {
      count_rows();
    } catch (const DbError&) {
      // The counts stay too high, which only trims sooner.
    }
  }
}

void EventStore::write(const std::vector<boot::Event>& events) {
  Transaction transaction(database_, Durability::soon);
  for (const boot::Event& event : events) {
    if (is_live_only(event.kind)) continue;
    insert_
        ->bind(static_cast<std::int64_t>(event.id), event.at, name_of(event.kind), text_or_null(event.mac),
               text_or_null(event.address), event.text, render_fields(event.fields))
        .run();
    ++total_;
    if (event.mac) ++per_mac_[*event.mac];
  }
  trim();
  transaction.commit();
}

void EventStore::trim() {
  for (auto& [mac, count] : per_mac_) {
    if (count <= limits_.per_mac) continue;
    const std::size_t excess = count - limits_.per_mac;
    Statement(database_, "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE mac = ?1 ORDER BY id LIMIT ?2)")
        .bind(mac.to_string(), static_cast<std::int64_t>(excess))
        .run();
    count -= excess;
    total_ -= excess;
  }
  if (total_ <= limits_.total) return;
  Statement oldest(database_,
                   "DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id LIMIT ?1) RETURNING mac");
  oldest.bind(static_cast<std::int64_t>(total_ - limits_.total));
  while (oldest.step()) {
    const auto mac = parse_mac_address(oldest.text(0));
    if (!mac) continue;
    const auto at = per_mac_.find(*mac);
    if (at != per_mac_.end() && --at->second == 0) per_mac_.erase(at);
  }
  total_ = limits_.total;
}

void EventStore::count_rows() {
  total_ = 0;
  per_mac_.clear();
  Statement rows(database_, "SELECT mac, count(*) FROM events GROUP BY mac");
  while (rows.step()) {
    const auto count = static_cast<std::size_t>(rows.number(1));
    total_ += count;
    if (const auto mac = parse_mac_address(rows.text(0))) per_mac_[*mac] = count;
  }
}

}  // namespace bootferry::db
