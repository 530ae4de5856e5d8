// SPDX-License-Identifier: Apache-2.0
#include "dhcpv6/responder.hpp"

#include <fmt/format.h>

#include "boot/client_words.hpp"

namespace bootferry::dhcpv6 {
namespace {

constexpr std::uint16_t no_addresses_available = 2;  // RFC 8415 21.13
constexpr std::size_t ia_header = 12;                // IAID, T1, T2

/// RFC 8415 18.3.2: an identity association that gets nothing comes back with the reason.
void refuse_addresses(const Message& request, Message& reply) {
  for (const Option& association : request.options) {
    if (association.code != option::ia_na || association.data.size() < ia_header) continue;
    Bytes data(association.data.begin(), association.data.begin() + 4);
    ByteWriter writer(data);
    writer.zeros(ia_header - 4);
    writer.u16(option::status_code);
    writer.u16(2);
    writer.u16(no_addresses_available);
    reply.add(option::ia_na, data);
  }
}

}  // namespace

Responder::Responder(Settings settings, const boot::ClientRegistry& registry)
    : settings_(std::move(settings)), registry_(registry) {
  ByteWriter writer(duid_);  // DUID-LL (RFC 8415 11.4)
  writer.u16(3);
  writer.u16(1);
  writer.bytes(settings_.interface_mac.octets);
}

/// RFC 8415 section 16: which messages a server passes over. UEFI that has its address from another server brings the
/// offer without one back to port 4011, as a REQUEST that asks for nothing but the boot file.
bool Responder::is_for_us(const Message& message, const Origin& origin) const {
  const Bytes* server = message.find(option::server_id);
  switch (message.type) {
    case MessageType::solicit:
      return origin.multicast && !server && message.find(option::client_id);
    case MessageType::request:
      return (origin.multicast || origin.boot_server) && server && *server == duid_ && message.find(option::client_id);
    case MessageType::information_request:
      return (!server || *server == duid_) && !message.find(option::ia_na) && !message.find(option::ia_ta) &&
             !message.find(option::ia_pd);
    default:
      return false;
  }
}

std::string Responder::url_of(const boot::LoaderDecision& decision, boot::Firmware firmware,
                              const std::string& server_address) const {
  const std::string web = fmt::format("http://[{}]:{}", server_address, settings_.boot.http_port);
  if (const auto* loader = std::get_if<boot::SendLoader>(&decision)) {
    return firmware == boot::Firmware::http_boot ? fmt::format("{}/loaders/{}", web, loader->file)
                                                 : fmt::format("tftp://[{}]/{}", server_address, loader->file);
  }
  const auto* script = std::get_if<boot::RunScript>(&decision);
  const std::string base = settings_.boot.http_base();
  return script && script->url.starts_with(base) ? web + script->url.substr(base.size()) : std::string();
}

Answer Responder::on_message(const Message& message, const Origin& origin, const std::string& server_address,
                             SteadyTime now) {
  Answer answer;
  if (!is_for_us(message, origin)) return answer;
  const auto client = find_netboot_client(message, origin);
  if (!client || client->facts.mac == settings_.interface_mac) return answer;
  const boot::ClientFacts& facts = client->facts;
  const bool named = facts.mac != MacAddress{} && !facts.mac.is_multicast();
  // Its script has its MAC in the URL. To a SOLICIT the answer is of use where iPXE reads it beside the address
  // server's; one of 2019 passes an ADVERTISE without an address over.
  if (facts.firmware == boot::Firmware::ipxe && !named) return answer;
  if (named) answer.seen = boot::Sighting{facts.mac, std::nullopt, facts.architecture, {}};

  const boot::LoaderDecision decision = boot::decide_loader(facts, *registry_.snapshot(), settings_.boot);
  const std::string url = url_of(decision, facts.firmware, server_address);
  const auto tell = [&](boot::EventKind kind, std::string text) {
    if (!event_limit_.try_take(now)) return;
    answer.events.push_back(boot::Event{0,
                                        {},
                                        kind,
                                        named ? std::optional(facts.mac) : std::nullopt,
                                        std::nullopt,
                                        std::move(text),
                                        {{"xid", fmt::format("0x{:06x}", message.xid)},
                                         {"architecture", std::string(name_of(facts.architecture))},
                                         {"firmware", describe(facts)},
                                         {"protocol", "DHCPv6"}}});
  };
  const std::string who = named ? "PC " + facts.mac.to_string() : "A PC that does not tell its MAC";
  if (message.type == MessageType::solicit)
    tell(boot::EventKind::dhcp_discover, fmt::format("{} asks for an address over IPv6 ({})", who, describe(facts)));
  if (origin.boot_server)
    tell(boot::EventKind::pxe_request, fmt::format("{} asks on port 4011 over IPv6 for its boot file", who));
  if (const auto* ignore = std::get_if<boot::Ignore>(&decision)) {
    tell(boot::EventKind::dhcp_ignored, fmt::format("{} cannot be booted over IPv6: {}", who, ignore->reason));
    return answer;
  }
  if (url.empty()) return answer;

  Message reply;
  reply.type = message.type == MessageType::solicit ? MessageType::advertise : MessageType::reply;
  reply.xid = message.xid;
  if (const Bytes* id = message.find(option::client_id)) reply.add(option::client_id, *id);
  reply.add(option::server_id, duid_);
  if (message.type == MessageType::request) refuse_addresses(message, reply);
  reply.add(option::boot_file_url, bytes_of(url));
  reply.add(option::vendor_class, client->vendor_class);
  answer.reply = std::move(reply);
  tell(boot::EventKind::dhcp_offer, fmt::format("Told {} over IPv6 to boot {}.", who, url));
  return answer;
}

}  // namespace bootferry::dhcpv6
