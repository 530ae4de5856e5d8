// SPDX-License-Identifier: Apache-2.0
// What a connection is when it comes in from the LAN.
#include "http/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bootferry::http {
namespace {

constexpr Ipv4Address loopback{0x7f000001};

class ListenerAt : public testing::TestWithParam<Ipv4Address> {};

TEST_P(ListenerAt, what_it_accepts_never_waits_sends_at_once_and_knows_both_ends) {
  Listener listener = Listener::make_tcp(GetParam(), 0);
  const int asker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(listener.port());
  to.sin_addr.s_addr = htonl(loopback.value);
  ASSERT_EQ(::connect(asker, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  bool failed = false;
  const auto accepted = listener.try_accept(failed);
  ASSERT_TRUE(accepted);
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  ::getsockopt(accepted->descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  EXPECT_NE(no_delay, 0) << "a script's head and body would lie 40 ms apart";
  EXPECT_NE(::fcntl(accepted->descriptor, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(accepted->peer.address, IpAddress(loopback));
  EXPECT_EQ(accepted->peer.local, IpAddress(loopback));
  EXPECT_FALSE(listener.try_accept(failed));
  EXPECT_FALSE(failed);
  ::close(accepted->descriptor);
  ::close(asker);
}

INSTANTIATE_TEST_SUITE_P(Addresses, ListenerAt, testing::Values(loopback, Ipv4Address::any()),
                         [](const auto& of) { return of.param == loopback ? "one" : "any"; });

}  // namespace
}  // namespace bootferry::http
