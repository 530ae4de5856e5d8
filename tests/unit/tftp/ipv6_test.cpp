// SPDX-License-Identifier: Apache-2.0
// TFTP over IPv6, on loopback.
#include "loopback.hpp"

namespace bootferry::tftp {
namespace {

const IpAddress here = *parse_ip_address("::1");

struct TftpIpv6 : TftpServer {
  TftpIpv6() { begin({.ipv6 = true}); }
};

TEST_F(TftpIpv6, sends_a_loader_to_both_families) {
  Peer v6(here), v4;
  EXPECT_EQ(download(v6, "loader"), content);
  EXPECT_EQ(download(v4, "loader"), content);
  const auto events = told();
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].address, here);
  EXPECT_EQ(events[2].address, IpAddress(Ipv4Address{0x7f000001}));
}

TEST_F(TftpIpv6, a_window_comes_whole) {
  Peer peer(here);
  ask(peer, "loader", {{"blksize", "512"}, {"windowsize", "4"}});
  ASSERT_EQ(receive(peer)[1], 6);
  ack(peer, 0);
  std::string got;
  for (int block = 1; block <= 3; ++block) got += receive(peer).substr(4);
  EXPECT_EQ(got, content);
}

TEST_F(TftpIpv6, a_machine_may_not_fill_the_house_with_its_many_addresses) {
  begin({.ipv6 = true, .max_transfers_per_address = 1});
  Peer first(here), second(here);
  ask(first, "loader");
  ASSERT_NE(receive(first), "");
  ack(first, 1);
  ASSERT_NE(receive(first), "");
  ask(second, "loader");
  EXPECT_FALSE(receive_at_once(second));
}

TEST_F(TftpIpv6, refusals_name_the_reason) {
  Peer peer(here);
  ask(peer, "nothing");
  EXPECT_THAT(receive(peer), testing::HasSubstr("no boot loader named"));
}

TEST_F(TftpIpv6, is_off_when_it_is_not_wanted) {
  begin({});
  Peer peer(here);
  ask(peer, "loader");
  EXPECT_FALSE(receive_at_once(peer));
}

}  // namespace
}  // namespace bootferry::tftp
