// SPDX-License-Identifier: Apache-2.0
// Sends a reply the way its Destination says; without raw frames a client without an address is reached by broadcast.
// Called by server on loop 0.
#pragma once

#include "dhcp/packet_transport.hpp"
#include "dhcp/settings.hpp"

namespace bootferry::dhcp {

[[nodiscard]] Result<void> deliver(const Send& send, const Settings& settings, PacketTransport& transport);

}  // namespace bootferry::dhcp
