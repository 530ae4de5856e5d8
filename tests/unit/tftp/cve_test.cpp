// SPDX-License-Identifier: Apache-2.0
// What has broken other TFTP servers, tried on ours over real sockets (under ASan in CI): one test for each known case.
// docs/security.md lists them.
#include "loopback.hpp"

namespace bootferry::tftp {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

struct TftpCve : TftpServer {
  /// Whatever happened before: the next machine gets its loader.
  void expect_service() {
    Peer next;
    EXPECT_EQ(download(next, "loader"), content);
  }
  static std::string request(const std::string& rest) { return "\0\1loader\0octet\0"s + rest; }
};

/// dnsmasq: a file name that with the server's own folder in front fits its buffer no more.
TEST_F(TftpCve, Cve2009_2957_names_of_every_length) {
  Peer peer;
  for (std::size_t length : {0u, 1u, 127u, 128u, 254u, 255u, 256u, 500u, 511u, 512u, 513u, 1000u, 1400u, 1990u}) {
    ask(peer, std::string(length, 'a'));
    const std::string answer = receive(peer);
    EXPECT_THAT(answer, HasSubstr("no boot loader named")) << length;
    EXPECT_LE(answer.size(), 300u) << "an answer does not grow with the name";
  }
  expect_service();
}

/// dnsmasq: NULL for an option without its value.
TEST_F(TftpCve, Cve2009_2958_requests_cut_at_every_byte) {
  const std::string whole = request("blksize\0001468\0tsize\0000\0windowsize\0004\0"s);
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    Peer peer;
    peer.send(server->port(), bytes_of(whole.substr(0, length)));
    const auto answer = receive_at_once(peer);
    EXPECT_EQ(answer.has_value(), length >= 2) << "what is a request is answered, with DATA, OACK or ERROR: " << length;
  }
  expect_service();
}

/// atftpd: an OACK that outgrew its buffer, and DATA that overwrote it.
TEST_F(TftpCve, Cve2021_41054_an_option_acknowledgement_stays_small) {
  std::string options;
  for (int i = 0; i < 40; ++i) options += "blksize\0008\0BLKSIZE\0009\0tsize\0000\0windowsize\00016\0timeout\0001\0"s;
  Peer peer;
  peer.send(server->port(), bytes_of(request(options)));
  const std::string answer = receive(peer);
  EXPECT_EQ(answer, "\0\6blksize\0008\0tsize\0001300\0windowsize\00016\0timeout\0001\0"s);
  ack(peer, 0);
  for (int block = 1; block <= 16; ++block) EXPECT_EQ(receive(peer).size(), 12u) << "blocks of 8 bytes, as agreed";
}

/// atftpd: options read behind the end of the packet, where an earlier one's bytes (a file) lay.
TEST_F(TftpCve, Cve2021_46671_no_answer_tells_of_earlier_packets) {
  Peer earlier, peer;
  earlier.send(server->port(), bytes_of("\0\1"s + std::string(1500, 'S')));
  (void)receive(earlier);
  for (const std::string& cut : {"\0\1loader"s, "\0\1loader\0oct"s, "\0\1x"s, "\0\1"s, "\0\1loader\0octet\0blksize"s,
                                 "\0\1loader\0octet\0blksize\00099"s, "\0\2x"s}) {
    peer.send(server->port(), bytes_of(cut));
    EXPECT_THAT(receive(peer), testing::Not(HasSubstr("SS"))) << testing::PrintToString(cut);
  }
}

/// atftpd: an assertion that a packet could fail.
TEST_F(TftpCve, Cve2020_6097_no_packet_ends_the_server) {
  Peer peer;
  for (int opcode = 0; opcode < 256; ++opcode) {
    for (std::size_t more : {0u, 1u, 2u, 3u, 64u}) {
      std::string packet = {0, static_cast<char>(opcode)};
      packet.append(more, static_cast<char>(0xff));
      peer.send(server->port(), bytes_of(packet));
    }
    turn();
  }
  peer.send(server->port(), ByteView());
  expect_service();
}

/// tftp-hpa: a utimeout of many digits. Ours does not know that option, and numbers of any length harm no other one.
TEST_F(TftpCve, Cve2011_2199_numbers_of_every_length) {
  for (std::size_t digits = 0; digits <= 300; digits += 3) {
    const std::string number(digits, '9');
    Peer peer;
    ask(peer, "loader", {{"utimeout", number}, {"timeout", number}, {"blksize", number}, {"tsize", "0"}});
    const std::string answer = receive(peer);
    EXPECT_LE(answer.size(), 60u) << digits;
    EXPECT_THAT(answer, HasSubstr("tsize\0"s
                                  "1300"s))
        << digits;
    EXPECT_THAT(answer, testing::Not(HasSubstr("utimeout"))) << digits;
  }
}

/// Windows Deployment Services: a session that was freed and still named by late packets.
TEST_F(TftpCve, Cve2026_62893_late_packets_of_ended_transfers_touch_nobody) {
  for (int round = 0; round < 20; ++round) {
    Peer peer;
    ask(peer, "loader", {{"windowsize", "2"}});
    ASSERT_NE(receive(peer), "");
    const std::uint16_t first = peer.server_port;
    ask(peer, "loader");  // replaces it, from the same port
    ASSERT_EQ(receive(peer).substr(0, 4), "\0\3\0\1"s);
    const std::uint16_t second = peer.server_port;
    EXPECT_NE(second, first);
    peer.send(first, encode_ack(0));
    peer.send(first, encode_ack(1));
    peer.send(first, encode_error(ErrorCode::not_defined, "late"));
    peer.send(second, encode_ack(1));
    ASSERT_EQ(receive(peer).substr(0, 4), "\0\3\0\2"s) << "the one that lives goes on";
    peer.send(second, encode_error(ErrorCode::not_defined, "enough"));
    peer.send(second, encode_ack(2));
    peer.send(second, encode_ack(2));
    EXPECT_FALSE(receive_at_once(peer));
  }
  expect_service();
}

/// The class behind amplification attacks: an address that has not answered gets one first packet, and a few repeats.
TEST_F(TftpCve, an_unproven_address_gets_one_packet_however_large_its_window) {
  Peer peer;
  ask(peer, "loader", {{"blksize", "8"}, {"windowsize", "64"}});
  ASSERT_EQ(receive(peer)[1], 6);
  EXPECT_FALSE(receive_at_once(peer)) << "DATA waits for the ACK of the options";
  int packets = 1;
  for (int second = 0; second < 120; ++second) {
    clock.advance(std::chrono::seconds{1});
    server->turn(std::chrono::milliseconds{25});
    if (receive_at_once(peer)) ++packets;
  }
  EXPECT_EQ(packets, Transfer::max_unproven_tries);
}

}  // namespace
}  // namespace bootferry::tftp
