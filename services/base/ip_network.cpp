// SPDX-License-Identifier: Apache-2.0
#include "base/ip_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bootferry {
namespace {

using Octets = IpAddress::Octets;
constexpr int mapped_bits = 96;

void mask(Octets& octets, unsigned prefix_length) {
  for (unsigned i = 0; i < octets.size(); ++i) {
    const unsigned kept = std::clamp(static_cast<int>(prefix_length) - static_cast<int>(8 * i), 0, 8);
    octets[i] &= static_cast<std::uint8_t>(0xff00u >> kept);
  }
}

}  // namespace

bool IpNetwork::contains(std::string_view address) const {
  const auto parsed = parse_ip_address(address);
  if (!parsed) return false;
  Octets octets = parsed->octets();
  mask(octets, prefix_length_);
  return octets == octets_;
}

std::string IpNetwork::to_string() const {
  const IpAddress first(octets_);
  const bool v4 = first.is_ipv4() && prefix_length_ >= mapped_bits;
  const std::string text = first.to_string();
  if (prefix_length_ == 128) return text;
  return fmt::format("{}/{}", text, v4 ? prefix_length_ - mapped_bits : prefix_length_);
}

Result<IpNetwork> parse_ip_network(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is no address and no network; write it like 10.99.0.50 or 10.99.0.0/24",
                            text.substr(0, 64)));
  };
  const std::size_t slash = text.find('/');
  const auto address = parse_ip_address(text.substr(0, slash));
  if (!address || text.find('%') != std::string_view::npos) return wrong();
  const bool v4 = text.find(':') == std::string_view::npos;
  unsigned length = v4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    const char* const from = text.data() + slash + 1;
    const char* const to = text.data() + text.size();
    const unsigned longest = length;
    const auto [end, error] = std::from_chars(from, to, length);
    if (error != std::errc{} || end != to || length > longest) return wrong();
  }
  IpNetwork network;
  network.octets_ = address->octets();
  network.prefix_length_ = static_cast<std::uint8_t>(v4 ? length + mapped_bits : length);
  mask(network.octets_, network.prefix_length_);
  return network;
}

}  // namespace bootferry
