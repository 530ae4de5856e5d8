// SPDX-License-Identifier: Apache-2.0
// The shell on loopback: what only real sockets show, that is ports, strangers, refusals and events. The loop is turned
// by hand.
#include "tftp/server.hpp"

#include <arpa/inet.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>
#include <boost/system/system_error.hpp>

#include <fstream>

#include "base/random.hpp"
#include "tftp/codec.hpp"

namespace bootferry::tftp {
namespace {

using boot::EventKind;
using namespace std::string_literals;
using testing::HasSubstr;

/// A client's UDP socket on 127.0.0.1.
class Peer {
 public:
  Peer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in local = address(0);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0)
      throw std::runtime_error("no loopback");
  }
  ~Peer() { ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(std::uint16_t port, ByteView bytes) {
    const sockaddr_in to = address(port);
    ASSERT_EQ(::sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to),
              static_cast<ssize_t>(bytes.size()));
  }
  std::optional<std::string> try_receive() {
    std::array<char, 70'000> buffer;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t count =
        ::recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return std::nullopt;
    server_port = ntohs(from.sin_port);
    return std::string(buffer.data(), static_cast<std::size_t>(count));
  }
  std::uint16_t server_port = 0;  ///< of the last packet received: the transfer's port

 private:
  static sockaddr_in address(std::uint16_t port) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    made.sin_port = htons(port);
    return made;
  }
  int socket_;
};

struct TftpServer : testing::Test {
  boost::asio::io_context context{1};
  ManualClock clock;
  boot::EventBus bus{clock};
  boot::AddressBook addresses;
  boot::LoaderCatalog loaders;
  std::unique_ptr<boot::EventSubscription> subscription = bus.subscribe([] {});
  std::filesystem::path folder;
  std::string content = std::string(1000, 'x') + std::string(300, 'y');
  std::optional<Server> server;

  TftpServer() {
    std::string name = (std::filesystem::temp_directory_path() / "bootferry-tftp-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    write("loader", content);
    loaders.add("loader", folder / "loader");
    loaders.add("gone", folder / "gone");
    addresses.learn({0x7f000001}, {{0x52, 0x54, 0, 0, 0, 1}});
    begin({});
  }
  ~TftpServer() override {
    server.reset();
    std::filesystem::remove_all(folder);
  }
  void begin(Settings settings) {
    settings.port = 0;
    server.emplace(context, settings, loaders, bus, addresses, clock);
    server->open();
    server->start();
  }
  void write(const char* name, const std::string& text) { std::ofstream(folder / name, std::ios::binary) << text; }

  /// Turns the loop until the peer has a packet; empty when none came.
  std::string receive(Peer& peer) {
    for (int i = 0; i < 400; ++i) {
      context.poll();
      if (auto packet = peer.try_receive()) return *packet;
      context.run_one_for(std::chrono::milliseconds{5});
    }
    return "";
  }
  /// What comes of itself after everything that waits was done.
  std::optional<std::string> receive_at_once(Peer& peer) {
    for (int i = 0; i < 20; ++i) context.poll();
    return peer.try_receive();
  }
  void ask(Peer& peer, const std::string& file, std::vector<Option> options = {}, const std::string& mode = "octet") {
    peer.send(server->port(), encode_read_request({file, mode, std::move(options)}));
  }
  void ack(Peer& peer, std::uint16_t block) { peer.send(peer.server_port, encode_ack(block)); }
  std::vector<boot::Event> told() {
    for (int i = 0; i < 20; ++i) context.poll();
    return subscription->take().events;
  }
  /// The whole file in 512-byte blocks.
  std::string download(Peer& peer, const std::string& file, const std::string& mode = "octet") {
    ask(peer, file, {}, mode);
    std::string got;
    for (std::uint16_t block = 1;; ++block) {
      const std::string packet = receive(peer);
      if (packet.size() < 4 || packet[1] != 3) return "bad packet";
      got += packet.substr(4);
      ack(peer, block);
      if (packet.size() < 516) return got;
    }
  }
};

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
    context.run_one_for(std::chrono::milliseconds{50});
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
    context.poll();
  }
  ack(peer, 1);
  std::string packet = receive(peer);
  EXPECT_EQ(packet.substr(0, 4), "\0\3\0\2"s);
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
  Server second(context, same, loaders, bus, addresses, clock);
  EXPECT_THROW(second.open(), boost::system::system_error);
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
