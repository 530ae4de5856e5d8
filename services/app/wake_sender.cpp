// SPDX-License-Identifier: Apache-2.0
#include "app/wake_sender.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "images/file_descriptor.hpp"

namespace bootferry::app {
namespace {

using images::FileDescriptor;

std::string words(const std::vector<std::string>& ways) {
  std::string text;
  for (std::size_t i = 0; i < ways.size(); ++i) text += (i == 0 ? "" : i + 1 == ways.size() ? " and " : ", ") + ways[i];
  return text;
}

}  // namespace

bool WakeSender::send_udp(ByteView packet, Ipv4Address to, bool on_lan) const {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  if (!socket || setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes) != 0) return false;
  // A network elsewhere is reached by the route to it.
  if (on_lan && setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, lan_.interface.c_str(),
                           static_cast<socklen_t>(lan_.interface.size())) != 0)
    return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(to.value);
  address.sin_port = htons(boot::wake_port);
  return sendto(socket.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == static_cast<ssize_t>(packet.size());
}

bool WakeSender::send_frame(ByteView packet, const MacAddress& mac) const {
  const FileDescriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return false;
  Bytes frame;
  ByteWriter writer(frame);
  writer.bytes(mac.octets);
  writer.bytes(lan_.mac.octets);
  writer.u16(boot::wake_ethertype);
  writer.bytes(packet);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(lan_.index);
  address.sll_halen = 6;
  std::ranges::copy(mac.octets, address.sll_addr);
  return sendto(socket.get(), frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == static_cast<ssize_t>(frame.size());
}

Result<std::string> WakeSender::wake(const MacAddress& mac, std::optional<Ipv4Address> broadcast) {
  const Bytes packet = boot::encode_magic_packet(mac);
  std::vector<std::string> ways;
  if (send_udp(packet, Ipv4Address::broadcast(), true)) ways.push_back("UDP broadcast on " + lan_.interface);
  const int why = errno;
  if (send_udp(packet, lan_.network.last(), true)) ways.push_back(lan_.network.last().to_string());
  if (send_frame(packet, mac)) ways.push_back("Ethernet frame");
  if (broadcast && send_udp(packet, *broadcast, false)) ways.push_back(broadcast->to_string());
  if (ways.empty()) {
    return fail(ErrorKind::io, fmt::format("No magic packet could be sent on {}: {}. Is the cable plugged in?",
                                           lan_.interface, std::strerror(why)));
  }
  const std::string where = words(ways);
  boot::Event event;
  event.kind = boot::EventKind::wake_sent;
  event.mac = mac;
  event.text = fmt::format("PC {} was sent the magic packet that switches it on: {}", mac.to_string(), where);
  bus_.publish(std::move(event));
  return where;
}

}  // namespace bootferry::app
