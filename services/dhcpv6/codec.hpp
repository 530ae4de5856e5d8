// SPDX-License-Identifier: Apache-2.0
// DHCPv6 messages <-> bytes (RFC 8415 sections 8 and 21.1). Called by server; pure, any thread.
#pragma once

#include "base/result.hpp"
#include "dhcpv6/message.hpp"

namespace bootferry::dhcpv6 {

/// invalid: shorter than it says, of no known type, or a relay's (those have another shape).
[[nodiscard]] Result<Message> decode(ByteView bytes);
/// No option is longer than 65535 bytes.
[[nodiscard]] Bytes encode(const Message& message);

}  // namespace bootferry::dhcpv6
