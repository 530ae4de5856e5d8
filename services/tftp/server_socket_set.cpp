// SPDX-License-Identifier: Apache-2.0
#include "tftp/server_socket_set.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <limits>

namespace bootferry::tftp {
namespace {

int require_descriptor(int made) {
  if (made < 0) throw boost::system::system_error(errno, boost::system::system_category());
  return made;
}

/// As epoll_wait() takes it: -1 without an end.
int timeout_of(std::chrono::milliseconds longest) {
  return longest.count() > std::numeric_limits<int>::max() ? -1 : static_cast<int>(longest.count());
}

}  // namespace

SocketSet::SocketSet()
    : set_(require_descriptor(::epoll_create1(EPOLL_CLOEXEC))),
      ended_(require_descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
  add(ended_);
}

SocketSet::~SocketSet() {
  ::close(ended_);
  ::close(set_);
}

void SocketSet::add(int descriptor) {
  epoll_event event{EPOLLIN, {.fd = descriptor}};
  if (::epoll_ctl(set_, EPOLL_CTL_ADD, descriptor, &event) != 0)
    throw boost::system::system_error(errno, boost::system::system_category());
}

std::span<const int> SocketSet::wait(std::chrono::milliseconds longest) {
  const int count = ::epoll_wait(set_, events_.data(), batch, timeout_of(longest));
  std::size_t found = 0;
  for (int i = 0; i < count; ++i) {
    if (events_[i].data.fd != ended_) ready_[found++] = events_[i].data.fd;
  }
  return {ready_.data(), found};
}

void SocketSet::end_waits() { ::eventfd_write(ended_, 1); }

}  // namespace bootferry::tftp
