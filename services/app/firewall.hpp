// SPDX-License-Identifier: Apache-2.0
// Whether this machine's firewall lets a packet in: reads the rules as `nft --json list ruleset` prints them and
// follows them for one new packet from the LAN. What a rule asks that the packet does not tell (who sent it) makes its
// verdict uncertain, never wrong. Pure but for read_firewall; called by the self-test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "boot/self_check.hpp"

namespace bootferry::app {

struct FirewallPacket {
  std::string_view protocol;  ///< "udp" or "tcp"
  std::uint16_t port = 0;
  std::string_view interface;
};

struct FirewallVerdict {
  enum class Fate { accepted, dropped, uncertain };
  Fate fate = Fate::accepted;
  std::string chain;  ///< "inet filter input": where it was dropped, or may be
};

/// `ruleset`: JSON; what is no ruleset is an error.
[[nodiscard]] Result<FirewallVerdict> judge_packet(std::string_view ruleset, const FirewallPacket& packet);

/// One of our ports, and what it is for.
struct ServicePort {
  std::string_view protocol;
  std::uint16_t port = 0;
  std::string name;
};
/// One line: all let in, those that are dropped, or that nothing can be said.
[[nodiscard]] boot::CheckLine judge_firewall(const Result<std::string>& ruleset, const std::vector<ServicePort>& ports,
                                             std::string_view interface);

/// The rules that are in force; denied without the right to read them (CAP_NET_ADMIN).
[[nodiscard]] Result<std::string> read_firewall();

}  // namespace bootferry::app
