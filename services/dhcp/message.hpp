// SPDX-License-Identifier: Apache-2.0
// A DHCP message as a value (RFC 2131 section 2, RFC 2132): fixed fields, and options in the order of their first
// appearance, long ones already put together (RFC 3396). Made by codec, read by the machines; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"

namespace bootferry::dhcp {

enum class MessageType : std::uint8_t { discover = 1, offer, request, decline, ack, nak, release, inform };
[[nodiscard]] std::string_view name_of(MessageType type);  ///< "DISCOVER"

/// Option codes, with the RFC that defines each where it is not RFC 2132.
namespace option {
inline constexpr std::uint8_t pad = 0, subnet_mask = 1, router = 3, dns_servers = 6, host_name = 12, domain_name = 15,
                              broadcast_address = 28, vendor_information = 43, requested_address = 50, lease_time = 51,
                              overload = 52, message_type = 53, server_id = 54, parameter_request_list = 55,
                              message = 56, max_message_size = 57, renewal_time = 58, rebinding_time = 59,
                              vendor_class = 60, client_id = 61, boot_file = 67, user_class = 77 /* RFC 3004 */,
                              agent_information = 82 /* RFC 3046 */, client_architecture = 93 /* RFC 4578 */,
                              client_interface = 94 /* RFC 4578 */, client_uuid = 97 /* RFC 4578 */,
                              ipxe = 175 /* iPXE's own */, end = 255;
}  // namespace option

struct Option {
  std::uint8_t code = 0;
  Bytes data;
  friend bool operator==(const Option&, const Option&) = default;
};

struct Message {
  static constexpr std::uint8_t boot_request = 1, boot_reply = 2;
  static constexpr std::uint8_t ethernet = 1;
  static constexpr std::uint16_t broadcast_flag = 0x8000;
  static constexpr std::size_t max_file = 127, max_server_name = 63;  ///< without the NUL that ends them

  std::uint8_t op = boot_request;
  std::uint8_t hardware_type = ethernet;
  std::uint8_t hardware_length = 6;
  std::uint8_t hops = 0;
  std::uint32_t xid = 0;
  std::uint16_t secs = 0;
  std::uint16_t flags = 0;
  Ipv4Address ciaddr, yiaddr, siaddr, giaddr;
  std::array<std::uint8_t, 16> chaddr{};
  std::string server_name;  ///< empty when the field carries options
  std::string file;         ///< empty when the field carries options
  std::vector<Option> options;

  friend bool operator==(const Message&, const Message&) = default;

  [[nodiscard]] MacAddress mac() const { return MacAddress::from(ByteView(chaddr).first(6)); }
  void set_mac(const MacAddress& mac);
  [[nodiscard]] bool wants_broadcast() const { return (flags & broadcast_flag) != 0; }

  /// Empty when option 53 is missing (BOOTP), not one byte long, or unknown.
  [[nodiscard]] std::optional<MessageType> type() const;
  [[nodiscard]] const Bytes* find(std::uint8_t code) const;
  [[nodiscard]] std::optional<Ipv4Address> find_address(std::uint8_t code) const;
  [[nodiscard]] std::optional<std::uint16_t> find_u16(std::uint8_t code) const;
  /// The option's bytes as text, up to its first NUL; empty when absent.
  [[nodiscard]] std::string_view text(std::uint8_t code) const;

  /// Adds or replaces.
  void set(std::uint8_t code, ByteView data);
  void set_u8(std::uint8_t code, std::uint8_t value) { set(code, ByteView(&value, 1)); }
  void set_u32(std::uint8_t code, std::uint32_t value);
  void set_text(std::uint8_t code, std::string_view text) { set(code, bytes_of(text)); }
  void set_address(std::uint8_t code, Ipv4Address address) { set_u32(code, address.value); }
  void set_addresses(std::uint8_t code, const std::vector<Ipv4Address>& addresses);
  void remove(std::uint8_t code);
};

}  // namespace bootferry::dhcp
