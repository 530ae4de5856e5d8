// SPDX-License-Identifier: Apache-2.0
// What relay agents wrap around a client's message, and around its answer on the way back (RFC 8415 sections 9 and 19).
// Called by server; pure, any thread.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "dhcpv6/message.hpp"

namespace bootferry::dhcpv6 {

/// One relay agent's envelope.
struct RelayLayer {
  std::uint8_t hops = 0;
  Ipv6Address link{}, peer{};
  std::vector<Option> returned;  ///< goes back as it came: Interface-Id, and the port that the answer must go to

  friend bool operator==(const RelayLayer&, const RelayLayer&) = default;
};

struct Relayed {
  Message message;
  std::vector<RelayLayer> layers;  ///< outermost first; at least one
  std::optional<MacAddress> mac;   ///< the client's, where its relay tells it (RFC 6939)

  /// The client's own address: the innermost relay's peer.
  [[nodiscard]] const Ipv6Address& client() const { return layers.back().peer; }
  /// RFC 8357: the relay that sent this listens at the port that it sent from, not at 547.
  [[nodiscard]] bool wants_source_port() const;
};

[[nodiscard]] bool is_relayed(ByteView datagram);
/// invalid: shorter than it says, more envelopes than RFC 8415 7.6 allows, or no message in them.
[[nodiscard]] Result<Relayed> decode_relayed(ByteView datagram);
/// The answer in the envelopes of its question.
[[nodiscard]] Bytes encode_relayed(const Message& answer, std::span<const RelayLayer> layers);

}  // namespace bootferry::dhcpv6
