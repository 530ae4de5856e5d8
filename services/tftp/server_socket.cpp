// SPDX-License-Identifier: Apache-2.0
#include "tftp/server_socket.hpp"

#include <sys/socket.h>

#include <boost/system/system_error.hpp>
#include <cstring>

#include "tftp/codec.hpp"

namespace bootferry::tftp {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

sockaddr_in to_sockaddr(Endpoint endpoint) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_addr.s_addr = htonl(endpoint.address.value);
  raw.sin_port = htons(endpoint.port);
  return raw;
}

Ipv4Address local_address(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_PKTINFO) continue;
    in_pktinfo info;
    std::memcpy(&info, CMSG_DATA(part), sizeof info);
    return {ntohl(info.ipi_spec_dst.s_addr)};
  }
  return {};
}

void set_option(udp::socket& socket, int level, int name, const void* value, socklen_t size) {
  if (::setsockopt(socket.native_handle(), level, name, value, size) != 0) {
    throw boost::system::system_error(errno, boost::system::system_category());
  }
}

}  // namespace

udp::socket open_socket(asio::any_io_executor executor, Endpoint local, const std::string& interface) {
  udp::socket socket(executor, udp::v4());
  socket.non_blocking(true);
  const int on = 1;
  set_option(socket, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  if (!interface.empty())
    set_option(socket, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), static_cast<socklen_t>(interface.size()));
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::send_buffer_size(512 * 1024), ignored);
  socket.bind({asio::ip::address_v4(local.address.value), local.port});
  return socket;
}

std::optional<Datagram> try_receive(udp::socket& socket, MutableByteView buffer) {
  sockaddr_in from{};
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<std::uint8_t, 128> control;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  // An ICMP error of an earlier send is reported once, in place of a datagram: try a few times.
  for (int attempt = 0; attempt < 8; ++attempt) {
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket.native_handle(), &message, MSG_DONTWAIT);
    if (count >= 0) {
      const Endpoint sender{{ntohl(from.sin_addr.s_addr)}, ntohs(from.sin_port)};
      return Datagram{buffer.first(static_cast<std::size_t>(count)), sender, local_address(message)};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
  }
  return std::nullopt;
}

void try_send(udp::socket& socket, Endpoint to, ByteView bytes) {
  const sockaddr_in raw = to_sockaddr(to);
  (void)::sendto(socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

WindowSender::WindowSender(udp::socket& socket, Endpoint to) : socket_(socket), to_(to_sockaddr(to)) {}

void WindowSender::add(std::uint16_t block, ByteView payload) {
  headers_[count_] = encode_data_header(block);
  payloads_[count_] = payload;
  if (++count_ == batch) flush();
}

void WindowSender::flush() {
  std::array<iovec, 2 * batch> parts;
  std::array<mmsghdr, batch> messages{};
  for (std::size_t i = 0; i < count_; ++i) {
    parts[2 * i] = {headers_[i].data(), headers_[i].size()};
    parts[2 * i + 1] = {const_cast<std::uint8_t*>(payloads_[i].data()), payloads_[i].size()};
    messages[i].msg_hdr.msg_name = &to_;
    messages[i].msg_hdr.msg_namelen = sizeof to_;
    messages[i].msg_hdr.msg_iov = &parts[2 * i];
    messages[i].msg_hdr.msg_iovlen = 2;
  }
  for (std::size_t sent = 0; sent < count_;) {
    const int count =
        ::sendmmsg(socket_.native_handle(), &messages[sent], static_cast<unsigned>(count_ - sent), MSG_DONTWAIT);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  count_ = 0;
}

}  // namespace bootferry::tftp
