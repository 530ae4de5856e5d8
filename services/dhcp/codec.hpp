// SPDX-License-Identifier: Apache-2.0
// DHCP messages to and from bytes: the UDP payload (RFC 2131 section 2), option overload (RFC 2132 9.3), long options
// in pieces (RFC 3396). Called by server and tests; pure, any thread. Every length is checked; hostile bytes give an
// Error.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "dhcp/message.hpp"

namespace bootferry::dhcp {

inline constexpr std::size_t max_message = 1472;  ///< what one Ethernet frame carries without IP fragments

[[nodiscard]] Result<Message> decode(ByteView bytes);

/// Padded to the 300 bytes that old BOOTP relays and ROMs insist on (RFC 1542 2.1). Fails when a name is too long for
/// its field or the whole is larger than `limit`.
[[nodiscard]] Result<Bytes> encode(const Message& message, std::size_t limit = max_message);

}  // namespace bootferry::dhcp
