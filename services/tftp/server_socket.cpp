// SPDX-License-Identifier: Apache-2.0
#include "tftp/server_socket.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>

namespace bootferry::tftp {
namespace {

Endpoint from_sockaddr(const sockaddr_storage& raw) {
  if (raw.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(raw);
    return {Ipv4Address{ntohl(v4.sin_addr.s_addr)}, ntohs(v4.sin_port)};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(raw);
  IpAddress::Octets octets{};
  std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
  return {IpAddress(octets), ntohs(v6.sin6_port)};
}

IpAddress local_address(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      return Ipv4Address{ntohl(info.ipi_spec_dst.s_addr)};
    }
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      IpAddress::Octets octets{};
      std::memcpy(octets.data(), &info.ipi6_addr, octets.size());
      return IpAddress(octets);
    }
  }
  return {};
}

[[noreturn]] void refuse(int code) { throw boost::system::system_error(code, boost::system::system_category()); }

/// An ICMP error of an earlier packet is reported once, in place of what was asked for: asked again, a few times.
template <typename Call>
ssize_t after_icmp_errors(Call call) {
  ssize_t answer = call();
  for (int attempt = 1; answer < 0 && errno == ECONNREFUSED && attempt < 8; ++attempt) answer = call();
  return answer;
}

}  // namespace

RawAddress::RawAddress(Endpoint endpoint) {
  if (const auto v4 = endpoint.address.find_ipv4()) {
    auto& raw = reinterpret_cast<sockaddr_in&>(storage);
    raw.sin_family = AF_INET;
    raw.sin_addr.s_addr = htonl(v4->value);
    raw.sin_port = htons(endpoint.port);
    size = sizeof raw;
    return;
  }
  // A link-local address needs no zone here: the socket is bound to its interface.
  auto& raw = reinterpret_cast<sockaddr_in6&>(storage);
  raw.sin6_family = AF_INET6;
  std::memcpy(&raw.sin6_addr, endpoint.address.octets().data(), sizeof raw.sin6_addr);
  raw.sin6_port = htons(endpoint.port);
  size = sizeof raw;
}

UdpSocket UdpSocket::make(const IpAddress& local, const std::string& interface) {
  UdpSocket made(::socket(local.is_ipv4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.descriptor_ < 0) refuse(errno);
  if (!local.is_ipv4()) made.set(IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (!interface.empty() && ::setsockopt(made.descriptor_, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                                         static_cast<socklen_t>(interface.size())) != 0)
    refuse(errno);
  constexpr int send_buffer = 512 * 1024;
  (void)::setsockopt(made.descriptor_, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  return made;
}

void UdpSocket::set(int level, int name, int value) {
  if (::setsockopt(descriptor_, level, name, &value, sizeof value) != 0) refuse(errno);
}

void UdpSocket::bind(Endpoint local) {
  const RawAddress raw(local);
  if (::bind(descriptor_, raw.get(), raw.size) != 0) refuse(errno);
}

void UdpSocket::connect(Endpoint peer) {
  const RawAddress raw(peer);
  if (::connect(descriptor_, raw.get(), raw.size) != 0) refuse(errno);
}

UdpSocket UdpSocket::open_door(Endpoint local, const std::string& interface) {
  UdpSocket door = make(local.address, interface);
  if (local.address.is_ipv4()) {
    door.set(IPPROTO_IP, IP_PKTINFO, 1);
  } else {
    door.set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
  door.bind(local);
  return door;
}

std::uint16_t UdpSocket::port() const {
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&local), &size) != 0) return 0;
  return from_sockaddr(local).port;
}

void UdpSocket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

/// Only while the second one is bound may the port be shared: sockets that may are given each other's "free" ports.
DownloadPort::DownloadPort(const IpAddress& local, const std::string& interface, Endpoint client)
    : strangers(UdpSocket::make(local, interface)), own(UdpSocket::make(local, interface)) {
  strangers.bind({local, 0});
  for (UdpSocket* socket : {&strangers, &own}) socket->set(SOL_SOCKET, SO_REUSEADDR, 1);
  own.bind({local, strangers.port()});
  own.connect(client);
  for (UdpSocket* socket : {&strangers, &own}) socket->set(SOL_SOCKET, SO_REUSEADDR, 0);
}

std::optional<Datagram> try_receive(const UdpSocket& socket, MutableByteView buffer) {
  sockaddr_storage from{};
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<std::uint8_t, 128> control;
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t count = ::recvmsg(socket.descriptor(), &message, MSG_DONTWAIT);
  if (count < 0) return std::nullopt;
  return Datagram{buffer.first(static_cast<std::size_t>(count)), from_sockaddr(from), local_address(message)};
}

void try_send(const UdpSocket& socket, Endpoint to, ByteView bytes) {
  const RawAddress raw(to);
  (void)::sendto(socket.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT, raw.get(), raw.size);
}

std::optional<ByteView> try_receive(const DownloadPort& port, MutableByteView buffer) {
  const ssize_t count =
      after_icmp_errors([&] { return ::recv(port.own.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT); });
  if (count < 0) return std::nullopt;
  return buffer.first(static_cast<std::size_t>(count));
}

void try_send(const DownloadPort& port, ByteView bytes) {
  (void)after_icmp_errors([&] { return ::send(port.own.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT); });
}

}  // namespace bootferry::tftp
