// SPDX-License-Identifier: Apache-2.0
#include "load/floor.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
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

constexpr std::size_t question_size = 48, block_size = 4096;  // as a READ and what it brings

bool receive_all(int from, std::uint8_t* to, std::size_t size) {
  return ::recv(from, to, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

/// One block for each question, which names its number.
void answer_until_closed(int to, int file, Bytes& buffer) {
  std::uint64_t block = 0;
  while (receive_all(to, buffer.data(), question_size)) {
    std::memcpy(&block, buffer.data(), sizeof block);
    const auto at = static_cast<off_t>(block * block_size);
    if (::pread(file, buffer.data() + question_size, block_size, at) != static_cast<ssize_t>(block_size)) return;
    if (::send(to, buffer.data(), question_size + block_size, MSG_NOSIGNAL) <= 0) return;
  }
}

int connect_to(const Options& options) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval limit{10, 0};
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const sockaddr_in address = address_of(options);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

void print(double seconds, std::uint64_t bytes, std::uint64_t commands, double server, double client) {
  std::printf("{\"seconds\": %.6f, \"bytes\": %llu, \"commands\": %llu, \"server_cpu\": %.6f, \"client_cpu\": %.6f}\n",
              seconds, static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(commands), server,
              client);
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
    ::setsockopt(to, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (options.number("ask", 0) != 0)
      answer_until_closed(to, file, buffer);
    else
      send_until_closed(to, file, buffer);
    ::close(to);
  }
}

int read_floor(const Options& options) {
  const int from = connect_to(options);
  if (from < 0) return 1;
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
  print(took, bytes, bytes / buffer.size(), cpu_seconds(pid) - server,
        cpu_seconds(static_cast<std::uint64_t>(::getpid())) - client);
  ::close(from);
  return bytes == 0 ? 1 : 0;
}

int ask_floor(const Options& options) {
  const int to = connect_to(options);
  if (to < 0) return 1;
  const std::uint64_t pid = options.number("pid", 0), self = static_cast<std::uint64_t>(::getpid());
  std::array<std::uint8_t, question_size + block_size> buffer{};
  std::uint64_t random = 88172645463325252u;
  const auto ask = [&](double seconds) {
    std::uint64_t answers = 0;
    for (const auto end = Now::now() + std::chrono::duration<double>(seconds); Now::now() < end; ++answers) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      const std::uint64_t block = random % (options.number("span", 1u << 29) / block_size);
      std::memcpy(buffer.data(), &block, sizeof block);
      if (::send(to, buffer.data(), question_size, MSG_NOSIGNAL) <= 0) return std::uint64_t{0};
      if (!receive_all(to, buffer.data(), buffer.size())) return std::uint64_t{0};
    }
    return answers;
  };
  if (ask(0.1) == 0) return 1;
  const double server = cpu_seconds(pid), client = cpu_seconds(self);
  const auto begin = Now::now();
  const std::uint64_t answers = ask(options.real("seconds", 1));
  const double took = std::chrono::duration<double>(Now::now() - begin).count();
  print(took, answers * block_size, answers, cpu_seconds(pid) - server, cpu_seconds(self) - client);
  ::close(to);
  return answers == 0 ? 1 : 0;
}

}  // namespace bootferry::bench
