// SPDX-License-Identifier: Apache-2.0
// The boot log: keeps the newest events of the bus, bounded in all and per machine so that one noisy machine does not
// push out the story of the others. Made by app; writes on the db thread; find() may be called on any thread but
// blocks.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "boot/administration.hpp"
#include "boot/event_bus.hpp"
#include "db/database.hpp"
#include "db/job_gate.hpp"
#include "db/statement.hpp"

namespace bootferry::db {

class EventStore {
 public:
  struct Limits {
    std::size_t total = 20'000;
    std::size_t per_mac = 2'000;
  };

  /// All three outlive the store.
  EventStore(Database& database, boot::EventBus& bus, WorkerPool& pool, Limits limits);
  EventStore(Database& database, boot::EventBus& bus, WorkerPool& pool) : EventStore(database, bus, pool, Limits{}) {}
  ~EventStore();
  EventStore(const EventStore&) = delete;
  EventStore& operator=(const EventStore&) = delete;

  /// What to give the EventBus as next_id, so that ids rise over restarts.
  [[nodiscard]] static std::uint64_t next_id(Database& database);

  /// The newest `limit` that fit, oldest first; includes what was published before the call. Throws DbError.
  [[nodiscard]] std::vector<boot::Event> find(const boot::EventQuery& query);
  /// Writes what was published so far.
  void flush();

 private:
  void write(const std::vector<boot::Event>& events);
  void trim();
  void count_rows();

  Database& database_;
  const Limits limits_;
  std::optional<Statement> insert_;
  std::size_t total_ = 0;  ///< rows in the table, guarded by the database's mutex as is the next
  std::unordered_map<MacAddress, std::size_t> per_mac_;  ///< never larger than the table
  std::unique_ptr<boot::EventSubscription> subscription_;
  JobGate gate_;
};

}  // namespace bootferry::db
