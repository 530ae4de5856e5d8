// SPDX-License-Identifier: Apache-2.0
// Which of many sockets have something to read: one set in the kernel (epoll), waited for without Asio, whose wait for
// a descriptor costs two system calls more for each packet. Used by server.cpp only, on the server's thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <span>

namespace bootferry::tftp {

class SocketSet {
 public:
  SocketSet();  ///< throws boost::system::system_error
  ~SocketSet();
  SocketSet(const SocketSet&) = delete;
  SocketSet& operator=(const SocketSet&) = delete;

  /// Until it is closed. Throws boost::system::system_error.
  void add(int descriptor);
  /// Descriptors with datagrams, a few at a time; none after `longest`. Valid until the next call. One that was closed
  /// since may be among them, and its number may be another socket's by now: only one datagram is read for each.
  [[nodiscard]] std::span<const int> wait(std::chrono::milliseconds longest);
  /// Any thread: no wait lasts any longer, this one and those to come.
  void end_waits();

 private:
  static constexpr std::size_t batch = 64;
  const int set_;
  const int ended_;  ///< eventfd
  std::array<epoll_event, batch> events_;
  std::array<int, batch> ready_;
};

}  // namespace bootferry::tftp
