// SPDX-License-Identifier: Apache-2.0
// Which address belongs to whom (RFC 2131 2.2, 4.3.1): the pool, reservations, held offers, leases. Used by
// AddressServer on loop 0; pure. A machine is its MAC: ROM, iPXE and system send different client identifiers, and
// systems booted from one image often send the same one, so option 61 is kept for people but never decides.
#pragma once

#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "boot/lease_store.hpp"
#include "dhcp/action.hpp"

namespace bootferry::dhcp {

class LeasePool {
 public:
  using Reservations = std::unordered_map<Ipv4Address, MacAddress>;
  static constexpr std::chrono::seconds hold_time{30};         ///< how long an offer waits for its REQUEST
  static constexpr std::chrono::seconds quarantine_time{600};  ///< how long a declined address is kept back

  LeasePool(Ipv4Range range, Ipv4Network network) : range_(range), network_(network), fresh_(range.first.value) {}

  /// Leases of a former life; those that make no sense here are passed over.
  void restore(const std::vector<boot::Lease>& leases);
  void set_reservations(Reservations reservations);

  /// The address to offer, and holds it: reserved, else the machine's former one, else the one it asks for, else a free
  /// one. Empty when the pool is exhausted; its last addresses are kept for machines that are `named`.
  [[nodiscard]] std::optional<Ipv4Address> choose(const MacAddress& mac, std::optional<Ipv4Address> reserved,
                                                  std::optional<Ipv4Address> requested, Moment now, bool named = false);
  /// The addresses that machines without any wish would be given next, at most `count`; holds none of them.
  [[nodiscard]] std::vector<Ipv4Address> upcoming(std::size_t count, Moment now) const;
  /// The address that is held or leased for this machine now (a lease that has ended counts while nobody else took it).
  [[nodiscard]] bool is_owned(Ipv4Address address, const MacAddress& mac, Moment now) const;
  /// Nobody else has it, and it is ours to give.
  [[nodiscard]] bool is_available(Ipv4Address address, const MacAddress& mac, Moment now) const;
  [[nodiscard]] bool is_bound(Ipv4Address address, const MacAddress& mac, WallTime now) const;
  [[nodiscard]] const boot::Lease* find(const MacAddress& mac) const;
  [[nodiscard]] const boot::Lease* find(Ipv4Address address) const;

  void bind(const boot::Lease& lease);
  /// The client chose another server, or gave up.
  void drop_hold(const MacAddress& mac);
  boot::Lease release(Ipv4Address address, WallTime now);
  /// Somebody else uses the address; nobody gets it for a while.
  boot::Lease quarantine(Ipv4Address address, const MacAddress& mac, WallTime now);

  [[nodiscard]] std::size_t held() const { return holds_.size(); }
  [[nodiscard]] Ipv4Range range() const { return range_; }

 private:
  static constexpr std::size_t max_holds = 65536;
  struct Hold {
    MacAddress mac;
    SteadyTime until;
  };

  [[nodiscard]] bool is_host(Ipv4Address address) const;
  [[nodiscard]] bool is_ours_to_give(Ipv4Address address, const MacAddress& mac) const;
  [[nodiscard]] std::optional<Ipv4Address> next_free(const MacAddress& mac, Moment now, bool named);
  /// The last address that was never given and that strangers may have: who makes up MACs cannot take the rest.
  [[nodiscard]] std::uint32_t last_for_strangers() const;
  bool hold(Ipv4Address address, const MacAddress& mac, SteadyTime now);
  void end_old_holds(SteadyTime now);
  void store(const boot::Lease& lease);

  Ipv4Range range_;
  Ipv4Network network_;
  Reservations reservations_;
  std::unordered_map<Ipv4Address, boot::Lease> leases_;
  std::unordered_map<MacAddress, Ipv4Address> address_of_;
  std::unordered_map<Ipv4Address, Hold> holds_;
  std::unordered_map<MacAddress, Ipv4Address> held_by_;
  std::set<std::pair<SteadyTime, Ipv4Address>> hold_ends_;

  // Free addresses are found without a search: never used ones by a cursor, then those given back, then the longest
  // ended.
  std::uint64_t fresh_;
  std::set<Ipv4Address> returned_;
  std::set<std::pair<WallTime, Ipv4Address>> ends_;
};

}  // namespace bootferry::dhcp
