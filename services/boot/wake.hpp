// SPDX-License-Identifier: Apache-2.0
// Wake-on-LAN: the magic packet that switches a sleeping machine on (AMD 20213, "Magic Packet Technology"), and who
// sends it. Asked by the API, implemented by app and by a fake in the tests of http.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"

namespace bootferry::boot {

inline constexpr std::uint16_t wake_port = 9;            ///< discard: nobody answers there
inline constexpr std::uint16_t wake_ethertype = 0x0842;  ///< the same without IP

/// Six bytes of 0xFF, then the address sixteen times: 102 bytes, wherever they lie in a frame.
[[nodiscard]] Bytes encode_magic_packet(const MacAddress& mac);

class Waker {
 public:
  virtual ~Waker() = default;
  /// Sends it on the LAN, and also to `broadcast`, the broadcast address of another network, which its router must let
  /// through. What it returns says where it went. Nobody answers, so nothing tells whether the machine heard it.
  [[nodiscard]] virtual Result<std::string> wake(const MacAddress& mac, std::optional<Ipv4Address> broadcast) = 0;
};

}  // namespace bootferry::boot
