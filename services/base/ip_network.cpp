// SPDX-License-Identifier: Apache-2.0
#include "base/ip_network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace bootferry {
namespace {

using Bytes16 = std::array<std::uint8_t, 16>;
constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // RFC 4291 2.5.5.2
constexpr int mapped_bits = 96;

bool is_mapped(const Bytes16& bytes) { return std::equal(mapped.begin(), mapped.end(), bytes.begin()); }

std::optional<Bytes16> parse_address(std::string_view text) {
  text = text.substr(0, text.find('%'));  // the zone of a link-local address is this machine's own affair
  const std::string name(text);
  Bytes16 bytes{};
  if (inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1) return bytes;
  std::copy(mapped.begin(), mapped.end(), bytes.begin());
  if (inet_pton(AF_INET, name.c_str(), bytes.data() + mapped.size()) == 1) return bytes;
  return std::nullopt;
}

void mask(Bytes16& bytes, unsigned prefix_length) {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::clamp(static_cast<int>(prefix_length) - static_cast<int>(8 * i), 0, 8);
    bytes[i] &= static_cast<std::uint8_t>(0xff00u >> kept);
  }
}

}  // namespace

bool IpNetwork::contains(std::string_view address) const {
  auto bytes = parse_address(address);
  if (!bytes) return false;
  mask(*bytes, prefix_length_);
  return *bytes == bytes_;
}

std::string IpNetwork::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 = is_mapped(bytes_) && prefix_length_ >= mapped_bits;
  const int family = v4 ? AF_INET : AF_INET6;
  inet_ntop(family, bytes_.data() + (v4 ? mapped.size() : 0), text, sizeof text);
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
  const auto address = parse_address(text.substr(0, slash));
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
  network.bytes_ = *address;
  network.prefix_length_ = static_cast<std::uint8_t>(v4 ? length + mapped_bits : length);
  mask(network.bytes_, network.prefix_length_);
  return network;
}

}  // namespace bootferry
