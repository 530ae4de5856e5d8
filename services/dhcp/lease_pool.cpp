// SPDX-License-Identifier: Apache-2.0
#include "dhcp/lease_pool.hpp"

#include <algorithm>

namespace bootferry::dhcp {

using boot::Lease;
using boot::LeaseState;

void LeasePool::restore(const std::vector<Lease>& leases) {
  for (const Lease& lease : leases) {
    if (lease.mac.is_multicast() || !is_host(lease.address)) continue;
    store(lease);
  }
}

void LeasePool::set_reservations(Reservations reservations) {
  for (const auto& [address, mac] : reservations_) {
    // An address that is reserved no longer goes back into the pool: the cursor has passed it.
    if (!reservations.contains(address) && range_.contains(address) && !leases_.contains(address))
      returned_.insert(address);
  }
  reservations_ = std::move(reservations);
}

bool LeasePool::is_host(Ipv4Address address) const {
  if (!network_.contains(address) || address == network_.address) return false;
  return network_.prefix_length >= 31 || (address != network_.first() && address != network_.last());
}

bool LeasePool::is_ours_to_give(Ipv4Address address, const MacAddress& mac) const {
  if (!is_host(address)) return false;
  const auto reserved = reservations_.find(address);
  return reserved != reservations_.end() ? reserved->second == mac : range_.contains(address);
}

bool LeasePool::is_available(Ipv4Address address, const MacAddress& mac, Moment now) const {
  if (!is_ours_to_give(address, mac)) return false;
  if (const Lease* lease = find(address); lease && lease->expires > now.wall) {
    if (lease->state == LeaseState::declined) return false;
    if (lease->state == LeaseState::bound && lease->mac != mac) return false;
  }
  const auto held = holds_.find(address);
  return held == holds_.end() || held->second.mac == mac || held->second.until <= now.steady;
}

bool LeasePool::is_owned(Ipv4Address address, const MacAddress& mac, Moment now) const {
  const auto held = holds_.find(address);
  if (held != holds_.end() && held->second.mac == mac && held->second.until > now.steady) return true;
  const Lease* lease = find(address);
  if (!lease || lease->mac != mac || lease->state == LeaseState::declined) return false;
  // A running machine keeps its address although it was reserved for another one, or the pool was made smaller,
  // meanwhile.
  if (is_bound(address, mac, now.wall)) return is_host(address);
  return is_available(address, mac, now);
}

bool LeasePool::is_bound(Ipv4Address address, const MacAddress& mac, WallTime now) const {
  const Lease* lease = find(address);
  return lease && lease->mac == mac && lease->state == LeaseState::bound && lease->expires > now;
}

const Lease* LeasePool::find(Ipv4Address address) const {
  const auto at = leases_.find(address);
  return at == leases_.end() ? nullptr : &at->second;
}

const Lease* LeasePool::find(const MacAddress& mac) const {
  const auto at = address_of_.find(mac);
  if (at == address_of_.end()) return nullptr;
  const Lease* lease = find(at->second);
  return lease && lease->mac == mac ? lease : nullptr;
}

std::optional<Ipv4Address> LeasePool::choose(const MacAddress& mac, std::optional<Ipv4Address> reserved,
                                             std::optional<Ipv4Address> requested, Moment now, bool named) {
  end_old_holds(now.steady);
  const auto held = held_by_.find(mac);
  const Lease* former = find(mac);
  const std::optional<Ipv4Address> wishes[] = {
      reserved,
      held != held_by_.end() ? std::optional(held->second) : std::nullopt,
      former ? std::optional(former->address) : std::nullopt,
      requested,
  };
  for (const std::optional<Ipv4Address>& wish : wishes) {
    if (!wish || !is_available(*wish, mac, now)) continue;
    const bool kept =
        !named && !reserved && wish->value > last_for_strangers() && range_.contains(*wish) && !find(*wish);
    if (!kept) return hold(*wish, mac, now.steady) ? wish : std::nullopt;
  }
  const std::optional<Ipv4Address> free = next_free(mac, now, named);
  if (!free || !hold(*free, mac, now.steady)) return std::nullopt;
  return free;
}

std::uint32_t LeasePool::last_for_strangers() const {
  constexpr std::uint64_t part = 16, most = 16;
  return range_.last.value - static_cast<std::uint32_t>(std::min(range_.size() / part, most));
}

std::optional<Ipv4Address> LeasePool::next_free(const MacAddress& mac, Moment now, bool named) {
  if (holds_.size() >= max_holds) return std::nullopt;
  const std::uint32_t last = named ? range_.last.value : last_for_strangers();
  while (fresh_ <= last) {
    const Ipv4Address candidate{static_cast<std::uint32_t>(fresh_++)};
    if (!leases_.contains(candidate) && is_available(candidate, mac, now)) return candidate;
  }
  while (!returned_.empty()) {
    const Ipv4Address candidate = *returned_.begin();
    returned_.erase(returned_.begin());
    if (!leases_.contains(candidate) && is_available(candidate, mac, now)) return candidate;
  }
  for (const auto& [end, address] : ends_) {
    if (end > now.wall) break;
    if (is_available(address, mac, now)) return address;
  }
  return std::nullopt;
}

std::vector<Ipv4Address> LeasePool::upcoming(std::size_t count, Moment now) const {
  std::vector<Ipv4Address> next;
  const MacAddress nobody;
  auto take = [&](Ipv4Address candidate) {
    if (!leases_.contains(candidate) && is_available(candidate, nobody, now)) next.push_back(candidate);
  };
  for (std::uint64_t fresh = fresh_; fresh <= range_.last.value && next.size() < count; ++fresh)
    take({static_cast<std::uint32_t>(fresh)});
  for (auto returned = returned_.begin(); returned != returned_.end() && next.size() < count; ++returned)
    take(*returned);
  return next;
}

bool LeasePool::hold(Ipv4Address address, const MacAddress& mac, SteadyTime now) {
  const auto old = held_by_.find(mac);
  if (old != held_by_.end() && old->second != address) drop_hold(mac);
  const auto existing = holds_.find(address);
  if (existing == holds_.end() && holds_.size() >= max_holds) return false;
  if (existing != holds_.end()) hold_ends_.erase({existing->second.until, address});
  const SteadyTime until = now + hold_time;
  holds_.insert_or_assign(address, Hold{mac, until});
  held_by_.insert_or_assign(mac, address);
  hold_ends_.insert({until, address});
  return true;
}

void LeasePool::end_old_holds(SteadyTime now) {
  while (!hold_ends_.empty() && hold_ends_.begin()->first <= now) {
    const MacAddress mac = holds_.at(hold_ends_.begin()->second).mac;
    drop_hold(mac);
  }
}

void LeasePool::drop_hold(const MacAddress& mac) {
  const auto at = held_by_.find(mac);
  if (at == held_by_.end()) return;
  const Ipv4Address address = at->second;
  held_by_.erase(at);
  const auto held = holds_.find(address);
  hold_ends_.erase({held->second.until, address});
  holds_.erase(held);
  if (range_.contains(address) && !leases_.contains(address)) returned_.insert(address);
}

void LeasePool::bind(const Lease& lease) {
  store(lease);
  drop_hold(lease.mac);
}

Lease LeasePool::release(Ipv4Address address, WallTime now) {
  Lease lease = leases_.at(address);
  lease.state = LeaseState::released;
  lease.expires = now;
  store(lease);
  return lease;
}

Lease LeasePool::quarantine(Ipv4Address address, const MacAddress& mac, WallTime now) {
  drop_hold(mac);
  Lease lease{address, mac, {}, {}, LeaseState::declined, now + quarantine_time};
  store(lease);
  address_of_.erase(mac);
  return lease;
}

void LeasePool::store(const Lease& lease) {
  if (const Lease* old = find(lease.address)) ends_.erase({old->expires, lease.address});
  leases_.insert_or_assign(lease.address, lease);
  if (range_.contains(lease.address)) ends_.insert({lease.expires, lease.address});
  if (lease.state == LeaseState::declined) return;
  // A machine's newest lease is the one it comes back to.
  const Lease* known = find(lease.mac);
  if (!known || known->address == lease.address || known->expires <= lease.expires)
    address_of_.insert_or_assign(lease.mac, lease.address);
}

}  // namespace bootferry::dhcp
