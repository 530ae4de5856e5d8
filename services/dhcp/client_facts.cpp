// SPDX-License-Identifier: Apache-2.0
#include "dhcp/client_facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace bootferry::dhcp {
namespace {

constexpr std::string_view pxe_class = "PXEClient", http_class = "HTTPClient", ipxe_name = "iPXE";
constexpr std::uint8_t ipxe_feature_iscsi = 0x11, ipxe_feature_http = 0x13;  // ipxe.org/dev/cfg/features, in option 175
constexpr std::uint8_t pxe_boot_item = 71;                                   // PXE 2.1, table 2-4, in option 43

bool has_user_class_ipxe(const Bytes& data) {
  if (text_of(data).starts_with(ipxe_name)) return true;
  ByteReader reader(data);  // RFC 3004: a list of (length, text)
  while (!reader.done() && reader.ok()) {
    const std::uint8_t length = reader.u8();
    if (text_of(reader.take(length)) == ipxe_name) return true;
  }
  return false;
}

bool has_feature(ByteView features, std::uint8_t code) {
  const std::optional<ByteView> value = find_suboption(features, code);
  return value && std::any_of(value->begin(), value->end(), [](std::uint8_t byte) { return byte != 0; });
}

/// "PXEClient:Arch:00007:UNDI:003016" says it too, should option 93 be missing.
std::optional<std::uint16_t> find_architecture_in_class(std::string_view vendor_class) {
  constexpr std::string_view marker = ":Arch:";
  const std::size_t at = vendor_class.find(marker);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = vendor_class.substr(at + marker.size(), 5);
  std::uint16_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  return value;
}

/// The makers' parts of their MACs: their boot ROM calls itself a BIOS.
constexpr std::array<std::array<std::uint8_t, 3>, 6> raspberry_pi_makers{{{0xb8, 0x27, 0xeb},
                                                                          {0xdc, 0xa6, 0x32},
                                                                          {0xe4, 0x5f, 0x01},
                                                                          {0x28, 0xcd, 0xc1},
                                                                          {0xd8, 0x3a, 0xdd},
                                                                          {0x2c, 0xcf, 0x67}}};

bool is_raspberry_pi(const MacAddress& mac) {
  return std::ranges::any_of(raspberry_pi_makers, [&mac](const auto& maker) {
    return std::equal(maker.begin(), maker.end(), mac.octets.begin());
  });
}

boot::ArchitectureCode find_architecture(const Message& message, std::string_view vendor_class) {
  if (const Bytes* list = message.find(option::client_architecture)) {
    ByteReader reader(*list);
    while (reader.remaining() >= 2) {
      const boot::ArchitectureCode code = boot::architecture_of(reader.u16());
      if (code.architecture != boot::Architecture::unknown) return code;
    }
  }
  const std::optional<std::uint16_t> named = find_architecture_in_class(vendor_class);
  return named ? boot::architecture_of(*named) : boot::ArchitectureCode{};
}

}  // namespace

std::optional<ByteView> find_suboption(ByteView encapsulated, std::uint8_t code) {
  ByteReader reader(encapsulated);
  while (!reader.done()) {
    const std::uint8_t found = reader.u8();
    if (found == option::pad) continue;
    if (found == option::end) break;
    const std::uint8_t length = reader.u8();
    const ByteView value = reader.take(length);
    if (!reader.ok()) break;
    if (found == code) return value;
  }
  return std::nullopt;
}

bool is_ipxe(const Message& message) {
  const Bytes* user_class = message.find(option::user_class);
  return (user_class && has_user_class_ipxe(*user_class)) || message.find(option::ipxe) != nullptr;
}

std::optional<NetbootClient> find_netboot_client(const Message& message) {
  const std::string_view vendor_class = message.text(option::vendor_class);
  const bool http = vendor_class.starts_with(http_class);
  const bool ipxe = is_ipxe(message);
  if (!vendor_class.starts_with(pxe_class) && !http && !ipxe) return std::nullopt;

  NetbootClient client;
  client.facts.mac = message.mac();
  client.facts.architecture = find_architecture(message, vendor_class).architecture;
  if (ipxe) {
    const Bytes* features = message.find(option::ipxe);
    const bool able =
        features && has_feature(*features, ipxe_feature_iscsi) && has_feature(*features, ipxe_feature_http);
    client.facts.firmware = able ? boot::Firmware::ipxe : boot::Firmware::ipxe_poor;
  } else {
    client.facts.firmware = http ? boot::Firmware::http_boot : boot::Firmware::pxe;
    if (!http && client.facts.architecture == boot::Architecture::bios && is_raspberry_pi(client.facts.mac))
      client.facts.architecture = boot::Architecture::raspberry_pi;
  }
  if (const Bytes* uuid = message.find(option::client_uuid)) client.uuid = *uuid;
  if (const Bytes* vendor = message.find(option::vendor_information)) {
    if (const auto item = find_suboption(*vendor, pxe_boot_item)) client.boot_item = Bytes(item->begin(), item->end());
  }
  return client;
}

}  // namespace bootferry::dhcp
