// SPDX-License-Identifier: Apache-2.0
// An address of IPv4 or IPv6, free of any socket library: who asks a TFTP or HTTP server that listens on both. An IPv4
// address that came over an IPv6 socket (::ffff:10.0.0.1, RFC 4291 2.5.5.2) is the IPv4 one. A link-local address has
// no zone here: Bootferry serves one LAN. Plain value, any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry {

class IpAddress {
 public:
  using Octets = std::array<std::uint8_t, 16>;

  constexpr IpAddress() = default;  ///< "::"
  /// Implicit, for every IPv4 address is one.
  constexpr IpAddress(Ipv4Address v4) {  // NOLINT(google-explicit-constructor)
    octets_[10] = octets_[11] = 0xff;
    for (int i = 0; i < 4; ++i) octets_[12 + i] = static_cast<std::uint8_t>(v4.value >> (24 - 8 * i));
  }
  /// Network order, as in sockaddr_in6.
  explicit constexpr IpAddress(const Octets& v6) : octets_(v6) {}

  [[nodiscard]] const Octets& octets() const { return octets_; }
  [[nodiscard]] std::optional<Ipv4Address> find_ipv4() const;
  [[nodiscard]] bool is_ipv4() const;
  [[nodiscard]] bool is_unspecified() const;  ///< "::" or "0.0.0.0"
  [[nodiscard]] bool is_multicast() const;    ///< and 255.255.255.255
  [[nodiscard]] bool is_link_local() const;   ///< fe80::/10
  /// Whom a limit counts: one machine may take as many addresses of its IPv6 network (/64) as it likes.
  [[nodiscard]] IpAddress limited_as() const;
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] std::string to_url_host() const;  ///< "10.0.0.1", "[fd00::1]"

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Octets octets_{};
};

/// A zone behind it ("%eth0") is dropped.
[[nodiscard]] Result<IpAddress> parse_ip_address(std::string_view text);

/// Of an IPv6 address that its machine made of it (RFC 4291 appendix A), as firmware and iPXE do.
[[nodiscard]] std::optional<MacAddress> find_mac_of(const IpAddress& address);

}  // namespace bootferry

template <>
struct std::hash<bootferry::IpAddress> {
  std::size_t operator()(const bootferry::IpAddress& address) const noexcept {
    const auto& octets = address.octets();
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(octets.data()), octets.size()});
  }
};
