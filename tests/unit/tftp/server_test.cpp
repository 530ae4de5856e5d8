// SPDX-License-Identifier: Apache-2.0
// The shell on loopback: what only real sockets show, that is ports, strangers, refusals and events.
#include <boost/system/system_error.hpp>

#include "base/random.hpp"
#include "loopback.hpp"

namespace bootferry::tftp {
namespace {

using boot::EventKind;
using namespace std::string_literals;
using testing::HasSubstr;

TEST_F(TftpServer, sends_a_loader_from_a_port_of_its_own_and_tells_it) {
  Peer peer;
  EXPECT_EQ(download(peer, "loader"), content);
  EXPECT_NE(peer.server_port, server->port());
  const auto events = told();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, EventKind::tftp_start);
  EXPECT_EQ(events[1].kind, EventKind::tftp_done);
  for (const boot::Event& event : events) {
    EXPECT_EQ(event.mac, (MacAddress{{0x52, 0x54, 0, 0, 0, 1}}));
    EXPECT_THAT(event.fields, testing::Contains(std::pair("file"s, "loader"s)));
    EXPECT_THAT(event.fields, testing::Contains(std::pair("bytes"s, "1300"s)));
  }
  EXPECT_THAT(events[1].fields, testing::Contains(std::pair("percent"s, "100"s)));
}

TEST_F(TftpServer, an_unknown_file_is_named_in_the_error) {
  Peer peer;
  ask(peer, "../../etc/passwd\xffgarbage");
  const std::string packet = receive(peer);
  EXPECT_EQ(packet.substr(0, 4), "\0\5\0\1"s);
  EXPECT_THAT(packet, HasSubstr("\"../../etc/passwd\""));
  const auto events = told();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::tftp_failed);
}

TEST_F(TftpServer, a_loader_that_cannot_be_read_is_an_error_too) {
  Peer peer;
  ask(peer, "gone");
  EXPECT_THAT(receive(peer), HasSubstr("cannot read gone"));
}

TEST_F(TftpServer, a_flood_of_made_up_names_is_answered_but_not_all_told) {
  Peer peer;
  for (int i = 0; i < 300; ++i) {
    ask(peer, "made-up-" + std::to_string(i));
    EXPECT_THAT(receive(peer), HasSubstr("no boot loader named")) << i;
  }
  EXPECT_EQ(told().size(), 100u);
  clock.advance(std::chrono::seconds{1});
  for (int i = 0; i < 20; ++i) {
    ask(peer, "again");
    receive(peer);
  }
  EXPECT_EQ(told().size(), 10u);
}

TEST_F(TftpServer, a_write_is_refused) {
  Peer peer;
  peer.send(server->port(), bytes_of("\0\2loader\0octet\0"s));
  EXPECT_EQ(receive(peer), "\0\5\0\2this server only sends boot loaders\0"s);
}

TEST_F(TftpServer, mail_is_refused_and_netascii_converted) {
  Peer peer;
  ask(peer, "loader", {}, "mail");
  EXPECT_EQ(receive(peer).substr(0, 4), "\0\5\0\4"s);
  write("loader", "a\nb\rc");
  EXPECT_EQ(download(peer, "loader", "netascii"), "a\r\nb\r\0c"s);
  EXPECT_EQ(download(peer, "loader"), "a\nb\rc"s) << "octet stays octet";
}

TEST_F(TftpServer, a_changed_file_is_read_again) {
  Peer peer;
  EXPECT_EQ(download(peer, "loader"), content);
  write("loader", "new");
  EXPECT_EQ(download(peer, "loader"), "new");
}

TEST_F(TftpServer, a_stranger_at_a_transfers_port_is_told_and_changes_nothing) {
  Peer peer, stranger;
  ask(peer, "loader");
  ASSERT_EQ(receive(peer).substr(0, 4), "\0\3\0\1"s);
  stranger.send(peer.server_port, encode_ack(1));
  EXPECT_EQ(receive(stranger).substr(0, 4), "\0\5\0\5"s);
  stranger.send(peer.server_port, encode_error(ErrorCode::not_defined, "die"));
  EXPECT_FALSE(receive_at_once(stranger)) << "an error is not answered";
  EXPECT_FALSE(receive_at_once(peer)) << "the stranger's ACK was not taken";
  ack(peer, 1);
  EXPECT_EQ(receive(peer).substr(0, 4), "\0\3\0\2"s);
}

TEST_F(TftpServer, a_client_whose_port_is_closed_for_a_moment_goes_on) {
  Peer peer;
  ask(peer, "loader");
  ASSERT_EQ(receive(peer).substr(0, 4), "\0\3\0\1"s);
  peer.close();  // ROMs close their port between two calls of their loader
  clock.advance(std::chrono::seconds{2});
  turn();  // the block again, to a port that is closed
  peer.open();
  ack(peer, 1);
  EXPECT_EQ(receive_at_once(peer).value_or("").substr(0, 4), "\0\3\0\2"s);
}

TEST_F(TftpServer, two_downloads_of_a_file_do_not_see_each_others_headers) {
  Peer one, other;
  ask(one, "loader");
  ask(other, "loader", {{"blksize", "700"}});
  const std::string first = receive(one);
  ASSERT_EQ(receive(other).substr(0, 2), "\0\6"s);
  ack(other, 0);
  EXPECT_EQ(receive(other), "\0\3\0\1"s + content.substr(0, 700));
  ack(one, 1);
  EXPECT_EQ(receive(one), "\0\3\0\2"s + content.substr(512, 512));
  ack(other, 1);
  EXPECT_EQ(receive(other), "\0\3\0\2"s + content.substr(700));
  EXPECT_EQ(first, "\0\3\0\1"s + content.substr(0, 512));
}

TEST_F(TftpServer, asking_the_size_and_leaving_is_no_failure) {
  Peer peer;
  ask(peer, "loader", {{"tsize", "0"}, {"blksize", "1468"}, {"windowsize", "4"}});
  EXPECT_EQ(receive(peer),
            "\0\6tsize\0"
            "1300\0blksize\0"
            "1468\0windowsize\0"
            "4\0"s);
  peer.send(peer.server_port, encode_error(ErrorCode::option_refused, "User aborted the transfer"));
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(download(peer, "loader"), content) << "from the same port again";
}

TEST_F(TftpServer, an_error_in_the_middle_is_told_with_its_words) {
  Peer peer;
  ask(peer, "loader");
  ASSERT_NE(receive(peer), "");
  ack(peer, 1);
  ASSERT_NE(receive(peer), "");
  peer.send(peer.server_port, encode_error(ErrorCode::disk_full, "no memory"));
  const auto events = told();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].kind, EventKind::tftp_failed);
  EXPECT_THAT(events[1].text, HasSubstr("no memory"));
  EXPECT_THAT(events[1].fields, testing::Contains(std::pair("percent"s, "39"s)));
}

TEST_F(TftpServer, the_same_request_again_is_the_same_transfer) {
  Peer peer;
  ask(peer, "loader", {{"tsize", "0"}});
  const std::string first = receive(peer);
  const std::uint16_t port = peer.server_port;
  ask(peer, "loader", {{"tsize", "0"}});
  EXPECT_EQ(receive(peer), first);
  EXPECT_EQ(peer.server_port, port);
}

TEST_F(TftpServer, another_request_from_the_same_port_replaces_the_first) {
  Peer peer;
  ask(peer, "loader", {{"tsize", "0"}});
  ASSERT_NE(receive(peer), "");
  const std::uint16_t port = peer.server_port;
  ask(peer, "loader", {{"blksize", "1024"}});
  EXPECT_EQ(receive(peer),
            "\0\6blksize\0"
            "1024\0"s);
  EXPECT_NE(peer.server_port, port);
  EXPECT_TRUE(told().empty());
}

TEST_F(TftpServer, a_silent_client_is_given_up_and_told) {
  Peer peer;
  ask(peer, "loader");
  ASSERT_NE(receive(peer), "");
  std::vector<boot::Event> events;
  for (int i = 0; i < 200 && events.empty(); ++i) {
    clock.advance(std::chrono::seconds{10});
    server->turn(std::chrono::milliseconds{50});
    events = told();
  }
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::tftp_failed);
  EXPECT_THAT(events[0].text, HasSubstr("fell silent"));
}

TEST_F(TftpServer, garbage_leaves_the_others_undisturbed) {
  Peer peer, vandal;
  ask(peer, "loader");
  ASSERT_NE(receive(peer), "");
  const std::uint16_t port = peer.server_port;
  SeededRandom random(5);
  for (int i = 0; i < 300; ++i) {
    Bytes junk(random.u32() % 600);
    random.fill(junk);
    if (junk.size() > 2 && i % 2) junk[0] = 0, junk[1] = static_cast<std::uint8_t>(i % 8);
    vandal.send(i % 3 ? server->port() : port, junk);
    turn();
  }
  ack(peer, 1);
  std::string packet = receive(peer);
  EXPECT_EQ(packet.substr(0, 4), "\0\3\0\2"s);
}

TEST_F(TftpServer, quirks_of_the_machine_limit_what_is_agreed) {
  const MacAddress mac{{0x52, 0x54, 0, 0, 0, 1}};
  registry.state.clients[mac].mac = mac;
  registry.state.clients[mac].quirks.tftp_block_size = 1024;
  Peer small;
  ask(small, "loader", {{"blksize", "1468"}, {"tsize", "0"}});
  EXPECT_EQ(receive(small),
            "\0\6blksize\0"
            "1024\0tsize\0"
            "1300\0"s);
  registry.state.clients[mac].quirks.tftp_no_options = true;
  Peer plain;
  ask(plain, "loader", {{"blksize", "1468"}, {"tsize", "0"}});
  EXPECT_EQ(receive(plain).substr(0, 4), "\0\3\0\1"s) << "DATA at once, in blocks of 512 bytes";
}

TEST_F(TftpServer, a_slow_download_is_seen_to_move_at_most_twice_a_second) {
  content = std::string(20'000, 'z');
  write("loader", content);
  Peer peer;
  ask(peer, "loader");
  for (std::uint16_t block = 1; block <= 39; ++block) {
    ASSERT_NE(receive(peer), "");
    clock.advance(std::chrono::milliseconds{100});
    ack(peer, block);
  }
  std::vector<boot::Event> progress;
  for (boot::Event& event : told()) {
    if (event.kind == EventKind::tftp_progress) progress.push_back(std::move(event));
  }
  ASSERT_EQ(progress.size(), 7u) << "3.9 s";
  EXPECT_THAT(progress[0].fields, testing::Contains(std::pair("bytes"s, "2560"s)));
  EXPECT_THAT(progress[0].fields, testing::Contains(std::pair("total"s, "20000"s)));
  EXPECT_THAT(progress[0].fields, testing::Contains(std::pair("percent"s, "12"s)));
  EXPECT_THAT(progress[0].fields, testing::Contains(std::pair("block"s, "5"s)));
}

TEST_F(TftpServer, a_full_house_gives_the_place_of_one_that_never_answered) {
  Settings small;
  small.max_transfers = 2;
  begin(small);
  Peer loyal, silent, late, later;
  ask(loyal, "loader");
  ASSERT_NE(receive(loyal), "");
  ack(loyal, 1);
  ASSERT_NE(receive(loyal), "");
  ask(silent, "loader");
  ASSERT_NE(receive(silent), "");
  ask(late, "loader");
  ASSERT_NE(receive(late), "");
  ack(late, 1);
  ASSERT_NE(receive(late), "");
  ask(later, "loader");
  EXPECT_FALSE(receive_at_once(later)) << "both places are held by clients that answer";
  ack(loyal, 2);
  EXPECT_EQ(receive(loyal).substr(0, 4), "\0\3\0\3"s);
}

TEST_F(TftpServer, a_taken_port_is_an_exception) {
  Settings same;
  same.port = server->port();
  Server second(same, loaders, bus, addresses, clock);
  EXPECT_THROW(second.open(), boost::system::system_error);
}

TEST_F(TftpServer, its_thread_serves_until_it_is_stopped) {
  Peer peer;
  server->start();
  ask(peer, "loader");
  std::optional<std::string> packet;
  for (int i = 0; i < 1000 && !(packet = peer.try_receive()); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->substr(0, 4), "\0\3\0\1"s);
  server->stop();  // while it waits for the answer
  EXPECT_THAT(peer.try_receive().value_or(""), HasSubstr("stopping"));
}

TEST_F(TftpServer, stopping_ends_the_transfers_with_a_word) {
  Peer peer;
  ask(peer, "loader");
  ASSERT_NE(receive(peer), "");
  server->stop();
  EXPECT_THAT(receive(peer), HasSubstr("stopping"));
}

}  // namespace
}  // namespace bootferry::tftp
