// SPDX-License-Identifier: Apache-2.0
#include "load/floor.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>

#include "base/bytes.hpp"
#include "load/process.hpp"

namespace bootferry::bench {
namespace {

using Now = std::chrono::steady_clock;

sockaddr_in address_of(const Options& options) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(options.number("port", 3270)));
  ::inet_pton(AF_INET, options.text("host", "0.0.0.0").c_str(), &address.sin_addr);
  return address;
}

void send_until_closed(int to, int file, Bytes& buffer) {
  off_t at = 0;
  for (;;) {
    ssize_t count = ::pread(file, buffer.data(), buffer.size(), at);
    if (count <= 0) {
      at = 0;
      continue;
    }
    at += count;
    for (std::uint8_t* from = buffer.data(); count > 0;) {
      const ssize_t sent = ::send(to, from, static_cast<std::size_t>(count), MSG_NOSIGNAL);
      if (sent <= 0) return;
      from += sent;
      count -= sent;
    }
  }
}

}  // namespace

int serve_floor(const Options& options) {
  const int file = ::open(options.text("file").c_str(), O_RDONLY | O_CLOEXEC);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int one = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  const sockaddr_in address = address_of(options);
  if (file < 0 || ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
  ::listen(listener, 8);
  Bytes buffer(options.number("size", 262144));
  for (;;) {
    const int to = ::accept(listener, nullptr, nullptr);
    if (to < 0) return 1;
    send_until_closed(to, file, buffer);
    ::close(to);
  }
}

int read_floor(const Options& options) {
  const int from = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval limit{10, 0};
  ::setsockopt(from, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const sockaddr_in address = address_of(options);
  if (::connect(from, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
  Bytes buffer(options.number("size", 262144));
  const std::uint64_t pid = options.number("pid", 0);
  const auto receive = [&](double seconds) {
    std::uint64_t bytes = 0;
    const auto end = Now::now() + std::chrono::duration<double>(seconds);
    while (Now::now() < end) {
      const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
      if (got <= 0) return std::uint64_t{0};
      bytes += static_cast<std::uint64_t>(got);
    }
    return bytes;
  };
  if (receive(0.2) == 0) return 1;
  const double server = cpu_seconds(pid), client = cpu_seconds(static_cast<std::uint64_t>(::getpid()));
  const auto begin = Now::now();
  const std::uint64_t bytes = receive(options.real("seconds", 1));
  const double took = std::chrono::duration<double>(Now::now() - begin).count();
  std::printf("{\"seconds\": %.6f, \"bytes\": %llu, \"server_cpu\": %.6f, \"client_cpu\": %.6f}\n", took,
              static_cast<unsigned long long>(bytes), cpu_seconds(pid) - server,
              cpu_seconds(static_cast<std::uint64_t>(::getpid())) - client);
  ::close(from);
  return bytes == 0 ? 1 : 0;
}

}  // namespace bootferry::bench
