// SPDX-License-Identifier: Apache-2.0
// One accepted socket (TCP or Unix) with a deadline that a loop's sweeper enforces: cheaper than a timer an operation.
// Owned by a connection's coroutine; lives on one loop, as does the list of a loop's channels.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string_view>

#include "base/ip_address.hpp"
#include "http/request.hpp"

namespace bootferry::http {

/// Who is at the other end.
struct Peer {
  Door door = Door::lan;
  std::optional<IpAddress> address;
  std::optional<IpAddress> local;  ///< where it reached us
  bool secure = false;             ///< over TLS
};

class Channel;

/// The channels of one loop.
class ChannelList {
 public:
  /// Closes those whose deadline has passed.
  void sweep(std::chrono::steady_clock::time_point now);

 private:
  friend class Channel;
  std::list<Channel*> channels_;
};

class Channel {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  /// Takes the descriptor over, which never waits (O_NONBLOCK), and holds `places` (a seat on the loop, a ticket among
  /// all connections) while it lives.
  Channel(ChannelList& list, boost::asio::io_context& loop, int descriptor, int family,
          std::shared_ptr<void> places = nullptr);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// The next bytes; 0 when the other side has closed, the connection broke, or the deadline passed.
  boost::asio::awaitable<std::size_t> receive(boost::asio::mutable_buffer into);
  /// Both one behind the other, in one go; false when the connection is gone. `more_follows`: at once, so that the
  /// kernel need not send these alone.
  boost::asio::awaitable<bool> send(std::string_view first, std::string_view second, bool more_follows = false);
  /// `count` bytes of an open file, by the kernel alone (TCP only); it would wait for the disk where they are not in
  /// memory. The bytes that went out, fewer when the file ended; -1 when the connection is gone.
  boost::asio::awaitable<long> send_from(int file, std::uint64_t offset, std::size_t count);
  /// Sends what is to be sent last, then reads on for a moment, so that a reset does not destroy it on its way.
  boost::asio::awaitable<void> close_gently();

  void expect_within(std::chrono::milliseconds limit) { deadline_ = std::chrono::steady_clock::now() + limit; }
  void expect_nothing() { deadline_ = std::chrono::steady_clock::time_point::max(); }
  [[nodiscard]] bool is_tcp() const { return is_tcp_; }
  [[nodiscard]] Socket& socket() { return socket_; }
  /// The other side has closed, or sent what nobody asked for.
  [[nodiscard]] bool has_news() const;

 private:
  friend class ChannelList;
  static constexpr unsigned most_at_once = 16;
  [[nodiscard]] bool is_turn_over() { return ++at_once_ >= most_at_once; }
  void expire();
  boost::asio::awaitable<bool> wait_for_room();

  ChannelList& list_;
  std::shared_ptr<void> places_;
  std::list<Channel*>::iterator place_;
  Socket socket_;
  const bool is_tcp_;
  unsigned at_once_ = 0;  ///< reads and sends since the loop had its turn
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace bootferry::http
