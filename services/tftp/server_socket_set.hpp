// SPDX-License-Identifier: Apache-2.0
// Which of many sockets have something to read: one set in the kernel (epoll) that Asio watches as one descriptor. A
// wait for each socket would cost each packet three system calls more. Used by server.cpp only, on loop 0.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <span>

namespace bootferry::tftp {

class SocketSet {
 public:
  /// Throws boost::system::system_error.
  explicit SocketSet(const boost::asio::any_io_executor& executor);

  /// Until it is closed. Throws boost::system::system_error.
  void add(int descriptor);
  /// Descriptors with datagrams, a few at a time; does not wait. Valid until the next call. One that was closed since
  /// may be among them, and its number may be another socket's by now: only one datagram is read for each.
  [[nodiscard]] std::span<const int> take_ready();
  /// `on_ready(error_code)` is called once, when one of them has something to read.
  template <class Handler>
  void async_wait(Handler on_ready) {
    door_.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(on_ready));
  }
  void close();

 private:
  static constexpr std::size_t batch = 64;
  boost::asio::posix::stream_descriptor door_;
  std::array<epoll_event, batch> events_;
  std::array<int, batch> ready_;
};

}  // namespace bootferry::tftp
