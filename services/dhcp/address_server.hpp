// SPDX-License-Identifier: Apache-2.0
// Server mode's conversation (RFC 2131 4.3): DISCOVER with an ARP probe before the offer, REQUEST in its four states,
// RELEASE, DECLINE, INFORM. Owned by Responder, which has checked the message; pure, on loop 0.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "dhcp/action.hpp"
#include "dhcp/lease_pool.hpp"
#include "dhcp/port_limits.hpp"
#include "dhcp/reply.hpp"

namespace bootferry::dhcp {

/// A checked request, with all that is known of its sender.
struct Request {
  Message message;
  ReceivedOn from;
  MacAddress mac;
  std::optional<BootAnswer> boot;
  std::optional<Ipv4Address> reserved;
  bool named = false;  ///< a person has said something about this machine
};

class AddressServer {
 public:
  static constexpr std::chrono::milliseconds probe_time{
      100};  ///< silence for so long means that nobody has the address
  static constexpr std::chrono::milliseconds probe_limit{200};  ///< no boot waits longer for all probes together

  static constexpr std::chrono::minutes confirmation_time{10};  ///< how long a silent probe counts
  static constexpr std::chrono::minutes probe_ahead_period{4};

  explicit AddressServer(const Settings& settings) : settings_(settings), pool_(*settings.range, settings.network) {}

  [[nodiscard]] LeasePool& pool() { return pool_; }
  void on_request(const Request& request, Moment now, Actions& out);
  /// The lease is durable now.
  void on_saved(const boot::Lease& lease) { durable_until_.insert_or_assign(lease.address, lease.expires); }
  /// Somebody said by ARP that he has the address.
  void on_probe_answer(Ipv4Address address, const MacAddress& holder, Moment now, Actions& out);
  void on_tick(Moment now, Actions& out);
  [[nodiscard]] std::optional<SteadyTime> next_wake() const;

 private:
  static constexpr std::size_t max_probes = 1024;
  struct PendingOffer {
    Request request;
    Ipv4Address address;
    SteadyTime probe_ends;
    SteadyTime give_up;
  };

  void on_discover(const Request& request, Moment now, Actions& out);
  void offer_or_probe(Request request, SteadyTime give_up, Moment now, Actions& out);
  void probe_ahead(Moment now, Actions& out);
  void send_offer(const Request& request, Ipv4Address address, Actions& out);
  void on_dhcp_request(const Request& request, Moment now, Actions& out);
  void on_selecting(const Request& request, Ipv4Address server, Moment now, Actions& out);
  void on_other_chosen(const Request& request, Ipv4Address server, Actions& out);
  void on_init_reboot(const Request& request, Ipv4Address wanted, Moment now, Actions& out);
  void on_extending(const Request& request, Moment now, Actions& out);
  [[nodiscard]] const boot::Lease* find_durable(const Request& request, Ipv4Address address, Moment now) const;
  [[nodiscard]] Send make_ack(const Request& request, Ipv4Address address, std::chrono::seconds lease_time) const;
  [[nodiscard]] boot::Event ack_event(const Request& request, const boot::Lease& lease,
                                      std::chrono::seconds time) const;
  void grant(const Request& request, Ipv4Address address, Moment now, Actions& out);
  void refuse(const Request& request, std::string reason, Actions& out);
  void on_release(const Request& request, Moment now, Actions& out);
  void on_decline(const Request& request, Moment now, Actions& out);
  void on_inform(const Request& request, Actions& out);
  [[nodiscard]] bool needs_probe(const Request& request, Ipv4Address address, Moment now) const;
  void forget_probe(const MacAddress& mac);

  const Settings& settings_;
  LeasePool pool_;
  PortLimits ports_;
  std::unordered_map<MacAddress, PendingOffer> pending_;
  std::unordered_map<Ipv4Address, MacAddress> probing_;
  std::set<std::pair<SteadyTime, MacAddress>> probe_ends_;
  std::unordered_map<Ipv4Address, WallTime> durable_until_;   ///< of each address, the end of the lease last saved
  std::unordered_map<Ipv4Address, SteadyTime> probed_ahead_;  ///< when silence will mean that it is free
  SteadyTime next_probe_ahead_{};
  std::unordered_map<Ipv4Address, SteadyTime>
      confirmed_;  ///< when an address was last found to be free or its client's own
};

}  // namespace bootferry::dhcp
