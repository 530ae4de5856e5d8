// SPDX-License-Identifier: Apache-2.0
#include "tftp/server_socket_set.hpp"

#include <boost/system/system_error.hpp>
#include <cerrno>

namespace bootferry::tftp {
namespace {

int make_set() {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0) throw boost::system::system_error(errno, boost::system::system_category());
  return made;
}

}  // namespace

SocketSet::SocketSet(const boost::asio::any_io_executor& executor) : door_(executor, make_set()) {}

void SocketSet::add(int descriptor) {
  epoll_event event{EPOLLIN, {.fd = descriptor}};
  if (::epoll_ctl(door_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0)
    throw boost::system::system_error(errno, boost::system::system_category());
}

std::span<const int> SocketSet::take_ready() {
  const int count = ::epoll_wait(door_.native_handle(), events_.data(), batch, 0);
  if (count <= 0) return {};
  for (int i = 0; i < count; ++i) ready_[i] = events_[i].data.fd;
  return {ready_.data(), static_cast<std::size_t>(count)};
}

void SocketSet::close() {
  boost::system::error_code ignored;
  door_.close(ignored);
}

}  // namespace bootferry::tftp
