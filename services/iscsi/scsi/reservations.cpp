// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/reservations.hpp"

#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "iscsi/scsi/attentions.hpp"
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {
namespace {

bool is_all_registrants(ReservationType type) { return type >= ReservationType::write_exclusive_all; }
bool is_for_registrants(ReservationType type) { return type >= ReservationType::write_exclusive_registrants; }
bool excludes_readers(ReservationType type) {
  return type == ReservationType::exclusive_access || type == ReservationType::exclusive_access_registrants ||
         type == ReservationType::exclusive_access_all;
}

}  // namespace

Reservations::Reservations(Attentions& attentions, std::shared_ptr<ReservationStore> store)
    : attentions_(attentions), store_(std::move(store)) {
  if (!store_) return;
  auto known = store_->load();
  if (known)
    restore(*known);
  else
    log::error("RESERVATIONS_NOT_READ", {{"why", known.error().message}});
}

void Reservations::restore(const ReservationState& state) {
  generation_ = state.generation;
  through_power_loss_ = state.through_power_loss;
  for (const auto& registration : state.registrations) keys_[registration.port] = registration.key;
  type_ = state.type;
  for (const auto& registration : state.registrations) {
    if (type_ && registration.holder && !is_all_registrants(*type_)) holder_ = registration.port;
  }
  // A reservation that nobody holds could never be released.
  if (type_ && (keys_.empty() || (holder_.empty() && !is_all_registrants(*type_)))) type_.reset();
  update_active();
}

Result<void> Reservations::save() {
  if (!store_) return {};
  std::lock_guard lock(saving_);
  return store_->save(snapshot());
}

void Reservations::on_nexus_begin(const Nexus& nexus) {
  std::lock_guard lock(mutex_);
  ports_[nexus.id] = nexus.initiator_port;
}

void Reservations::on_nexus_end(std::uint64_t nexus) {
  std::lock_guard lock(mutex_);
  ports_.erase(nexus);
  if (holder_6_ == nexus) holder_6_ = 0;  // SPC-2 5.5.1: a reservation goes with its nexus
  update_active();
}

void Reservations::on_reset() {
  std::lock_guard lock(mutex_);
  holder_6_ = 0;
  update_active();
}

bool Reservations::conflicts(std::uint64_t nexus, const CommandNeeds& needs) const {
  if (!active_.load(std::memory_order_acquire)) return false;
  std::lock_guard lock(mutex_);
  if (holder_6_ != 0 && holder_6_ != nexus) return !needs.passes_reserve6;
  if (!type_ || needs.conflict == Conflict::never) return false;
  const std::string port = port_of(nexus);
  if (is_holder(port)) return false;
  if (is_for_registrants(*type_) && keys_.contains(port)) return false;
  return needs.conflict == Conflict::write || excludes_readers(*type_);
}

std::string Reservations::port_of_nexus(std::uint64_t nexus) const {
  std::lock_guard lock(mutex_);
  return port_of(nexus);
}

std::optional<std::uint64_t> Reservations::find_nexus(const std::string& port) const {
  std::lock_guard lock(mutex_);
  for (const auto& [nexus, of] : ports_) {
    if (of == port) return nexus;
  }
  return std::nullopt;
}

bool Reservations::reserve_6(std::uint64_t nexus) {
  std::lock_guard lock(mutex_);
  // SPC-4 5.13.3: no RESERVE(6) beside persistent registrations.
  if (!keys_.empty() || (holder_6_ != 0 && holder_6_ != nexus)) return false;
  holder_6_ = nexus;
  update_active();
  return true;
}

void Reservations::release_6(std::uint64_t nexus) {
  std::lock_guard lock(mutex_);
  if (holder_6_ == nexus) holder_6_ = 0;
  update_active();
}

ReserveResult Reservations::register_key(std::uint64_t nexus, const RegisterRequest& request) {
  std::lock_guard lock(mutex_);
  const std::string port = port_of(nexus);
  auto found = keys_.find(port);
  const std::uint64_t current = found == keys_.end() ? 0 : found->second;
  if (request.expected && *request.expected != current) return ReserveResult::conflict;
  // SPC-4 5.13.7.2: who is registered already is nobody else's to register.
  for (const std::string& other : request.other_ports) {
    if (other != port && keys_.contains(other)) return ReserveResult::conflict;
  }
  // SPC-4 6.16.2: who is registered already names no others.
  if (found != keys_.end() && !request.other_ports.empty()) return ReserveResult::invalid_ports;
  if (request.key != 0) {
    std::set<std::string> fresh(request.other_ports.begin(), request.other_ports.end());
    fresh.insert(port);
    std::erase_if(fresh, [this](const std::string& name) { return keys_.contains(name); });
    if (!fresh.empty() && keys_.size() + fresh.size() > max_registrations) return ReserveResult::exhausted;
    keys_[port] = request.key;
    for (const std::string& other : request.other_ports) keys_[other] = request.key;
  } else if (found != keys_.end()) {
    const bool held = is_holder(port);
    keys_.erase(found);
    if (held && (!is_all_registrants(*type_) || keys_.empty())) drop_reservation(port);
  } else {
    return ReserveResult::good;
  }
  through_power_loss_ = request.through_power_loss;
  ++generation_;
  update_active();
  return ReserveResult::good;
}

// SPC-4 5.13.8: the holder hands its reservation on.
ReserveResult Reservations::register_and_move(std::uint64_t nexus, const MoveRequest& request) {
  std::lock_guard lock(mutex_);
  const std::string port = port_of(nexus);
  if (!is_registered(port, request.key)) return ReserveResult::conflict;
  if (!type_ || is_all_registrants(*type_) || !is_holder(port)) return ReserveResult::conflict;
  if (request.to_port == port) return ReserveResult::invalid_parameter;
  if (keys_.size() >= max_registrations && !keys_.contains(request.to_port)) return ReserveResult::exhausted;
  keys_[request.to_port] = request.new_key;
  holder_ = request.to_port;
  if (request.unregister) keys_.erase(port);
  through_power_loss_ = request.through_power_loss;
  ++generation_;
  update_active();
  return ReserveResult::good;
}

ReserveResult Reservations::reserve(std::uint64_t nexus, std::uint64_t key, ReservationType type) {
  std::lock_guard lock(mutex_);
  const std::string port = port_of(nexus);
  if (!is_registered(port, key)) return ReserveResult::conflict;
  if (type_) return is_holder(port) && *type_ == type ? ReserveResult::good : ReserveResult::conflict;
  type_ = type;
  holder_ = is_all_registrants(type) ? "" : port;
  update_active();
  return ReserveResult::good;
}

ReserveResult Reservations::release(std::uint64_t nexus, std::uint64_t key, ReservationType type) {
  std::lock_guard lock(mutex_);
  const std::string port = port_of(nexus);
  if (!is_registered(port, key)) return ReserveResult::conflict;
  if (!type_ || !is_holder(port)) return ReserveResult::good;
  if (*type_ != type) return ReserveResult::invalid_release;
  drop_reservation(port);
  update_active();
  return ReserveResult::good;
}

ReserveResult Reservations::clear(std::uint64_t nexus, std::uint64_t key) {
  std::lock_guard lock(mutex_);
  const std::string port = port_of(nexus);
  if (!is_registered(port, key)) return ReserveResult::conflict;
  tell_registrants(port, attention::reservations_preempted);
  keys_.clear();
  type_.reset();
  holder_.clear();
  ++generation_;
  update_active();
  return ReserveResult::good;
}

// SPC-4 5.13.11.2: takes registrations away, and the reservation too when the victim holds it.
ReserveResult Reservations::preempt(std::uint64_t nexus, std::uint64_t key, std::uint64_t victim, ReservationType type,
                                    std::vector<std::uint64_t>& victims) {
  std::lock_guard lock(mutex_);
  const std::string port = port_of(nexus);
  if (!is_registered(port, key)) return ReserveResult::conflict;
  const bool all = type_ && is_all_registrants(*type_);
  if (victim == 0 && !all) return ReserveResult::invalid_parameter;
  const bool takes = type_ && (all ? victim == 0 : keys_[holder_] == victim);
  const std::optional<ReservationType> before = type_;
  bool matched = false;
  for (auto it = keys_.begin(); it != keys_.end();) {
    const bool hit = victim == 0 || it->second == victim;
    matched |= hit;
    if (!hit || it->first == port) {
      ++it;
      continue;
    }
    for (const std::uint64_t lost : nexuses_of(it->first)) {
      attentions_.raise(lost, attention::registrations_preempted);
      victims.push_back(lost);
    }
    it = keys_.erase(it);
  }
  if (!matched) return ReserveResult::conflict;
  if (takes) {
    type_ = type;
    holder_ = is_all_registrants(type) ? "" : port;
    if (*before != type) tell_registrants(port, attention::reservations_released);
  }
  ++generation_;
  update_active();
  return ReserveResult::good;
}

ReservationState Reservations::snapshot() const {
  std::lock_guard lock(mutex_);
  ReservationState snapshot;
  snapshot.generation = generation_;
  snapshot.through_power_loss = through_power_loss_;
  snapshot.type = type_;
  for (const auto& [port, key] : keys_) {
    const bool holds = is_holder(port);
    if (holds && !holder_.empty()) snapshot.holder_key = key;
    snapshot.registrations.push_back({port, key, holds});
  }
  return snapshot;
}

std::string Reservations::port_of(std::uint64_t nexus) const {
  auto found = ports_.find(nexus);
  return found == ports_.end() ? std::string() : found->second;
}

bool Reservations::is_registered(const std::string& port, std::uint64_t key) const {
  auto found = keys_.find(port);
  return found != keys_.end() && found->second == key;
}

bool Reservations::is_holder(const std::string& port) const {
  if (!type_) return false;
  return is_all_registrants(*type_) ? keys_.contains(port) : port == holder_;
}

void Reservations::drop_reservation(const std::string& by) {
  if (is_for_registrants(*type_)) tell_registrants(by, attention::reservations_released);
  type_.reset();
  holder_.clear();
}

std::vector<std::uint64_t> Reservations::nexuses_of(const std::string& port) const {
  std::vector<std::uint64_t> found;
  for (const auto& [nexus, name] : ports_) {
    if (name == port) found.push_back(nexus);
  }
  return found;
}

void Reservations::tell(const std::string& port, std::uint16_t code) {
  for (const std::uint64_t nexus : nexuses_of(port)) attentions_.raise(nexus, code);
}

void Reservations::tell_registrants(const std::string& but, std::uint16_t code) {
  for (const auto& [port, key] : keys_) {
    if (port != but) tell(port, code);
  }
}

void Reservations::update_active() { active_.store(holder_6_ != 0 || type_.has_value(), std::memory_order_release); }

}  // namespace bootferry::iscsi::scsi
