// SPDX-License-Identifier: Apache-2.0
// What may leave with a capture, and above all what may not.
#include "capture/excerpt.hpp"

#include <gtest/gtest.h>

namespace bootferry::capture {
namespace {

const MacAddress server_mac{{2, 0, 0, 0, 0, 1}}, pc{{0x52, 0x54, 0, 0, 0, 1}}, laptop{{0x52, 0x54, 0, 0, 0, 9}};
const Ipv4Address server_ip{0x0a630001}, pc_ip{0x0a630064};
const IpAddress server_ip6 = parse_ip_address("fd99::1").value(), pc_ip6 = parse_ip_address("fd99::64").value();

/// Each over IPv4 and, where the parameter is true, over IPv6.
class ExcerptTest : public testing::TestWithParam<bool> {
 protected:
  static bool v6() { return GetParam(); }
  static Bytes ip(bool from_client, std::uint8_t protocol, ByteView payload, const MacAddress& client = pc) {
    Bytes frame;
    ByteWriter out(frame);
    out.bytes(from_client ? server_mac.octets : client.octets);
    out.bytes(from_client ? client.octets : server_mac.octets);
    const auto length = static_cast<std::uint16_t>(payload.size());
    if (v6()) {
      out.u16(0x86dd);
      out.u32(0x6000'0000);
      out.u16(length);
      out.u8(protocol);
      out.u8(64);
      out.bytes(from_client ? pc_ip6.octets() : server_ip6.octets());
      out.bytes(from_client ? server_ip6.octets() : pc_ip6.octets());
    } else {
      out.u16(0x0800);
      out.u8(0x45);
      out.u8(0);
      out.u16(static_cast<std::uint16_t>(20 + length));
      out.zeros(5);
      out.u8(protocol);
      out.u16(0);
      out.u32(from_client ? pc_ip.value : server_ip.value);
      out.u32(from_client ? server_ip.value : pc_ip.value);
    }
    out.bytes(payload);
    return frame;
  }
  static Bytes udp(bool from_client, std::uint16_t from, std::uint16_t to, ByteView data,
                   const MacAddress& client = pc) {
    Bytes payload;
    ByteWriter out(payload);
    out.u16(from);
    out.u16(to);
    out.u16(static_cast<std::uint16_t>(8 + data.size()));
    out.u16(0);
    out.bytes(data);
    return ip(from_client, 17, payload, client);
  }
  static Bytes tcp(bool from_client, std::uint16_t port, std::uint8_t flags, ByteView data = {},
                   const MacAddress& client = pc) {
    Bytes payload;
    ByteWriter out(payload);
    out.u16(from_client ? 50000 : port);
    out.u16(from_client ? port : 50000);
    out.zeros(8);
    out.u8(0x50);
    out.u8(flags);
    out.zeros(6);
    out.bytes(data);
    return ip(from_client, 6, payload, client);
  }
  static Bytes dhcp(const MacAddress& client, std::string_view vendor_class) {
    Bytes message;
    ByteWriter out(message);
    if (v6()) {  // RFC 8415 8: a Solicit, and 21.16: the vendor class
      out.u32(0x0100'0001);
      out.u16(16);
      out.u16(static_cast<std::uint16_t>(6 + vendor_class.size()));
      out.u32(343);
      out.u16(static_cast<std::uint16_t>(vendor_class.size()));
      out.text(vendor_class);
      return udp(true, 546, 547, message, client);
    }
    out.u8(1);
    out.zeros(27);
    out.bytes(client.octets);
    out.zeros(206);
    out.u8(60);
    out.u8(static_cast<std::uint8_t>(vendor_class.size()));
    out.text(vendor_class);
    return udp(true, 68, 67, message, client);
  }
  static Bytes login(std::uint8_t opcode, std::uint8_t flags, std::string_view text) {
    Bytes pdu;
    ByteWriter out(pdu);
    out.u8(opcode);
    out.u8(flags);
    out.u16(0);
    out.u32(static_cast<std::uint32_t>(text.size()));
    out.zeros(40);
    out.text(text);
    out.pad_to(4);
    return pdu;
  }
  /// What is kept of the frame; "" when nothing is.
  std::string keep(const Bytes& frame) {
    last = excerpt.keep(frame);
    return last ? std::string(text_of(last->bytes)) : "";
  }
  void meet() { ASSERT_NE(keep(dhcp(pc, "PXEClient:Arch:00000")), ""); }
  static bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

  Excerpt excerpt{server_mac, Ports{}};
  std::optional<Excerpt::Kept> last;
};

using namespace std::string_literals;

INSTANTIATE_TEST_SUITE_P(Families, ExcerptTest, testing::Bool(),
                         [](const auto& family) { return family.param ? "ipv6" : "ipv4"; });

TEST_P(ExcerptTest, only_machines_that_netboot_are_kept) {
  EXPECT_EQ(keep(dhcp(laptop, "MSFT 5.0")), "");
  EXPECT_EQ(keep(tcp(true, 8080, Frame::syn, {}, laptop)), "");
  meet();
  EXPECT_EQ(last->client, pc);
  EXPECT_NE(keep(tcp(true, 8080, Frame::syn)), "");
  EXPECT_EQ(last->knock->service, boot::knocked_http);
  EXPECT_FALSE(last->knock->answered);
  EXPECT_NE(keep(tcp(false, 8080, Frame::syn | Frame::ack)), "");
  EXPECT_EQ(last->knock->service, boot::knocked_http);
  EXPECT_TRUE(last->knock->answered);
  EXPECT_NE(keep(tcp(true, 3260, Frame::syn)), "");
  EXPECT_EQ(last->knock->service, boot::knocked_iscsi);
  EXPECT_EQ(keep(tcp(true, 22, Frame::syn)), "") << "not our port";
}

TEST_P(ExcerptTest, a_download_is_kept_from_its_request_and_blocks_by_their_headers) {
  meet();
  EXPECT_EQ(keep(udp(false, 40000, 2070, bytes_of("\0\3\0\1loader"s))), "") << "nobody asked";
  EXPECT_TRUE(has(keep(udp(true, 2070, 69, bytes_of("\0\1undionly.kpxe\0octet\0"s))), "undionly"));
  EXPECT_EQ(last->knock->service, boot::knocked_tftp);
  EXPECT_NE(keep(udp(false, 40000, 2070, bytes_of("\0\3\0\1first"s))), "");
  EXPECT_TRUE(last->knock->answered);
  const std::string later = keep(udp(false, 40000, 2070, bytes_of("\0\3\1\0loader"s)));
  EXPECT_NE(later, "");
  EXPECT_FALSE(has(later, "loader"));
  EXPECT_EQ(keep(udp(false, 40000, 2071, bytes_of("\0\3\0\1other"s))), "");
}

TEST_P(ExcerptTest, of_http_only_heads_and_of_these_only_machines_own) {
  meet();
  const std::string get = "GET /boot/52:54:00:00:00:01.ipxe HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_TRUE(has(keep(tcp(true, 8080, Frame::ack, bytes_of(get))), "Host: x"));
  const std::string answer =
      keep(tcp(false, 8080, Frame::ack, bytes_of("HTTP/1.1 200 OK\r\nA: b\r\n\r\n#!ipxe\nset password SECRET"s)));
  EXPECT_TRUE(has(answer, "200 OK"));
  EXPECT_FALSE(has(answer, "SECRET"));
  EXPECT_EQ(keep(tcp(false, 8080, Frame::ack, bytes_of("set password SECRET\n"s))), "");
  EXPECT_EQ(
      keep(tcp(true, 8080, Frame::ack, bytes_of("GET /api/v1/clients HTTP/1.1\r\nAuthorization: Bearer T\r\n\r\n"s))),
      "");
  EXPECT_EQ(keep(tcp(true, 8080, Frame::ack, bytes_of("PUT /boot/x HTTP/1.1\r\n\r\n"s))), "");
  const std::string odd =
      keep(tcp(true, 8080, Frame::ack, bytes_of("GET /files/a HTTP/1.1\r\nAUTHORIZATION: Basic T\r\n\r\n"s)));
  EXPECT_FALSE(has(odd, "Basic"));
  const std::string last_words = keep(tcp(false, 8080, Frame::fin | Frame::ack, bytes_of("password SECRET"s)));
  EXPECT_NE(last_words, "");
  EXPECT_FALSE(has(last_words, "SECRET"));
}

TEST_P(ExcerptTest, a_login_is_kept_without_its_proof_and_nothing_behind_it) {
  meet();
  keep(tcp(true, 3260, Frame::syn));
  EXPECT_TRUE(has(keep(tcp(true, 3260, Frame::ack, login(0x43, 0x81, "InitiatorName=iqn.x\0AuthMethod=CHAP\0"s))),
                  "InitiatorName=iqn.x"));
  const std::string challenge =
      keep(tcp(false, 3260, Frame::ack, login(0x23, 0, "CHAP_A=5\0CHAP_I=1\0CHAP_C=0xabcd\0"s)));
  EXPECT_TRUE(has(challenge, "CHAP_A=5"));
  EXPECT_TRUE(has(challenge, "CHAP_C=xxxxxx")) << challenge;
  const std::string proof = keep(tcp(true, 3260, Frame::ack, login(0x43, 0x81, "CHAP_N=pc\0CHAP_R=0x1234\0"s)));
  EXPECT_TRUE(has(proof, "CHAP_N=pc"));
  EXPECT_FALSE(has(proof, "1234"));
  EXPECT_NE(keep(tcp(false, 3260, Frame::ack, login(0x23, 0x87, ""))), "") << "the login's end";
  EXPECT_EQ(keep(tcp(true, 3260, Frame::ack, login(0x43, 0x87, "InitiatorName=late"))), "")
      << "a disk's data may look like this";
  EXPECT_EQ(keep(tcp(false, 3260, Frame::ack, bytes_of("ABCDEFGHIJ"s))), "");
  EXPECT_NE(keep(tcp(true, 3260, Frame::fin | Frame::ack)), "");
}

TEST_P(ExcerptTest, a_login_in_pieces) {
  meet();
  keep(tcp(true, 3260, Frame::syn));
  const Bytes pdu = login(0x43, 0x81, "CHAP_N=pc\0CHAP_R=0x12345678\0"s);
  const ByteView whole(pdu);
  EXPECT_NE(keep(tcp(true, 3260, Frame::ack, whole.first(48))), "") << "iPXE sends the header alone";
  const std::string text = keep(tcp(true, 3260, Frame::ack, whole.subspan(48)));
  EXPECT_TRUE(has(text, "CHAP_N=pc"));
  EXPECT_FALSE(has(text, "5678"));
  EXPECT_NE(keep(tcp(true, 3260, Frame::ack, whole.first(70))), "") << "torn within the proof";
  EXPECT_FALSE(has(std::string(text_of(last->bytes)), "CHAP_N"));
  EXPECT_FALSE(has(keep(tcp(true, 3260, Frame::ack, whole.subspan(70))), "5678"));
  EXPECT_EQ(
      keep(tcp(true, 3260, Frame::ack, bytes_of("\1 a command that holds data, and is long enough for a header"s))),
      "");
  EXPECT_EQ(keep(tcp(true, 3260, Frame::ack, whole)), "") << "once it was no login, it is none any more";
}

TEST_P(ExcerptTest, a_session_whose_beginning_was_not_seen_is_not_kept) {
  meet();
  EXPECT_EQ(keep(tcp(true, 3260, Frame::ack, login(0x43, 0x81, "InitiatorName=iqn.x"))), "");
}

TEST_P(ExcerptTest, cut_and_odd_frames_are_dropped) {
  meet();
  const Bytes frame = tcp(true, 3260, Frame::syn);
  for (std::size_t size = 0; size < (v6() ? 74U : 54U); ++size)
    EXPECT_EQ(keep({frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)}), "") << size;
  Bytes tagged = frame;
  const Bytes tag{0x81, 0, 0, 7};
  tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
  EXPECT_NE(keep(tagged), "") << "VLAN";
}

TEST_P(ExcerptTest, tables_are_bounded) {
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const MacAddress mac{{2, 1, 0, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
    ASSERT_NE(keep(dhcp(mac, "PXEClient")), "");
    ASSERT_NE(keep(udp(true, static_cast<std::uint16_t>(20'000 + i), 69, bytes_of("\0\1a\0octet\0"s), mac)), "");
  }
}

}  // namespace
}  // namespace bootferry::capture
