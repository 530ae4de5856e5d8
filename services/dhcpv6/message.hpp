// SPDX-License-Identifier: Apache-2.0
// A DHCPv6 message between client and server as a value (RFC 8415 sections 8 and 21). Made by codec, read by responder;
// any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace bootferry::dhcpv6 {

using Ipv6Address = std::array<std::uint8_t, 16>;

enum class MessageType : std::uint8_t {
  solicit = 1,
  advertise = 2,
  request = 3,
  confirm = 4,
  renew = 5,
  rebind = 6,
  reply = 7,
  release = 8,
  decline = 9,
  reconfigure = 10,
  information_request = 11,
};

/// Option codes, with the RFC that defines each where it is not RFC 8415.
namespace option {
inline constexpr std::uint16_t client_id = 1, server_id = 2, ia_na = 3, ia_ta = 4, relay_message = 9, status_code = 13,
                               user_class = 15, vendor_class = 16, interface_id = 18, ia_pd = 25,
                               boot_file_url = 59 /* RFC 5970 */, client_architecture = 61 /* RFC 5970 */,
                               client_link_layer_address = 79 /* RFC 6939 */, relay_source_port = 135 /* RFC 8357 */;
}  // namespace option

struct Option {
  std::uint16_t code = 0;
  Bytes data;
  friend bool operator==(const Option&, const Option&) = default;
};

struct Message {
  MessageType type = MessageType::solicit;
  std::uint32_t xid = 0;  ///< 24 bits
  std::vector<Option> options;

  friend bool operator==(const Message&, const Message&) = default;
  /// The first one of this code.
  [[nodiscard]] const Bytes* find(std::uint16_t code) const;
  void add(std::uint16_t code, ByteView data) { options.push_back({code, Bytes(data.begin(), data.end())}); }
};

}  // namespace bootferry::dhcpv6
