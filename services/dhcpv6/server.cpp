// SPDX-License-Identifier: Apache-2.0
#include "dhcpv6/server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "dhcpv6/codec.hpp"
#include "dhcpv6/relay.hpp"

namespace bootferry::dhcpv6 {
namespace {

namespace asio = boost::asio;

// RFC 8415 7.1: clients send to the first, relays that know no server's address to the second.
constexpr const char* multicast_groups[] = {"ff02::1:2", "ff05::1:3"};

constexpr std::string_view link_local_prefix = "fe80:";

/// EDK II opens the port where it hears only after it has asked at 4011, and it asks once: an answer that came too
/// early is lost, so it comes again.
constexpr std::array<Duration, 3> again_after{std::chrono::milliseconds(100), std::chrono::milliseconds(500),
                                              std::chrono::milliseconds(2000)};
constexpr std::size_t most_repeated = 64;  // answers at a time; the others are sent once

template <class Value>
void set_option(int fd, int level, int name, const Value& value, const std::string& what) {
  if (::setsockopt(fd, level, name, &value, sizeof(value)) != 0)
    throw boost::system::system_error(errno, boost::system::system_category(), what);
}

std::string name_of_port(std::uint16_t port, const std::string& interface) {
  return fmt::format("UDP port {} (DHCPv6) on {}", port, interface);
}

std::string text_of_address(const in6_addr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET6, &address, text.data(), text.size()) ? text.data() : "";
}

/// Ours on the interface: a global or unique local one, else the link-local one; empty without IPv6.
std::string find_server_address(const std::string& interface) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return {};
  std::string best;
  for (const ifaddrs* one = all; one; one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET6 || interface != one->ifa_name) continue;
    sockaddr_in6 address;
    std::memcpy(&address, one->ifa_addr, sizeof(address));
    const bool link_local = IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr);
    if (best.empty() || !link_local) best = text_of_address(address.sin6_addr);
    if (!link_local) break;
  }
  ::freeifaddrs(all);
  return best;
}

}  // namespace

/// Kept alive by its own pending operations, so that a server may go away while they end.
class Server::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::any_io_executor executor, Settings settings, Dependencies deps)
      : executor_(std::move(executor)),
        settings_(settings),
        deps_(deps),
        responder_(std::move(settings), deps.registry) {}

  void open();
  void start() {
    wait(*at_server_port_);
    wait(*at_boot_server_port_);
  }
  void stop();

 private:
  static constexpr int datagrams_a_turn = 64;
  using Socket = asio::posix::stream_descriptor;

  [[nodiscard]] std::unique_ptr<Socket> open_port(std::uint16_t port);
  void wait(Socket& socket);
  /// False when none waits.
  bool receive(Socket& socket);
  void answer(const Relayed& relayed, sockaddr_in6 relay);
  /// The responder's answer; its events and what it has seen are told.
  [[nodiscard]] std::optional<Message> think(const Message& message, const Origin& origin, const std::string& ours);
  /// To the port that it came from, from the address that it was sent to, `again_after[next]` from now and later.
  void repeat(Bytes bytes, const sockaddr_in6& to, const in6_pktinfo& from, std::size_t next = 0);
  /// From one of our addresses, or from the one that leads there.
  void send(Socket& socket, ByteView bytes, const sockaddr_in6& to, const in6_pktinfo* from = nullptr);

  asio::any_io_executor executor_;
  Settings settings_;
  Dependencies deps_;
  Responder responder_;
  std::unique_ptr<Socket> at_server_port_, at_boot_server_port_;
  RateLimit warnings_{20, 1};
  std::size_t repeated_ = 0;
  bool stopped_ = false;
  std::array<std::uint8_t, 2048> buffer_{};
};

std::unique_ptr<Server::Core::Socket> Server::Core::open_port(std::uint16_t port) {
  const std::string name = name_of_port(port, settings_.interface);
  const int fd = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw boost::system::system_error(errno, boost::system::system_category(), name);
  auto socket = std::make_unique<Socket>(executor_, fd);
  set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1, name);
  set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, name);
  if (::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, settings_.interface.c_str(),
                   static_cast<socklen_t>(settings_.interface.size())) != 0)
    throw boost::system::system_error(errno, boost::system::system_category(), name);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw boost::system::system_error(errno, boost::system::system_category(), name);
  return socket;
}

void Server::Core::open() {
  at_server_port_ = open_port(settings_.server_port);
  at_boot_server_port_ = open_port(settings_.boot_server_port);
  for (const char* group_address : multicast_groups) {
    ipv6_mreq group{};
    group.ipv6mr_interface = settings_.interface_index;
    inet_pton(AF_INET6, group_address, &group.ipv6mr_multiaddr);
    set_option(at_server_port_->native_handle(), IPPROTO_IPV6, IPV6_JOIN_GROUP, group,
               name_of_port(settings_.server_port, settings_.interface));
  }
}

void Server::Core::stop() {
  if (std::exchange(stopped_, true)) return;
  boost::system::error_code ignored;
  for (const auto& socket : {at_server_port_.get(), at_boot_server_port_.get()}) {
    if (socket) socket->close(ignored);
  }
}

void Server::Core::wait(Socket& socket) {
  if (stopped_) return;
  socket.async_wait(Socket::wait_read, [self = shared_from_this(), &socket](const boost::system::error_code& error) {
    if (error || self->stopped_) return;
    for (int i = 0; i < datagrams_a_turn && self->receive(socket); ++i) {
    }
    self->wait(socket);
  });
}

bool Server::Core::receive(Socket& socket) {
  sockaddr_in6 source{};
  iovec piece{buffer_.data(), buffer_.size()};
  alignas(cmsghdr) std::array<char, 128> control{};
  msghdr header{};
  header.msg_name = &source;
  header.msg_namelen = sizeof(source);
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(socket.native_handle(), &header, MSG_DONTWAIT);
  if (size < 0) return errno == EINTR;
  if ((header.msg_flags & MSG_TRUNC) != 0) return true;
  in6_pktinfo ours{};
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level != IPPROTO_IPV6 || item->cmsg_type != IPV6_PKTINFO) continue;
    std::memcpy(&ours, CMSG_DATA(item), sizeof(ours));
  }
  const bool multicast = IN6_IS_ADDR_MULTICAST(&ours.ipi6_addr);
  const ByteView datagram = ByteView(buffer_).first(static_cast<std::size_t>(size));
  if (is_relayed(datagram)) {
    if (auto relayed = decode_relayed(datagram)) answer(*relayed, source);
  } else if (const auto message = decode(datagram)) {
    const bool at_boot_server_port = &socket == at_boot_server_port_.get();
    Origin origin{{}, multicast, at_boot_server_port, std::nullopt};
    std::memcpy(origin.source.data(), &source.sin6_addr, origin.source.size());
    const bool reached = !multicast && !IN6_IS_ADDR_LINKLOCAL(&ours.ipi6_addr);
    const auto reply =
        think(*message, origin, reached ? text_of_address(ours.ipi6_addr) : find_server_address(settings_.interface));
    if (!reply) return true;
    send(socket, encode(*reply), source, multicast ? nullptr : &ours);
    if (at_boot_server_port && repeated_ < most_repeated) {
      ++repeated_;
      repeat(encode(*reply), source, ours);
    }
  }
  return true;
}

/// RFC 8415 19.3: by the way that it came.
void Server::Core::answer(const Relayed& relayed, sockaddr_in6 relay) {
  const std::string ours = find_server_address(settings_.interface);
  if (ours.starts_with(link_local_prefix)) {
    if (warnings_.try_take(deps_.clock.now()))
      log::warning("DHCPV6_NO_ADDRESS",
                   {{"interface", settings_.interface},
                    {"why", "a machine behind a relay cannot reach a link-local address; give the interface another"}});
    return;
  }
  const auto reply = think(relayed.message, {relayed.client(), true, false, relayed.mac}, ours);
  if (!reply) return;
  if (!relayed.wants_source_port()) relay.sin6_port = htons(settings_.server_port);
  send(*at_server_port_, encode_relayed(*reply, relayed.layers), relay);
}

std::optional<Message> Server::Core::think(const Message& message, const Origin& origin, const std::string& ours) {
  if (ours.empty()) return std::nullopt;
  Answer answer = responder_.on_message(message, origin, ours, deps_.clock.now());
  if (answer.seen) deps_.registry.note_seen(*answer.seen);
  for (boot::Event& event : answer.events) deps_.events.publish(std::move(event));
  return std::move(answer.reply);
}

void Server::Core::repeat(Bytes bytes, const sockaddr_in6& to, const in6_pktinfo& from, std::size_t next) {
  auto timer = std::make_shared<asio::steady_timer>(
      executor_, again_after[next] - (next > 0 ? again_after[next - 1] : Duration{}));
  timer->async_wait([self = shared_from_this(), timer, bytes = std::move(bytes), to, from,
                     next](const boost::system::error_code& error) mutable {
    if (error || self->stopped_) return;
    self->send(*self->at_boot_server_port_, bytes, to, &from);
    if (next + 1 < again_after.size()) return self->repeat(std::move(bytes), to, from, next + 1);
    --self->repeated_;
  });
}

void Server::Core::send(Socket& socket, ByteView bytes, const sockaddr_in6& to, const in6_pktinfo* from) {
  iovec piece{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
  msghdr header{};
  header.msg_name = const_cast<sockaddr_in6*>(&to);
  header.msg_namelen = sizeof(to);
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  if (from) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* item = CMSG_FIRSTHDR(&header);
    item->cmsg_level = IPPROTO_IPV6;
    item->cmsg_type = IPV6_PKTINFO;
    item->cmsg_len = CMSG_LEN(sizeof(*from));
    std::memcpy(CMSG_DATA(item), from, sizeof(*from));
  }
  if (::sendmsg(socket.native_handle(), &header, MSG_DONTWAIT) < 0 && warnings_.try_take(deps_.clock.now()))
    log::warning("DHCPV6_SEND_FAILED", {{"interface", settings_.interface}, {"reason", std::strerror(errno)}});
}

Server::Server(asio::any_io_executor executor, Settings settings, Dependencies dependencies)
    : core_(std::make_shared<Core>(std::move(executor), std::move(settings), dependencies)) {}

Server::~Server() { stop(); }
void Server::open() { core_->open(); }
void Server::start() { core_->start(); }
void Server::stop() { core_->stop(); }

}  // namespace bootferry::dhcpv6
