// SPDX-License-Identifier: Apache-2.0
#include "http/channel.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace bootferry::http {
namespace asio = boost::asio;

void ChannelList::sweep(std::chrono::steady_clock::time_point now) {
  for (Channel* channel : channels_) {
    if (channel->deadline_ < now) channel->expire();
  }
}

Channel::Channel(ChannelList& list, asio::io_context& loop, int descriptor, int family, std::shared_ptr<void> places)
    : list_(list), places_(std::move(places)), socket_(loop) {
  boost::system::error_code failed;
  socket_.assign(asio::generic::stream_protocol(family, family == AF_UNIX ? 0 : IPPROTO_TCP), descriptor, failed);
  if (family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  place_ = list_.channels_.insert(list_.channels_.end(), this);
}

Channel::~Channel() { list_.channels_.erase(place_); }

asio::awaitable<std::size_t> Channel::receive(asio::mutable_buffer into) {
  boost::system::error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  const std::size_t count = co_await socket_.async_read_some(into, token);
  co_return failed ? 0 : count;
}

asio::awaitable<bool> Channel::send(std::string_view first, std::string_view second) {
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(first), asio::buffer(second)};
  boost::system::error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await asio::async_write(socket_, pieces, token);
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
