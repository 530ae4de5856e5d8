// SPDX-License-Identifier: Apache-2.0
#include "dhcp/reply.hpp"

#include <array>

#include "dhcp/codec.hpp"

namespace bootferry::dhcp {
namespace {

using namespace std::string_view_literals;

/// PXE 2.1 table 2-4: discovery control (6), bit 3: "use the boot file name of this message, ask no boot server".
constexpr std::array<std::uint8_t, 4> skip_discovery{6, 1, 8, 255};
/// The same for the boot ROM of a Raspberry Pi, which looks for its name in the boot menu (sub-options 9 and 10).
constexpr std::string_view raspberry_pi_menu = "\x06\x01\x08\x09\x14\x00\x00\x11Raspberry Pi Boot\x0a\x04\x00PXE\xff"sv;
/// iPXE's option 175, sub-option 176: "wait for no proxyDHCP offer".
constexpr std::array<std::uint8_t, 3> no_proxy_dhcp{176, 1, 1};

std::string boot_file_of(const BootAnswer& answer) {
  if (const auto* loader = std::get_if<boot::SendLoader>(&answer.decision)) {
    return answer.client.facts.firmware == boot::Firmware::http_boot ? loader->url : loader->file;
  }
  if (const auto* script = std::get_if<boot::RunScript>(&answer.decision)) return script->url;
  return {};
}

void add_boot_file(Message& reply, const std::string& name) {
  // Both places: some ROMs read only the field, and read option 67 up to a NUL that they do not check the length for.
  if (name.size() <= Message::max_file) reply.file = name;
  Bytes data(name.begin(), name.end());
  data.push_back(0);
  reply.set(option::boot_file, data);
}

void shrink(Message& reply, std::size_t limit) {
  // The least missed first; what a boot needs stays.
  for (std::uint8_t code : {option::domain_name, option::message, option::broadcast_address, option::rebinding_time,
                            option::renewal_time, option::dns_servers}) {
    if (encode(reply, limit)) return;
    reply.remove(code);
  }
}

}  // namespace

Message make_reply(const Message& request, MessageType type, const Settings& settings) {
  Message reply;
  reply.op = Message::boot_reply;
  reply.hardware_type = request.hardware_type;
  reply.hardware_length = request.hardware_length;
  reply.xid = request.xid;
  reply.flags = request.flags;
  reply.giaddr = request.giaddr;
  reply.chaddr = request.chaddr;
  reply.set_u8(option::message_type, static_cast<std::uint8_t>(type));
  reply.set_address(option::server_id, settings.network.address);
  return reply;
}

void add_network_options(Message& reply, const Settings& settings) {
  reply.set_address(option::subnet_mask, settings.network.netmask());
  if (!settings.gateways.empty()) reply.set_addresses(option::router, settings.gateways);
  if (!settings.dns.empty()) reply.set_addresses(option::dns_servers, settings.dns);
  if (!settings.domain.empty()) reply.set_text(option::domain_name, settings.domain);
  reply.set_address(option::broadcast_address, settings.network.last());
}

void add_lease_times(Message& reply, std::chrono::seconds lease_time) {
  const auto seconds = static_cast<std::uint32_t>(lease_time.count());
  reply.set_u32(option::lease_time, seconds);
  reply.set_u32(option::renewal_time, seconds / 2);  // RFC 2131 4.4.5
  reply.set_u32(option::rebinding_time, static_cast<std::uint32_t>(std::uint64_t{seconds} * 7 / 8));
}

void add_boot_options(Message& reply, const BootAnswer& answer, BootForm form, const Settings& settings) {
  const boot::ClientFacts& facts = answer.client.facts;
  const std::string file = boot_file_of(answer);
  if (file.empty()) return;
  const bool http = facts.firmware == boot::Firmware::http_boot;
  reply.siaddr = settings.network.address;

  // Only PXE ROMs know port 4011: an iPXE that finds no file in the offer gives up, and HTTP boot wants its URL there.
  const bool rom = facts.firmware == boot::Firmware::pxe;
  if (!rom || form != BootForm::proxy_binl) add_boot_file(reply, file);

  // In a DHCP server's own offer "PXEClient" would make ROMs look for a boot server at 4011 (PXE-E55); HTTP boot
  // insists on its word.
  if (http) {
    reply.set_text(option::vendor_class, "HTTPClient");
  } else if (form != BootForm::server) {
    reply.set_text(option::vendor_class, "PXEClient");
  }

  if (rom && facts.architecture == boot::Architecture::raspberry_pi) {
    reply.set_text(option::vendor_class, "PXEClient");
    reply.set_text(option::vendor_information, raspberry_pi_menu);
  } else if (rom && form == BootForm::proxy_option43) {
    reply.set(option::vendor_information, skip_discovery);
  }
  if (form == BootForm::proxy_ack && answer.client.boot_item && answer.client.boot_item->size() <= 16) {
    Bytes item{71, static_cast<std::uint8_t>(answer.client.boot_item->size())};
    item.insert(item.end(), answer.client.boot_item->begin(), answer.client.boot_item->end());
    item.push_back(option::end);
    reply.set(option::vendor_information, item);
  }
  if (answer.client.uuid && answer.client.uuid->size() <= 255) reply.set(option::client_uuid, *answer.client.uuid);
  // Where we are the server nobody need wait 3 s for a proxy. Said to every ROM: many are an iPXE that does not say so,
  // and the others pass over an option that they do not know.
  if (form == BootForm::server && !http) reply.set(option::ipxe, no_proxy_dhcp);
}

Send finish(Message reply, const Message& request, Port from, Destination to) {
  if (const Bytes* agent = request.find(option::agent_information)) reply.set(option::agent_information, *agent);
  // Option 57 counts the IP and UDP headers (RFC 2132 9.10); below 576 it is invalid.
  const std::size_t asked = std::max<std::size_t>(request.find_u16(option::max_message_size).value_or(576), 576);
  const std::size_t limit = std::min<std::size_t>(asked - 28, max_message);
  shrink(reply, limit);
  return Send{std::move(reply), from, to, limit};
}

Destination destination_of(const Message& reply, const Message& request, const Settings& settings) {
  using Way = Destination::Way;
  if (!request.giaddr.is_unspecified()) return {Way::unicast, request.giaddr, settings.server_port, {}};
  const Destination everybody{Way::broadcast, Ipv4Address::broadcast(), settings.client_port, MacAddress::broadcast()};
  if (reply.type() == MessageType::nak) return everybody;
  if (!request.ciaddr.is_unspecified()) return {Way::unicast, request.ciaddr, settings.client_port, request.mac()};
  if (request.wants_broadcast() || reply.yiaddr.is_unspecified()) return everybody;
  return {Way::hardware, reply.yiaddr, settings.client_port, request.mac()};
}

}  // namespace bootferry::dhcp
