// SPDX-License-Identifier: Apache-2.0
#include "dhcp/server_sockets.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>

namespace bootferry::dhcp {
namespace {

[[noreturn]] void throw_errno(int error, const std::string& what) {
  throw boost::system::system_error(error, boost::system::system_category(), what);
}

template <class Value>
bool set_option(int fd, int level, int name, const Value& value) {
  return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

Error send_error(const std::string& to) {
  const int error = errno;
  return {ErrorKind::io, fmt::format("Sending to {} failed: {}.", to, std::strerror(error))};
}

/// Made without a protocol, so that nothing is heard before the filter stands. `interface`: 0 is all.
Descriptor open_packet_socket(unsigned interface, std::uint16_t ethertype, std::span<sock_filter> filter) {
  Descriptor fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return fd;
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ethertype);
  address.sll_ifindex = static_cast<int>(interface);
  if (!set_option(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, program) ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return {};
  }
  return fd;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Descriptor open_udp_socket(const Settings& settings, std::uint16_t port, const char* what) {
  const std::string name = fmt::format("UDP port {} ({}) on {}", port, what, settings.interface);
  Descriptor fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) throw_errno(errno, name);
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, settings.interface.c_str(),
                   static_cast<socklen_t>(settings.interface.size())) != 0) {
    throw_errno(errno, name);
  }
  // No SO_REUSEADDR: with it a second DHCP server on the same port would silently take every other packet.
  if (!set_option(fd.get(), SOL_SOCKET, SO_BROADCAST, 1) || !set_option(fd.get(), IPPROTO_IP, IP_PKTINFO, 1))
    throw_errno(errno, name);
  (void)set_option(fd.get(), SOL_SOCKET, SO_RCVBUF, 1 << 20);  // a room full of machines switched on at once
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) throw_errno(errno, name);
  return fd;
}

Descriptor open_arp_socket(const Settings& settings) {
  std::array<sock_filter, 4> replies{{
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),        // the operation
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1),  // a reply?
      BPF_STMT(BPF_RET | BPF_K, 64),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  return open_packet_socket(settings.interface_index, ETH_P_ARP, replies);
}

Descriptor open_solicitation_socket(const Settings& settings) {
  std::array<sock_filter, 6> solicitations{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),          // the next header
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 58, 0, 3),   // ICMPv6?
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 54),          // its type
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 133, 0, 1),  // Router Solicitation?
      BPF_STMT(BPF_RET | BPF_K, 512),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  Descriptor fd = open_packet_socket(settings.interface_index, ETH_P_IPV6, solicitations);
  if (!fd.is_open()) return fd;
  packet_mreq all_routers{};  // ff02::2 as a MAC: the NIC lets it through
  all_routers.mr_ifindex = static_cast<int>(settings.interface_index);
  all_routers.mr_type = PACKET_MR_MULTICAST;
  all_routers.mr_alen = 6;
  const std::array<std::uint8_t, 6> mac{0x33, 0x33, 0, 0, 0, 2};
  std::copy(mac.begin(), mac.end(), all_routers.mr_address);
  (void)set_option(fd.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, all_routers);
  return fd;
}

Descriptor open_reply_socket(const Settings& settings) {
  std::array<sock_filter, 13> replies{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),              // the protocol
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 17, 0, 10),      // UDP?
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),              // flags and fragment offset
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 8, 0),  // a later fragment has no ports
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),             // X: the length of the IP header
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),              // the destination port
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 1, 0),       // a DHCP client?
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4011, 0, 4),     // a UEFI that asked a boot server?
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 14),              // the source port
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 67, 1, 0),       // a DHCP server?
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4011, 0, 1),     // a boot server?
      BPF_STMT(BPF_RET | BPF_K, 2048),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  return open_packet_socket(settings.interface_index, ETH_P_IP, replies);
}

Descriptor open_elsewhere_socket(const Settings& settings) {
  constexpr auto about = [](int what) { return static_cast<std::uint32_t>(SKF_AD_OFF + what); };  // the packet
  std::array<sock_filter, 15> requests{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, about(SKF_AD_IFINDEX)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, settings.interface_index, 12, 0),  // ours?
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, about(SKF_AD_HATYPE)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_ETHER, 0, 10),  // as its header is read below?
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, about(SKF_AD_PKTTYPE)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 8, 0),  // does this machine ask itself?
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),                      // the protocol
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 17, 0, 6),               // UDP?
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),                      // flags and fragment offset
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),          // a later fragment has no ports
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),                     // X: the length of the IP header
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),                      // the destination port
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, settings.server_port, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 2048),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  return open_packet_socket(0, ETH_P_IP, requests);
}

std::optional<Datagram> try_receive(int fd, const Settings& settings, MutableByteView buffer) {
  for (;;) {
    sockaddr_in source{};
    iovec piece{buffer.data(), buffer.size()};
    alignas(cmsghdr) std::array<char, 128> control{};
    msghdr header{};
    header.msg_name = &source;
    header.msg_namelen = sizeof(source);
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(fd, &header, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return std::nullopt;
    if (size < 0 && errno != EINTR && errno != ECONNREFUSED && errno != EHOSTUNREACH && errno != ENETUNREACH)
      return std::nullopt;
    if (size < 0 || (header.msg_flags & MSG_TRUNC) != 0) continue;

    Datagram datagram;
    datagram.payload = ByteView(buffer).first(static_cast<std::size_t>(size));
    datagram.from.source = {ntohl(source.sin_addr.s_addr)};
    datagram.from.source_port = ntohs(source.sin_port);
    for (cmsghdr* item = CMSG_FIRSTHDR(&header); item; item = CMSG_NXTHDR(&header, item)) {
      if (item->cmsg_level != IPPROTO_IP || item->cmsg_type != IP_PKTINFO) continue;
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(item), sizeof(info));
      datagram.from.unicast = ntohl(info.ipi_addr.s_addr) == settings.network.address.value;
    }
    return datagram;
  }
}

std::optional<ByteView> try_receive_frame(int fd, MutableByteView buffer) {
  for (;;) {
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    return ByteView(buffer).first(static_cast<std::size_t>(size));
  }
}

std::optional<ForeignFrame> try_receive_elsewhere(int fd, MutableByteView buffer) {
  for (;;) {
    sockaddr_ll from{};
    socklen_t length = sizeof(from);
    const ssize_t size =
        ::recvfrom(fd, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    char name[IF_NAMESIZE] = {};
    if (!if_indextoname(static_cast<unsigned>(from.sll_ifindex), name)) continue;  // it is gone
    return ForeignFrame{ByteView(buffer).first(static_cast<std::size_t>(size)), name};
  }
}

Result<void> SocketTransport::send_udp(Port from, Ipv4Address to, std::uint16_t port, ByteView payload) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(to.value);
  iovec piece{const_cast<std::uint8_t*>(payload.data()), payload.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
  msghdr header{};
  header.msg_name = &address;
  header.msg_namelen = sizeof(address);
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  // The reply comes from the address in its option 54, whatever other addresses the interface has.
  cmsghdr* item = CMSG_FIRSTHDR(&header);
  item->cmsg_level = IPPROTO_IP;
  item->cmsg_type = IP_PKTINFO;
  item->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
  in_pktinfo info{};
  info.ipi_ifindex = static_cast<int>(settings_.interface_index);
  info.ipi_spec_dst.s_addr = htonl(settings_.network.address.value);
  std::memcpy(CMSG_DATA(item), &info, sizeof(info));
  if (::sendmsg(from == Port::pxe ? pxe_fd_ : server_fd_, &header, MSG_DONTWAIT) >= 0) return {};
  return std::unexpected(send_error(to.to_string()));
}

Result<void> SocketTransport::send_frame(ByteView frame) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(settings_.interface_index);
  address.sll_halen = 6;
  std::copy_n(frame.begin(), 6, address.sll_addr);
  if (::sendto(frame_fd_, frame.data(), frame.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&address),
               sizeof(address)) >= 0)
    return {};
  return std::unexpected(send_error(MacAddress::from(frame.first(6)).to_string()));
}

}  // namespace bootferry::dhcp
