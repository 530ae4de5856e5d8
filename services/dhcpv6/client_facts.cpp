// SPDX-License-Identifier: Apache-2.0
#include "dhcpv6/client_facts.hpp"

#include <algorithm>

namespace bootferry::dhcpv6 {
namespace {

constexpr std::string_view pxe_class = "PXEClient", http_class = "HTTPClient", ipxe_name = "iPXE";
constexpr std::uint16_t duid_llt = 1, duid_ll = 3, hardware_ethernet = 1;

/// A list of (16-bit length, text): does one of them begin with `word`?
bool has_word(ByteView list, std::string_view word) {
  ByteReader reader(list);
  while (!reader.done()) {
    const std::uint16_t length = reader.u16();
    const ByteView text = reader.take(length);
    if (!reader.ok()) return false;
    if (text_of(text).starts_with(word)) return true;
  }
  return false;
}

boot::Architecture find_architecture(const Message& message) {
  const Bytes* list = message.find(option::client_architecture);
  if (!list) return boot::Architecture::unknown;
  ByteReader reader(*list);
  while (reader.remaining() >= 2) {
    const boot::ArchitectureCode code = boot::architecture_of(reader.u16());
    if (code.architecture != boot::Architecture::unknown) return code.architecture;
  }
  return boot::Architecture::unknown;
}

Bytes vendor_class_of(std::uint32_t enterprise, std::string_view word) {
  Bytes data;
  ByteWriter writer(data);
  writer.u32(enterprise);
  writer.u16(static_cast<std::uint16_t>(word.size()));
  writer.text(word);
  return data;
}

}  // namespace

std::optional<MacAddress> find_mac_in_duid(ByteView duid) {
  ByteReader reader(duid);
  const std::uint16_t kind = reader.u16();
  if ((kind != duid_llt && kind != duid_ll) || reader.u16() != hardware_ethernet) return std::nullopt;
  if (kind == duid_llt) reader.skip(4);  // the time
  const ByteView mac = reader.take(6);
  if (!reader.ok() || !reader.done()) return std::nullopt;
  return MacAddress::from(mac);
}

std::optional<MacAddress> find_mac_in_address(const Ipv6Address& address) {
  const bool link_local = address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
  if (!link_local || address[11] != 0xff || address[12] != 0xfe) return std::nullopt;
  MacAddress mac;
  std::copy_n(address.begin() + 8, 3, mac.octets.begin());
  std::copy_n(address.begin() + 13, 3, mac.octets.begin() + 3);
  mac.octets[0] ^= 2;
  return mac;
}

std::optional<NetbootClient> find_netboot_client(const Message& message, const Origin& origin) {
  const Bytes* user_class = message.find(option::user_class);
  const bool ipxe = user_class && has_word(*user_class, ipxe_name);
  bool pxe = false, http = false;
  std::uint32_t enterprise = 0;
  if (const Bytes* vendor = message.find(option::vendor_class); vendor && vendor->size() >= 4) {
    enterprise = ByteReader(*vendor).u32();
    pxe = has_word(ByteView(*vendor).subspan(4), pxe_class);
    http = has_word(ByteView(*vendor).subspan(4), http_class);
  }
  if (!ipxe && !pxe && !http) return std::nullopt;

  NetbootClient client;
  client.facts.firmware = ipxe ? boot::Firmware::ipxe : http ? boot::Firmware::http_boot : boot::Firmware::pxe;
  client.facts.architecture = find_architecture(message);
  const Bytes* duid = message.find(option::client_id);
  // The address is the port's own; a DUID may be that of another port of the machine.
  const auto mac = origin.mac ? origin.mac : find_mac_in_address(origin.source);
  client.facts.mac = mac ? *mac : (duid ? find_mac_in_duid(*duid) : std::nullopt).value_or(MacAddress{});
  client.vendor_class = vendor_class_of(enterprise, http ? http_class : pxe_class);
  return client;
}

}  // namespace bootferry::dhcpv6
