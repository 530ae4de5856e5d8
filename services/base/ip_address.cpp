// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

namespace bootferry {
namespace {

constexpr std::size_t mapped_prefix = 12;
constexpr std::uint8_t eui64_filler[] = {0xff, 0xfe};
constexpr std::uint8_t eui64_local_bit = 0x02;

}  // namespace

bool IpAddress::is_ipv4() const {
  const Octets mapped = IpAddress(Ipv4Address{}).octets_;
  return std::equal(mapped.begin(), mapped.begin() + mapped_prefix, octets_.begin());
}

std::optional<Ipv4Address> IpAddress::find_ipv4() const {
  if (!is_ipv4()) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = mapped_prefix; i < octets_.size(); ++i) value = value << 8 | octets_[i];
  return Ipv4Address{value};
}

bool IpAddress::is_unspecified() const { return *this == IpAddress() || *this == IpAddress(Ipv4Address::any()); }

bool IpAddress::is_multicast() const {
  if (const auto v4 = find_ipv4()) return v4->value >> 28 == 0xe || *v4 == Ipv4Address::broadcast();
  return octets_[0] == 0xff;
}

bool IpAddress::is_link_local() const { return octets_[0] == 0xfe && (octets_[1] & 0xc0) == 0x80; }

IpAddress IpAddress::limited_as() const {
  if (is_ipv4() || is_link_local()) return *this;  // fe80::/64 is everybody
  Octets network{};
  std::copy_n(octets_.begin(), 8, network.begin());
  return IpAddress(network);
}

std::string IpAddress::to_string() const {
  if (const auto v4 = find_ipv4()) return v4->to_string();
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, octets_.data(), text, sizeof text);
  return text;
}

std::string IpAddress::to_url_host() const { return is_ipv4() ? to_string() : "[" + to_string() + "]"; }

Result<IpAddress> parse_ip_address(std::string_view text) {
  if (const auto v4 = parse_ipv4_address(text)) return IpAddress(*v4);
  const std::string name(text.substr(0, text.find('%')));
  IpAddress::Octets octets{};
  if (inet_pton(AF_INET6, name.c_str(), octets.data()) == 1) return IpAddress(octets);
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is neither an IPv4 nor an IPv6 address", text.substr(0, 64)));
}

std::optional<MacAddress> find_mac_of(const IpAddress& address) {
  const IpAddress::Octets& octets = address.octets();
  if (octets[11] != eui64_filler[0] || octets[12] != eui64_filler[1] || address.is_ipv4()) return std::nullopt;
  MacAddress mac;
  mac.octets = {static_cast<std::uint8_t>(octets[8] ^ eui64_local_bit),
                octets[9],
                octets[10],
                octets[13],
                octets[14],
                octets[15]};
  return mac;
}

}  // namespace bootferry
