// SPDX-License-Identifier: Apache-2.0
#include "tftp/server_socket.hpp"

#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cstring>

#include "tftp/codec.hpp"

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

/// Both fill in everything but the bytes, and answer as recv() does.
ssize_t receive_with_arrival(int descriptor, MutableByteView buffer, Datagram& got) {
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
  const ssize_t count = ::recvmsg(descriptor, &message, MSG_DONTWAIT);
  if (count >= 0) got.from = from_sockaddr(from), got.local = local_address(message);
  return count;
}

ssize_t receive_plainly(int descriptor, MutableByteView buffer, Datagram& got) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const ssize_t count =
      ::recvfrom(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
  if (count >= 0) got.from = from_sockaddr(from);
  return count;
}

[[noreturn]] void refuse(int code) { throw boost::system::system_error(code, boost::system::system_category()); }

void set_option(int descriptor, int level, int name, const void* value, std::size_t size) {
  if (::setsockopt(descriptor, level, name, value, static_cast<socklen_t>(size)) != 0) refuse(errno);
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

UdpSocket UdpSocket::open(Endpoint local, const std::string& interface, Arrival arrival) {
  const bool v4 = local.address.is_ipv4();
  UdpSocket socket(::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), arrival);
  const int made = socket.descriptor_;
  if (made < 0) refuse(errno);
  const int on = 1, send_buffer = 512 * 1024;
  if (!v4) set_option(made, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (arrival == Arrival::told)
    set_option(made, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &on, sizeof on);
  if (!interface.empty()) set_option(made, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), interface.size());
  (void)::setsockopt(made, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  const RawAddress raw(local);
  if (::bind(made, raw.get(), raw.size) != 0) refuse(errno);
  return socket;
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

std::optional<Datagram> try_receive(const UdpSocket& socket, MutableByteView buffer) {
  const auto receive = socket.arrival() == UdpSocket::Arrival::told ? receive_with_arrival : receive_plainly;
  // An ICMP error of an earlier send is reported once, in place of a datagram: try a few times.
  for (int attempt = 0; attempt < 8; ++attempt) {
    Datagram got;
    const ssize_t count = receive(socket.descriptor(), buffer, got);
    if (count >= 0) {
      got.bytes = buffer.first(static_cast<std::size_t>(count));
      return got;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
  }
  return std::nullopt;
}

void try_send(const UdpSocket& socket, Endpoint to, ByteView bytes) {
  const RawAddress raw(to);
  (void)::sendto(socket.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT, raw.get(), raw.size);
}

void WindowSender::add(std::uint16_t block, ByteView payload) {
  headers_[count_] = encode_data_header(block);
  payloads_[count_] = payload;
  if (++count_ == batch) flush();
}

void WindowSender::flush() {
  if (count_ == 0) return;
  if (count_ == 1) {
    count_ = 0;
    return send_alone(headers_[0], payloads_[0]);
  }
  std::array<iovec, 2 * batch> parts;
  for (std::size_t i = 0; i < count_; ++i) {
    parts[2 * i] = {headers_[i].data(), headers_[i].size()};
    parts[2 * i + 1] = {const_cast<std::uint8_t*>(payloads_[i].data()), payloads_[i].size()};
  }
  if (!try_send_as_one(parts)) send_each(parts);
  count_ = 0;
}

/// Lock-step: a copy of a frame's bytes is cheaper than the kernel's reading of a vector.
void WindowSender::send_alone(ByteView header, ByteView payload) {
  std::array<std::uint8_t, 2048> packet;
  if (header.size() + payload.size() > packet.size()) {
    std::array<iovec, 2> parts{iovec{const_cast<std::uint8_t*>(header.data()), header.size()},
                               iovec{const_cast<std::uint8_t*>(payload.data()), payload.size()}};
    msghdr message{};
    message.msg_name = to_.get();
    message.msg_namelen = to_.size;
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    (void)::sendmsg(socket_.descriptor(), &message, MSG_DONTWAIT);
    return;
  }
  const auto end = std::copy(payload.begin(), payload.end(), std::copy(header.begin(), header.end(), packet.begin()));
  (void)::sendto(socket_.descriptor(), packet.data(), static_cast<std::size_t>(end - packet.begin()), MSG_DONTWAIT,
                 to_.get(), to_.size);
}

bool WindowSender::try_send_as_one(std::span<iovec> parts) {
  const std::size_t packet = data_header_size + payloads_[0].size();
  // The kernel cuts one large datagram into equal ones, the last of which may be shorter (udp(7), UDP_SEGMENT).
  if (packet * count_ > max_datagram) return false;
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint16_t))> control{};
  msghdr message{};
  message.msg_name = to_.get();
  message.msg_namelen = to_.size;
  message.msg_iov = parts.data();
  message.msg_iovlen = 2 * count_;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_UDP;
  part->cmsg_type = UDP_SEGMENT;
  part->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto segment = static_cast<std::uint16_t>(packet);
  std::memcpy(CMSG_DATA(part), &segment, sizeof segment);
  // What the kernel cannot cut (blocks larger than the link's frames, a card without checksums) is sent one by one.
  return ::sendmsg(socket_.descriptor(), &message, MSG_DONTWAIT) >= 0 || errno == EAGAIN;
}

void WindowSender::send_each(std::span<iovec> parts) {
  std::array<mmsghdr, batch> messages;
  for (std::size_t i = 0; i < count_; ++i) {
    messages[i] = {};
    messages[i].msg_hdr.msg_name = to_.get();
    messages[i].msg_hdr.msg_namelen = to_.size;
    messages[i].msg_hdr.msg_iov = &parts[2 * i];
    messages[i].msg_hdr.msg_iovlen = 2;
  }
  for (std::size_t sent = 0; sent < count_;) {
    const int count =
        ::sendmmsg(socket_.descriptor(), &messages[sent], static_cast<unsigned>(count_ - sent), MSG_DONTWAIT);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
}

}  // namespace bootferry::tftp
