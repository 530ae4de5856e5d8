// SPDX-License-Identifier: Apache-2.0
// What of a packet may be kept, and of which client it is: DHCP and DHCPv6 of netbooting machines, ARP, the first, last
// and every 256th block of TFTP, HTTP heads of what machines read, iSCSI login PDUs (RFC 7143 11.12) with their proofs
// blanked. Never a disk's data, a boot script, or a person's token. Owned by Server, on its thread; pure, bounded.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "boot/stall_rules.hpp"
#include "capture/frame.hpp"

namespace bootferry::capture {

struct Ports {
  std::uint16_t pxe = 4011, tftp = 69, http = 8080, iscsi = 3260;
};

/// A machine asks one of our services, or that answers. Who asked and was not answered, met a firewall of ours.
struct Knock {
  boot::Circumstance service;  ///< knocked_pxe, ..._tftp, ..._http, ..._iscsi
  bool answered = false;
};

class Excerpt {
 public:
  struct Kept {
    MacAddress client;
    Bytes bytes;  ///< the frame's beginning; shorter than it was when something was cut
    std::optional<Knock> knock;
  };

  /// `own`: the interface's address, by which what we send is told from what we get.
  Excerpt(MacAddress own, Ports ports) : own_(own), ports_(ports) {}

  [[nodiscard]] std::optional<Kept> keep(ByteView bytes);

 private:
  static constexpr std::size_t max_machines = 1024, max_flows = 1024;
  using Flow = std::pair<IpAddress, std::uint16_t>;  ///< the client's end

  /// One direction of a login: how much of the PDU at hand is still to come.
  struct Direction {
    std::size_t rest = 0;
    bool torn = false;  ///< its text comes in pieces, in which no key may be recognised
  };
  struct Login {
    Direction in, out;
    std::size_t seen = 0;
  };

  [[nodiscard]] std::optional<Kept> keep_dhcp(ByteView bytes, const Frame& frame);
  [[nodiscard]] std::optional<Kept> keep_dhcpv6(ByteView bytes, const Frame& frame);
  [[nodiscard]] std::optional<Kept> keep_of_machine(ByteView bytes, const Frame& frame, const MacAddress& client);
  [[nodiscard]] std::optional<Kept> keep_udp(ByteView bytes, const Frame& frame);
  [[nodiscard]] std::optional<Kept> keep_tcp(ByteView bytes, const Frame& frame);
  [[nodiscard]] static std::size_t http_head(ByteView payload, bool from_client);
  [[nodiscard]] std::size_t login_part(MutableByteView payload, const Flow& flow, bool from_client);
  [[nodiscard]] bool is_ours(const Frame& frame) const { return frame.source == own_; }
  [[nodiscard]] MacAddress client_of(const Frame& frame) const {
    return is_ours(frame) ? frame.destination : frame.source;
  }
  void note_machine(const MacAddress& mac);

  const MacAddress own_;
  const Ports ports_;
  std::set<MacAddress> machines_;  ///< that were heard to netboot
  std::set<Flow> downloads_;       ///< by TFTP
  std::map<Flow, Login> logins_;
};

}  // namespace bootferry::capture
