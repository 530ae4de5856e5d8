// SPDX-License-Identifier: Apache-2.0
#include "http/channel.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bootferry::http {
namespace asio = boost::asio;

namespace {

bool would_wait(int code) { return code == EAGAIN || code == EINTR; }

}  // namespace

void ChannelList::sweep(std::chrono::steady_clock::time_point now) {
  for (Channel* channel : channels_) {
    if (channel->deadline_ < now) channel->expire();
  }
}

Channel::Channel(ChannelList& list, asio::io_context& loop, int descriptor, int family, std::shared_ptr<void> places)
    : list_(list), places_(std::move(places)), socket_(loop), is_tcp_(family != AF_UNIX) {
  boost::system::error_code failed;
  socket_.assign(asio::generic::stream_protocol(family, family == AF_UNIX ? 0 : IPPROTO_TCP), descriptor, failed);
  place_ = list_.channels_.insert(list_.channels_.end(), this);
}

Channel::~Channel() { list_.channels_.erase(place_); }

/// Straight from the socket while there is something: Asio would go round its loop, and ask epoll, after each success.
/// Now and then it may: other connections have their turn, and whoever cancels is heard.
asio::awaitable<std::size_t> Channel::receive(asio::mutable_buffer into) {
  if (!is_turn_over()) {
    const auto got = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    if (got >= 0) co_return static_cast<std::size_t>(got);
    if (!would_wait(errno)) co_return 0;
  }
  at_once_ = 0;
  boost::system::error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  const std::size_t count = co_await socket_.async_read_some(into, token);
  co_return failed ? 0 : count;
}

/// As much in a call as the kernel takes: async_write would hand it over in pieces of 64 KiB.
asio::awaitable<bool> Channel::send(std::string_view first, std::string_view second, bool more_follows) {
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more_follows ? MSG_MORE : 0);
  if (is_turn_over()) co_await wait_for_room();
  while (!first.empty() || !second.empty()) {
    std::array<iovec, 2> pieces{iovec{const_cast<char*>(first.data()), first.size()},
                                iovec{const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const auto sent = ::sendmsg(socket_.native_handle(), &message, flags);
    if (sent < 0 && !would_wait(errno)) co_return false;
    const std::size_t count = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    const std::size_t of_first = std::min(count, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(count - of_first);
    if (first.empty() && second.empty()) break;
    const bool there = co_await wait_for_room();
    if (!there) co_return false;
  }
  co_return true;
}

asio::awaitable<long> Channel::send_from(int file, std::uint64_t offset, std::size_t count) {
  std::size_t sent = 0;
  if (is_turn_over()) co_await wait_for_room();
  while (sent < count) {
    auto at = static_cast<off_t>(offset + sent);
    const auto moved = ::sendfile(socket_.native_handle(), file, &at, count - sent);
    if (moved == 0) break;  // the file ended
    if (moved < 0 && !would_wait(errno)) co_return -1;
    if (moved > 0) sent += static_cast<std::size_t>(moved);
    if (sent == count) break;
    const bool there = co_await wait_for_room();
    if (!there) co_return -1;
  }
  co_return static_cast<long>(sent);
}

asio::awaitable<bool> Channel::wait_for_room() {
  at_once_ = 0;
  boost::system::error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await socket_.async_wait(asio::socket_base::wait_write, token);
  co_return !failed;
}

asio::awaitable<void> Channel::close_gently() {
  constexpr std::size_t most = 256 * 1024;
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  expect_within(std::chrono::seconds{2});
  std::array<char, 4096> waste;
  for (std::size_t read = 0; read < most;) {
    const auto into = asio::buffer(waste);
    const std::size_t count = co_await receive(into);
    if (count == 0) break;
    read += count;
  }
}

bool Channel::has_news() const {
  char byte = 0;
  const auto got = ::recv(const_cast<Socket&>(socket_).native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EINTR);
}

void Channel::expire() {
  deadline_ = std::chrono::steady_clock::time_point::max();
  boost::system::error_code ignored;
  int unsent = 0;
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &unsent) == 0 && unsent > 0) {
    // A reader that stopped: a plain close would keep its data in the kernel for minutes more.
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  }
  socket_.close(ignored);
}

}  // namespace bootferry::http
