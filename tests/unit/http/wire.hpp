// SPDX-License-Identifier: Apache-2.0
// A client of the server that sees raw bytes: a blocking connection, and what came back on it.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace bootferry::http::test {

struct Reply {
  int status = 0;
  std::string head;
  std::string body;

  [[nodiscard]] std::string header(std::string name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body); }
};

/// A blocking connection. Every wait ends after 10 s, as a failure.
class Wire {
 public:
  static Wire lan(std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Wire wire(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(wire.fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return wire;
  }
  static Wire lan_ipv6(std::uint16_t port) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    to.sin6_addr = in6addr_loopback;
    Wire wire(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(wire.fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return wire;
  }
  static Wire control(const std::filesystem::path& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, path.c_str(), sizeof to.sun_path - 1);
    Wire wire(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(wire.fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return wire;
  }
  Wire(Wire&& other) noexcept : fd_(std::exchange(other.fd_, -1)), kept_(std::move(other.kept_)) {}
  ~Wire() {
    if (fd_ >= 0) ::close(fd_);
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// The bytes up to and with `end`; what comes behind it is kept.
  std::string read_until(std::string_view end) {
    for (;;) {
      const auto at = kept_.find(end);
      if (at != std::string::npos) {
        std::string taken = kept_.substr(0, at + end.size());
        kept_.erase(0, at + end.size());
        return taken;
      }
      if (!more()) return std::exchange(kept_, {});
    }
  }
  std::string read_to_end() {
    while (more()) {
    }
    return std::exchange(kept_, {});
  }
  Reply read_reply(bool has_body = true) {
    Reply reply;
    reply.head = read_until("\r\n\r\n");
    if (reply.head.size() > 12) reply.status = std::atoi(reply.head.c_str() + 9);
    const std::string length = reply.header("Content-Length");
    if (has_body && !length.empty()) {
      const auto wanted = static_cast<std::size_t>(std::stoull(length));
      while (kept_.size() < wanted && more()) {
      }
      reply.body = kept_.substr(0, wanted);
      kept_.erase(0, wanted);
    }
    return reply;
  }
  [[nodiscard]] int descriptor() const { return fd_; }

 private:
  explicit Wire(int fd) : fd_(fd) {
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  bool more() {
    char bytes[65536];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EAGAIN) ADD_FAILURE() << "nothing came for 10 s";
    if (got <= 0) return false;
    kept_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  std::string kept_;
};

}  // namespace bootferry::http::test
