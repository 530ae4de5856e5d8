// SPDX-License-Identifier: Apache-2.0
#include "dhcp/other_servers.hpp"

#include <fmt/format.h>

namespace bootferry::dhcp {
namespace {

constexpr std::size_t max_boot_file = 128;
constexpr std::array<std::uint8_t, 2> efi_x64{0, 7};                     // option 93
constexpr std::array<std::uint8_t, 3> undi{1, 3, 16};                    // option 94: UNDI 3.16
constexpr std::array<std::uint8_t, 7> wishes{1, 3, 43, 54, 60, 66, 67};  // option 55

/// Off the wire into sentences and tables.
std::string printable(std::string_view text) {
  std::string clean;
  for (const char c : text.substr(0, max_boot_file)) clean += c > 0x20 && c < 0x7f ? c : '?';
  return clean;
}

std::string boot_file_of(const Message& reply) {
  const std::string_view option = reply.text(option::boot_file);
  return printable(option.empty() ? reply.file : option);
}

/// What a machine gets by it.
std::string gift_of(const Message& reply, const std::string& boot_file) {
  const bool has_address = !reply.yiaddr.is_unspecified();
  const std::string address = reply.yiaddr.to_string();
  if (boot_file.empty()) return has_address ? fmt::format("the address {}", address) : std::string("no address");
  return has_address ? fmt::format("the address {} and the boot file {}", address, boot_file)
                     : fmt::format("no address and the boot file {}", boot_file);
}

boot::ServerKind kind_of(const Message& reply, const std::string& boot_file) {
  if (reply.yiaddr.is_unspecified()) return boot::ServerKind::proxy;
  return boot_file.empty() ? boot::ServerKind::dhcp : boot::ServerKind::pxe;
}

/// What it does in one of its replies, it does.
boot::ServerKind joined(boot::ServerKind one, boot::ServerKind other) {
  using boot::ServerKind;
  if (one == other) return one;
  return ServerKind::pxe;  // any two of them together give addresses and boot files
}

boot::Event event_of(boot::EventKind kind, const boot::NetworkServer& server, std::string text) {
  std::vector<std::pair<std::string, std::string>> fields{{"server", server.address.to_string()},
                                                          {"server_mac", server.mac.to_string()},
                                                          {"kind", std::string(name_of(server.kind))},
                                                          {"boot_file", server.boot_file}};
  return boot::Event{0, {}, kind, std::nullopt, std::nullopt, std::move(text), std::move(fields)};
}

std::string introduction_of(const boot::NetworkServer& server, bool we_give_addresses) {
  const std::string complaint = complaint_of(server, we_give_addresses);
  if (!complaint.empty()) return complaint;
  return fmt::format("The DHCP server {} ({}) gives addresses here.", server.address.to_string(),
                     server.mac.to_string());
}

}  // namespace

Message OtherServers::make_probe(std::uint32_t xid) const {
  Message probe;
  probe.xid = xid;
  probe.flags = Message::broadcast_flag;
  probe.set_mac(settings_.interface_mac);
  probe.set_u8(option::message_type, static_cast<std::uint8_t>(MessageType::discover));
  probe.set(option::parameter_request_list, wishes);
  probe.set_text(option::vendor_class, "PXEClient:Arch:00007:UNDI:003016");
  probe.set(option::client_architecture, efi_x64);
  probe.set(option::client_interface, undi);
  return probe;
}

void OtherServers::note_netbooting(const MacAddress& mac, SteadyTime now) {
  if (netbooting_.size() >= max_netbooting)
    std::erase_if(netbooting_, [now](const auto& one) { return now - one.second > netboot_time; });
  if (netbooting_.size() >= max_netbooting) netbooting_.clear();  // a flood of made-up machines
  netbooting_.insert_or_assign(mac, now);
}

Actions OtherServers::on_reply(const Message& reply, const MacAddress& mac, Ipv4Address source, Moment now) {
  Actions out;
  const auto type = reply.type();
  if (reply.op != Message::boot_reply || (type != MessageType::offer && type != MessageType::ack)) return out;
  const Ipv4Address address = reply.find_address(option::server_id).value_or(source);
  if (address == settings_.network.address || mac == settings_.interface_mac || address.is_unspecified()) return out;
  const std::string boot_file = boot_file_of(reply);
  // An ACK to INFORM has no address either; only who says PXEClient, or names a file, is a proxy.
  if (reply.yiaddr.is_unspecified() && boot_file.empty() && !reply.find(option::vendor_class)) return out;
  learn(reply, mac, address, now, out);

  const auto netboots = netbooting_.find(reply.mac());
  if (netboots == netbooting_.end() || now.steady - netboots->second > netboot_time) return out;
  const auto server = servers_.find(address);
  if (server == servers_.end() || !client_events_.try_take(now.steady)) return out;
  const bool offer = type == MessageType::offer;
  const std::string whom = reply.mac().to_string(), gift = gift_of(reply, boot_file);
  boot::Event event = event_of(boot::EventKind::dhcp_other_offer, server->second,
                               offer ? fmt::format("The server {} offered {} {}.", address.to_string(), whom, gift)
                                     : fmt::format("The server {} gave {} {}.", address.to_string(), whom, gift));
  event.mac = reply.mac();
  if (!reply.yiaddr.is_unspecified()) event.address = reply.yiaddr;
  event.fields.emplace_back("type", offer ? "offer" : "ack");
  out.push_back(Publish{std::move(event)});
  return out;
}

void OtherServers::learn(const Message& reply, const MacAddress& mac, Ipv4Address address, Moment now, Actions& out) {
  const std::string boot_file = boot_file_of(reply);
  const boot::ServerKind kind = kind_of(reply, boot_file);
  const bool is_new = !servers_.contains(address);
  if (is_new && servers_.size() >= max_servers) return;
  boot::NetworkServer& server = servers_[address];
  const boot::ServerKind before = server.kind;
  if (is_new) server = {address, mac, kind, {}, now.wall, now.wall};
  server.kind = joined(server.kind, kind);
  server.mac = mac;
  server.last_seen = now.wall;
  if (!boot_file.empty()) server.boot_file = boot_file;  // it goes to those who netboot only: heard once, it counts
  if (!is_new && server.kind == before) return;
  out.push_back(Publish{event_of(boot::EventKind::dhcp_other_server, server,
                                 introduction_of(server, settings_.mode == Settings::Mode::server))});
}

std::vector<boot::NetworkServer> OtherServers::servers() const {
  std::vector<boot::NetworkServer> all;
  all.reserve(servers_.size());
  for (const auto& [address, server] : servers_) all.push_back(server);
  return all;
}

}  // namespace bootferry::dhcp
