// SPDX-License-Identifier: Apache-2.0
// A network, or one address, of IPv4 or IPv6: where somebody may come from. Plain value, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"

namespace bootferry {

class IpNetwork {
 public:
  /// Of an address as text; an IPv4 address that came over an IPv6 socket (::ffff:10.0.0.1) is the IPv4 one. False for
  /// what is no address.
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] std::string to_string() const;  ///< "10.99.0.0/24"; a single address stands alone
  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

 private:
  friend Result<IpNetwork> parse_ip_network(std::string_view text);

  IpAddress::Octets octets_{};        ///< IPv4 as ::ffff:a.b.c.d; bits behind the prefix are zero
  std::uint8_t prefix_length_ = 128;  ///< of the 128 bits
};

/// "10.99.0.50", "10.99.0.0/24", "fd00:1::/64"; bits behind the prefix are dropped.
[[nodiscard]] Result<IpNetwork> parse_ip_network(std::string_view text);

}  // namespace bootferry
