// SPDX-License-Identifier: Apache-2.0
#include "http/listener.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.hpp"

namespace bootferry::http {
namespace {

constexpr int backlog = 1024;

[[noreturn]] void refuse(int code, const std::string& what) {
  throw boost::system::system_error(boost::system::error_code(code, boost::system::system_category()), what);
}

int open_socket(int family, const std::string& what) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) refuse(errno, what);
  return descriptor;
}

/// Before bind(). What is accepted inherits TCP_NODELAY.
void set_up(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path)
    refuse(ENAMETOOLONG, fmt::format("control socket {} (use a shorter --state-dir)", text));
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

bool somebody_answers(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return false;
  const bool connected =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
  ::close(probe);
  return connected;
}

void remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return;
  const std::string what = fmt::format("control socket {}", path.string());
  if (!S_ISSOCK(found.st_mode)) refuse(EEXIST, what + " (there is another file of this name; move it away)");
  if (somebody_answers(address)) refuse(EADDRINUSE, what + " (another Bootferry runs with this state directory)");
  ::unlink(path.c_str());
}

IpAddress address_of(const sockaddr_storage& raw) {
  if (raw.ss_family == AF_INET) return Ipv4Address{ntohl(reinterpret_cast<const sockaddr_in&>(raw).sin_addr.s_addr)};
  IpAddress::Octets octets{};
  std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in6&>(raw).sin6_addr, octets.size());
  return IpAddress(octets);
}

std::optional<IpAddress> local_address_of(int descriptor) {
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &size) != 0) return std::nullopt;
  return address_of(local);
}

/// The socket's mode already keeps others out; this holds if somebody widens it.
bool is_trusted(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  if (peer.uid == 0 || peer.uid == ::geteuid()) return true;
  log::warning("CONTROL_REFUSED", {{"uid", std::to_string(peer.uid)}});
  return false;
}

}  // namespace

Listener Listener::make_tcp(Ipv4Address address, std::uint16_t port) {
  const std::string what = fmt::format("HTTP port {}", port);
  Listener listener(open_socket(AF_INET, what), Door::lan);
  set_up(listener.descriptor_);
  if (address != Ipv4Address::any()) listener.local_ = address;
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(port);
  local.sin_addr.s_addr = htonl(address.value);
  if (::bind(listener.descriptor_, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) refuse(errno, what);
  if (::listen(listener.descriptor_, backlog) != 0) refuse(errno, what);
  return listener;
}

std::optional<Listener> Listener::make_tcp_ipv6(const std::string& interface, std::uint16_t port) {
  const std::string what = fmt::format("HTTP port {} over IPv6", port);
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) {
    if (errno == EAFNOSUPPORT) return std::nullopt;
    refuse(errno, what);
  }
  Listener listener(descriptor, Door::lan);
  set_up(descriptor);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  const auto name_size = static_cast<socklen_t>(interface.size());
  if (::setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), name_size) != 0) refuse(errno, what);
  sockaddr_in6 local{};
  local.sin6_family = AF_INET6;
  local.sin6_port = htons(port);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    if (errno == EADDRNOTAVAIL) return std::nullopt;  // switched off by sysctl
    refuse(errno, what);
  }
  if (::listen(descriptor, backlog) != 0) refuse(errno, what);
  return listener;
}

Listener Listener::make_control(const std::filesystem::path& path) {
  const std::string what = fmt::format("control socket {}", path.string());
  const sockaddr_un address = address_of(path);
  remove_stale(path, address);
  Listener listener(open_socket(AF_UNIX, what), Door::control);
  const mode_t before = ::umask(0077);  // never open to others, not even for a moment
  const int bound = ::bind(listener.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int code = errno;
  ::umask(before);
  if (bound != 0) refuse(code, what);
  if (::chmod(path.c_str(), 0600) != 0 || ::listen(listener.descriptor_, backlog) != 0) refuse(errno, what);
  return listener;
}

Listener::Listener(Listener&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), door_(other.door_), local_(other.local_) {}

Listener::~Listener() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<Listener::Accepted> Listener::try_accept(bool& failed) {
  for (;;) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int descriptor =
        ::accept4(descriptor_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      failed = errno != EAGAIN;
      return std::nullopt;
    }
    if (door_ == Door::control) {
      if (is_trusted(descriptor))
        return Accepted{descriptor, AF_UNIX, {Door::control, std::nullopt, std::nullopt, false}};
      ::close(descriptor);
      continue;
    }
    return Accepted{descriptor,
                    from.ss_family,
                    {Door::lan, address_of(from), local_ ? local_ : local_address_of(descriptor), false}};
  }
}

std::uint16_t Listener::port() const {
  sockaddr_in local{};
  socklen_t size = sizeof local;
  if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&local), &size) != 0 || local.sin_family != AF_INET)
    return 0;
  return ntohs(local.sin_port);
}

}  // namespace bootferry::http
