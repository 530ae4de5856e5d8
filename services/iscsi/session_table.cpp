// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session_table.hpp"

#include <algorithm>
#include <iterator>

namespace bootferry::iscsi {

std::string host_of(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host;
}

std::uint64_t SessionTable::add(std::weak_ptr<SessionDoor> door, std::shared_ptr<const SessionMeter> meter,
                                std::string address) {
  std::lock_guard lock(mutex_);
  const std::uint64_t id = next_id_++;
  ++per_host_[host_of(address)];
  rows_.emplace(id, Row{std::move(door), std::move(meter), std::move(address), {}, {}, {}, {}});
  return id;
}

std::optional<std::uint64_t> SessionTable::claim(std::uint64_t id, SessionKey key) {
  std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row == rows_.end()) return std::nullopt;
  row->second.key = key;
  auto [place, fresh] = by_key_.try_emplace(std::move(key), id);
  if (fresh) return std::nullopt;
  row->second.predecessor = std::exchange(place->second, id);
  return row->second.predecessor;
}

std::uint16_t SessionTable::next_tsih() {
  std::lock_guard lock(mutex_);
  const auto used = [&](std::uint16_t tsih) {
    return std::any_of(rows_.begin(), rows_.end(),
                       [&](const auto& row) { return row.second.view && row.second.view->tsih == tsih; });
  };
  for (int tries = 0; tries < 65536; ++tries) {
    if (++last_tsih_ != 0 && !used(last_tsih_)) break;  // an old session's TSIH is not given again while it lives
  }
  return last_tsih_ == 0 ? ++last_tsih_ : last_tsih_;
}

bool SessionTable::has_tsih(const SessionKey& key, std::uint16_t tsih) const {
  std::lock_guard lock(mutex_);
  const auto place = by_key_.find(key);
  if (place == by_key_.end()) return false;
  const auto row = rows_.find(place->second);
  return row != rows_.end() && row->second.view && row->second.view->tsih == tsih;
}

void SessionTable::set_view(std::uint64_t id, boot::SessionView view) {
  std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  if (row == rows_.end()) return;
  view.id = id;
  view.address = row->second.address;
  row->second.view = std::move(view);
}

void SessionTable::remove(std::uint64_t id) {
  std::vector<std::function<void()>> waiters;
  {
    std::lock_guard lock(mutex_);
    const auto row = rows_.find(id);
    if (row == rows_.end()) return;
    // One that still waited for its predecessor leaves it to those behind: they wait for whoever has the disk.
    const auto older = row->second.predecessor ? rows_.find(*row->second.predecessor) : rows_.end();
    const bool older_lives = older != rows_.end();
    auto& still_wait = older_lives ? older->second.waiters : waiters;
    std::move(row->second.waiters.begin(), row->second.waiters.end(), std::back_inserter(still_wait));
    for (auto& [other, behind] : rows_) {
      if (older_lives && behind.predecessor == id) behind.predecessor = older->first;
    }
    if (row->second.key) {
      const auto place = by_key_.find(*row->second.key);
      const bool newest = place != by_key_.end() && place->second == id;
      if (newest && older_lives)
        place->second = older->first;
      else if (newest)
        by_key_.erase(place);
    }
    const auto host = per_host_.find(host_of(row->second.address));
    if (host != per_host_.end() && --host->second == 0) per_host_.erase(host);
    retire(row->second);
    rows_.erase(row);
    if (rows_.empty()) emptied_.notify_all();
  }
  for (auto& waiter : waiters) waiter();
}

void SessionTable::when_predecessors_gone(std::uint64_t id, std::function<void()> gone) {
  {
    std::lock_guard lock(mutex_);
    const auto row = rows_.find(id);
    const bool had_one = row != rows_.end() && row->second.predecessor;
    const auto older = had_one ? rows_.find(*row->second.predecessor) : rows_.end();
    if (older != rows_.end()) {
      older->second.waiters.push_back(std::move(gone));
      return;
    }
  }
  gone();
}

std::vector<boot::SessionView> SessionTable::views(SteadyTime now) const {
  std::lock_guard lock(mutex_);
  std::vector<boot::SessionView> views;
  for (const auto& [id, row] : rows_) {
    if (row.view) row.meter->report(views.emplace_back(*row.view), now);
  }
  return views;
}

std::vector<boot::SessionSample> SessionTable::samples(std::span<const std::uint64_t> ids, SteadyTime now,
                                                       WallTime wall_now) const {
  std::lock_guard lock(mutex_);
  std::vector<boot::SessionSample> samples;
  for (const std::uint64_t id : ids) {
    const auto row = rows_.find(id);
    if (row == rows_.end()) continue;
    samples.push_back(row->second.meter->sample(now, wall_now));
    samples.back().id = id;
  }
  return samples;
}

std::vector<boot::TargetTraffic> SessionTable::traffic() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, boot::TargetTraffic> sums = retired_;
  for (const auto& [id, row] : rows_) {
    if (!row.view || row.view->target.empty()) continue;
    boot::TargetTraffic& sum = row_of(sums, *row.view);
    ++sum.sessions;
    row.meter->add_to(sum);
  }
  std::vector<boot::TargetTraffic> list;
  for (auto& [target, sum] : sums) list.push_back(std::move(sum));
  return list;
}

boot::Transferred SessionTable::transferred() const {
  std::lock_guard lock(mutex_);
  boot::Transferred sum;
  for (const auto& [target, retired] : retired_) {
    sum.read.value += retired.counters.bytes_read.value;
    sum.written.value += retired.counters.bytes_written.value;
  }
  for (const auto& [id, row] : rows_) {
    if (row.view && !row.view->target.empty()) row.meter->add_to(sum);
  }
  return sum;
}

void SessionTable::retire(const Row& row) {
  if (row.view && !row.view->target.empty()) row.meter->add_to(row_of(retired_, *row.view));
}

boot::TargetTraffic& SessionTable::row_of(std::map<std::string, boot::TargetTraffic>& rows,
                                          const boot::SessionView& view) {
  const bool room = rows.size() < max_targets || rows.contains(view.target);
  boot::TargetTraffic& row = rows[room ? view.target : std::string()];
  if (room) row.target = view.target, row.mac = view.mac;
  return row;
}

std::shared_ptr<SessionDoor> SessionTable::find(std::uint64_t id) const {
  std::lock_guard lock(mutex_);
  const auto row = rows_.find(id);
  return row == rows_.end() ? nullptr : row->second.door.lock();
}

std::vector<std::shared_ptr<SessionDoor>> SessionTable::doors(bool logged_in) const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<SessionDoor>> doors;
  for (const auto& [id, row] : rows_) {
    if (row.view.has_value() != logged_in) continue;
    if (auto door = row.door.lock()) doors.push_back(std::move(door));
  }
  return doors;
}

std::vector<std::shared_ptr<SessionDoor>> SessionTable::others_of_target(std::uint64_t id) const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<SessionDoor>> doors;
  const auto own = rows_.find(id);
  if (own == rows_.end() || !own->second.key) return doors;
  for (const auto& [other, row] : rows_) {
    if (other == id || !row.key || row.key->target != own->second.key->target) continue;
    if (auto door = row.door.lock()) doors.push_back(std::move(door));
  }
  return doors;
}

std::size_t SessionTable::size() const {
  std::lock_guard lock(mutex_);
  return rows_.size();
}

std::size_t SessionTable::count_from(const std::string& host) const {
  std::lock_guard lock(mutex_);
  const auto found = per_host_.find(host);
  return found == per_host_.end() ? 0 : found->second;
}

bool SessionTable::wait_until_empty(Duration patience) const {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, patience, [this] { return rows_.empty(); });
}

}  // namespace bootferry::iscsi
