// SPDX-License-Identifier: Apache-2.0
#include "db/lease_store.hpp"

#include "base/log.hpp"
#include "db/transaction.hpp"

namespace bootferry::db {
namespace {

boot::LeaseState parse_state(std::string_view name) {
  if (name == "released") return boot::LeaseState::released;
  if (name == "declined") return boot::LeaseState::declined;
  return boot::LeaseState::bound;
}

}  // namespace

LeaseStore::LeaseStore(Database& database, WorkerPool& pool) : database_(database), gate_(pool) {
  std::lock_guard lock(database_.mutex());
  insert_.emplace(database_,
                  "INSERT OR REPLACE INTO leases (address, mac, client_id, hostname, state, expires) VALUES (?1, ?2, "
                  "?3, ?4, ?5, ?6)");
}

LeaseStore::~LeaseStore() {
  gate_.close();
  if (const auto written = write(queue_); !written) log::error("LEASES_LOST", {{"why", written.error().message}});
  std::lock_guard lock(database_.mutex());
  insert_.reset();
}

std::vector<boot::Lease> LeaseStore::load() {
  std::lock_guard lock(database_.mutex());
  std::vector<boot::Lease> leases;
  Statement rows(database_, "SELECT address, mac, client_id, hostname, state, expires FROM leases");
  while (rows.step()) {
    const auto address = parse_ipv4_address(rows.text(0));
    const auto mac = parse_mac_address(rows.text(1));
    if (!address || !mac) {
      log::warning("LEASE_SKIPPED",
                   {{"address", rows.text(0)}, {"mac", rows.text(1)}, {"why", "unreadable in the database"}});
      continue;
    }
    boot::Lease lease;
    lease.address = *address;
    lease.mac = *mac;
    lease.client_id = rows.bytes(2);
    lease.hostname = rows.text(3);
    lease.state = parse_state(rows.text(4));
    lease.expires = rows.time(5);
    leases.push_back(std::move(lease));
  }
  return leases;
}

void LeaseStore::save(boot::Lease lease, Done done) {
  bool first = false;
  {
    std::lock_guard lock(queue_mutex_);
    first = queue_.empty();
    queue_.push_back({std::move(lease), std::move(done)});
  }
  if (first) gate_.post([this] { flush(); });
}

void LeaseStore::flush() {
  std::vector<Pending> batch;
  {
    std::lock_guard lock(queue_mutex_);
    batch.swap(queue_);
  }
  const Result<void> written = write(batch);
  if (!written)
    log::error("LEASES_NOT_WRITTEN", {{"count", std::to_string(batch.size())}, {"why", written.error().message}});
  for (Pending& pending : batch) pending.done(written);
}

Result<void> LeaseStore::write(const std::vector<Pending>& batch) {
  if (batch.empty()) return {};
  std::lock_guard lock(database_.mutex());
  try {
    Transaction transaction(database_);
    for (const Pending& pending : batch) {
      const boot::Lease& lease = pending.lease;
      insert_
          ->bind(lease.address.to_string(), lease.mac.to_string(), lease.client_id, lease.hostname,
                 name_of(lease.state), lease.expires)
          .run();
    }
    transaction.commit();
  } catch (const DbError& error) {
    insert_->reset();  // an unfinished statement would keep its lock
    return std::unexpected(error.to_error());
  }
  return {};
}

}  // namespace bootferry::db
