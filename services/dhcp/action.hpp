// SPDX-License-Identifier: Apache-2.0
// What the DHCP machines are told and what they want done: values between the pure middle and its shell (server).
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "boot/client_registry.hpp"
#include "boot/event.hpp"
#include "boot/lease_store.hpp"
#include "dhcp/message.hpp"

namespace bootferry::dhcp {

/// Timers run on steady time, leases end in wall time.
struct Moment {
  SteadyTime steady{};
  WallTime wall{};
};

enum class Port { server /* 67 */, pxe /* 4011 */ };

struct ReceivedOn {
  Port port = Port::server;
  Ipv4Address source;
  std::uint16_t source_port = 68;
  bool unicast = false;  ///< sent to our address, not broadcast
};

/// RFC 2131 4.1: where a reply goes.
struct Destination {
  enum class Way {
    broadcast,  ///< 255.255.255.255
    unicast,    ///< by the kernel's routing: relays, clients that have their address
    hardware,   ///< a raw frame to chaddr, to an address that its client cannot answer ARP for yet
  };
  Way way = Way::broadcast;
  Ipv4Address address = Ipv4Address::broadcast();
  std::uint16_t port = 68;
  MacAddress mac = MacAddress::broadcast();
  friend bool operator==(const Destination&, const Destination&) = default;
};

struct Send {
  Message message;
  Port from = Port::server;
  Destination to;
  std::size_t limit = 1472;  ///< the largest message that the client takes
};
/// Ask by ARP who has the address; Responder::on_probe_answer tells the reply, on_tick the silence.
struct Probe {
  Ipv4Address address;
};
struct Publish {
  boot::Event event;
};
/// Make the lease durable; only then send the ACK and publish (RFC 2131 3.1 step 4).
struct SaveLease {
  boot::Lease lease;
  std::optional<Send> then_send;
  std::vector<boot::Event> then_publish;
};
struct NoteSeen {
  boot::Sighting sighting;
};
struct LearnAddress {
  Ipv4Address address;
  MacAddress mac;
};
/// A machine netboots now: RouterAdvertiser may answer it, and what other servers say to it is news.
struct Netbooting {
  MacAddress mac;
};

using Action = std::variant<Send, Probe, Publish, SaveLease, NoteSeen, LearnAddress, Netbooting>;
using Actions = std::vector<Action>;

}  // namespace bootferry::dhcp
