// SPDX-License-Identifier: Apache-2.0
#include "app/check_probes.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "base/bytes.hpp"
#include "images/file_descriptor.hpp"
#include "tftp/codec.hpp"

namespace bootferry::app {
namespace {

using images::FileDescriptor;
constexpr timeval patience{3, 0};
constexpr std::size_t most_head = 8192;
constexpr std::uint64_t longest_file = 64u << 20;

sockaddr_in to_sockaddr(Ipv4Address address, std::uint16_t port) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_addr.s_addr = htonl(address.value);
  raw.sin_port = htons(port);
  return raw;
}

FileDescriptor open_socket(int type, int family = AF_INET) {
  FileDescriptor socket(::socket(family, type | SOCK_CLOEXEC, 0));
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);  // of connect() too
  return socket;
}

std::unexpected<Error> failed(std::string_view what) {
  const char* why = errno == EAGAIN || errno == EINPROGRESS ? "no answer within 3 seconds" : std::strerror(errno);
  return fail(ErrorKind::io, fmt::format("{}: {}", what, why));
}

/// `address` is IPv4 or IPv6, with its link ("fe80::1%eth0") where it is a link-local one.
Result<FileDescriptor> dial(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found); code != 0)
    return fail(ErrorKind::invalid, fmt::format("{}: {}", address, gai_strerror(code)));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> to(found, freeaddrinfo);
  FileDescriptor socket = open_socket(SOCK_STREAM, to->ai_family);
  if (!socket || connect(socket.get(), to->ai_addr, to->ai_addrlen) != 0)
    return failed(fmt::format("TCP port {}", port));
  return socket;
}

Result<std::string> exchange(const FileDescriptor& socket, ByteView request, std::size_t least) {
  if (send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return failed("sending");
  std::string answer;
  std::array<char, most_head> chunk;
  while (answer.size() < least) {
    const ssize_t got = recv(socket.get(), chunk.data(), chunk.size(), 0);
    if (got < 0) return failed("receiving");
    if (got == 0) break;
    answer.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return answer;
}

std::string_view header_of(std::string_view head, std::string_view name) {
  const std::size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + name.size());
  return rest.substr(0, rest.find("\r\n"));
}

template <class Number>
Number number_of(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// One packet of the transfer, from whatever port the server chose.
Result<std::size_t> receive_from(const FileDescriptor& socket, MutableByteView buffer, sockaddr_in& from) {
  socklen_t size = sizeof from;
  const ssize_t got =
      recvfrom(socket.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
  if (got < 0) return failed("TFTP");
  return static_cast<std::size_t>(got);
}

}  // namespace

Result<HttpHead> probe_http(Ipv4Address address, std::uint16_t port, const std::string& path) {
  const auto socket = dial(address.to_string(), port);
  if (!socket) return std::unexpected(socket.error());
  // HEAD, as UEFI HTTP boot begins: it tells nobody that a machine boots.
  const std::string request =
      fmt::format("HEAD {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path, address.to_string());
  const auto head = exchange(*socket, bytes_of(request), most_head);
  if (!head) return std::unexpected(head.error());
  if (!head->starts_with("HTTP/1.1 "))
    return fail(ErrorKind::invalid, fmt::format("what answers on TCP port {} is no HTTP server", port));
  return HttpHead{number_of<unsigned>(std::string_view(*head).substr(9, 3)),
                  number_of<std::uint64_t>(header_of(*head, "Content-Length: "))};
}

Result<std::uint64_t> probe_tftp(Ipv4Address address, std::uint16_t port, const std::string& file) {
  const FileDescriptor socket = open_socket(SOCK_DGRAM);
  sockaddr_in peer = to_sockaddr(address, port);
  const auto say = [&](ByteView packet) {
    (void)sendto(socket.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
  };
  constexpr std::size_t block_size = 1468;
  say(tftp::encode_read_request({file, "octet", {{"blksize", std::to_string(block_size)}}}));
  std::array<std::uint8_t, 2048> buffer;
  std::uint64_t total = 0;
  for (std::uint16_t expected = 0; total <= longest_file;) {
    const auto size = receive_from(socket, buffer, peer);
    if (!size) return std::unexpected(size.error());
    ByteReader packet(ByteView(buffer).first(*size));
    const auto opcode = static_cast<tftp::Opcode>(packet.u16());
    const std::uint16_t number = packet.u16();
    if (opcode == tftp::Opcode::error)
      return fail(ErrorKind::not_found, fmt::format("TFTP: {}", text_of(packet.take(packet.remaining()))));
    if (opcode == tftp::Opcode::option_ack) {
      say(tftp::encode_ack(0));
    } else if (opcode == tftp::Opcode::data && number == static_cast<std::uint16_t>(expected + 1)) {
      say(tftp::encode_ack(++expected));
      total += *size - tftp::data_header_size;
      if (*size < tftp::data_header_size + block_size) return total;
    }
  }
  return fail(ErrorKind::io, fmt::format("TFTP: {} does not end", file));
}

Result<void> probe_iscsi(const std::string& address, std::uint16_t port) {
  const auto socket = dial(address, port);
  if (!socket) return std::unexpected(socket.error());
  using namespace std::string_literals;
  const std::string text =
      "InitiatorName=iqn.2026-11.org.bootferry:self-check\0SessionType=Discovery\0AuthMethod=None,CHAP\0"s;
  Bytes request(48, 0);  // RFC 7143 11.12
  request[0] = 0x43;     // a Login Request, immediate
  request[7] = static_cast<std::uint8_t>(text.size());
  request[8] = 0x80;  // ISID of the kind "random"
  request.insert(request.end(), text.begin(), text.end());
  request.resize((request.size() + 3) / 4 * 4);
  const auto answer = exchange(*socket, request, 48);
  if (!answer) return std::unexpected(answer.error());
  if (answer->size() < 48 || (static_cast<std::uint8_t>((*answer)[0]) & 0x3f) != 0x23)
    return fail(ErrorKind::invalid, fmt::format("what answers on TCP port {} is no iSCSI target", port));
  return {};
}

}  // namespace bootferry::app
