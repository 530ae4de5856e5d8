// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dhcp/arp.hpp"
#include "dhcp/codec.hpp"
#include "dhcp/delivery.hpp"
#include "dhcp/raw_frame.hpp"
#include "dhcp/router_advertisement.hpp"
#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using namespace testing;
const MacAddress our_mac = mac("02:00:00:00:00:01");
Solicitation asking(const MacAddress& client) { return {client, link_local_address(client)}; }

TEST(Checksum, of_the_rfc_1071_example) {
  EXPECT_EQ(internet_checksum(Bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}),
            static_cast<std::uint16_t>(~0xddf2));
  EXPECT_EQ(internet_checksum(Bytes{0x01}), static_cast<std::uint16_t>(~0x0100));
}

TEST(RawFrame, is_ethernet_ip_udp_with_valid_checksums) {
  const Bytes payload{'h', 'e', 'l', 'l', 'o'};
  const Bytes frame = encode_udp_frame({our_mac, pc1, us, ip("10.99.0.100"), 67, 68}, payload);
  ASSERT_EQ(frame.size(), 14u + 20 + 8 + 5);
  const ByteView all(frame);
  EXPECT_EQ(MacAddress::from(all.first(6)), pc1);
  EXPECT_EQ(MacAddress::from(all.subspan(6, 6)), our_mac);
  EXPECT_EQ(internet_checksum(all.subspan(14, 20)), 0);
  Bytes pseudo{10, 99, 0, 1, 10, 99, 0, 100, 0, 17, 0, 13};
  pseudo.insert(pseudo.end(), frame.begin() + 34, frame.end());
  EXPECT_EQ(internet_checksum(pseudo), 0);
  EXPECT_EQ(Bytes(frame.end() - 5, frame.end()), payload);
}

TEST(Arp, probe_has_no_sender_address_and_makes_no_claim) {
  const Bytes probe = encode_arp_probe(our_mac, ip("10.99.0.100"));
  EXPECT_EQ(probe.size(), 42u);
  EXPECT_FALSE(find_arp_claim(probe));
}

TEST(Arp, reply_claims_its_sender_address_and_every_cut_is_harmless) {
  Bytes reply = encode_arp_probe(pc2, ip("10.99.0.1"));
  reply[21] = 2;
  std::copy_n(Bytes{10, 99, 0, 100}.begin(), 4, reply.begin() + 28);
  const auto claim = find_arp_claim(reply);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->address, ip("10.99.0.100"));
  EXPECT_EQ(claim->holder, pc2);
  for (std::size_t size = 0; size < 42; ++size)
    EXPECT_FALSE(find_arp_claim(Bytes(reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(size))));
  for (std::size_t offset : {12u, 14u, 16u, 18u, 19u, 20u}) {
    Bytes broken = reply;
    broken[offset] ^= 0x40;
    EXPECT_FALSE(find_arp_claim(broken)) << offset;
  }
}

/// As iPXE sends it: from its link-local address, with its MAC as an option.
Bytes solicitation(const MacAddress& from, bool with_option = true) {
  Bytes message{133, 0, 0, 0, 0, 0, 0, 0};
  if (with_option) {
    message.insert(message.end(), {1, 1});
    message.insert(message.end(), from.octets.begin(), from.octets.end());
  }
  Bytes frame;
  ByteWriter writer(frame);
  writer.bytes(Bytes{0x33, 0x33, 0, 0, 0, 2});
  writer.bytes(from.octets);
  writer.u16(0x86dd);
  writer.u32(0x60000000);
  writer.u16(static_cast<std::uint16_t>(message.size()));
  writer.u8(58);
  writer.u8(255);
  writer.bytes(link_local_address(from));
  writer.bytes(Bytes{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  Bytes pseudo(frame.end() - 32, frame.end());
  ByteWriter(pseudo).u32(static_cast<std::uint32_t>(message.size()));
  ByteWriter(pseudo).u32(58);
  pseudo.insert(pseudo.end(), message.begin(), message.end());
  ByteWriter(message).set_u16(2, internet_checksum(pseudo));
  writer.bytes(message);
  return frame;
}

TEST(RouterSolicitation, of_ipxe_is_understood_with_and_without_option_and_padding) {
  EXPECT_EQ(find_router_solicitation(solicitation(pc1)), asking(pc1));
  Bytes padded = solicitation(pc1, false);
  padded.resize(80, 0);
  EXPECT_EQ(find_router_solicitation(padded), asking(pc1));
}

TEST(RouterSolicitation, every_changed_byte_of_the_message_and_every_cut_is_refused) {
  const Bytes good = solicitation(pc1);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(find_router_solicitation(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))))
        << size;
  }
  for (std::size_t offset = 20; offset < good.size();
       ++offset) {  // from the next header on; the checksum covers the rest
    Bytes broken = good;
    broken[offset] ^= 0x11;
    EXPECT_FALSE(find_router_solicitation(broken)) << offset;
  }
}

TEST(RouterSolicitation, with_an_option_of_no_length_is_refused) {
  Bytes frame = solicitation(pc1);
  frame[63] = 0;
  frame[57] = static_cast<std::uint8_t>(frame[57] + 1);  // keeps the checksum right
  EXPECT_FALSE(find_router_solicitation(frame));
}

TEST(RouterAdvertisement, is_empty_and_configures_nothing) {
  const Bytes frame = encode_router_advertisement(our_mac, asking(pc1));
  ASSERT_EQ(frame.size(), 14u + 40 + 16);
  EXPECT_EQ(MacAddress::from(ByteView(frame).first(6)), pc1);
  EXPECT_EQ(frame[21], 255);  // hop limit
  EXPECT_EQ(Bytes(frame.begin() + 22, frame.begin() + 38),
            Bytes({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 1}));
  EXPECT_EQ(Bytes(frame.begin() + 38, frame.begin() + 54),
            Bytes({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x50, 0x54, 0, 0xff, 0xfe, 0xe2, 0xe0, 1}));
  EXPECT_EQ(frame[54], 134);
  for (std::size_t i = 58; i < frame.size(); ++i) EXPECT_EQ(frame[i], 0) << i;  // flags, lifetime, timers: nothing
  Bytes pseudo(frame.begin() + 22, frame.begin() + 54);
  ByteWriter(pseudo).u32(16);
  ByteWriter(pseudo).u32(58);
  pseudo.insert(pseudo.end(), frame.begin() + 54, frame.end());
  EXPECT_EQ(internet_checksum(pseudo), 0);
}

TEST(RouterAdvertisement, goes_by_multicast_to_a_machine_without_an_address) {
  const Bytes frame = encode_router_advertisement(our_mac, {pc1, {}});
  EXPECT_EQ(MacAddress::from(ByteView(frame).first(6)), mac("33:33:00:00:00:01"));
  EXPECT_EQ(Bytes(frame.begin() + 38, frame.begin() + 54), Bytes({0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST(RouterAdvertiser, answers_only_machines_that_netboot) {
  RouterAdvertiser advertiser;
  const SteadyTime start{std::chrono::hours(1)};
  EXPECT_FALSE(advertiser.on_solicitation(asking(pc2), start));
  EXPECT_FALSE(advertiser.on_netbooting(pc1, start));
  EXPECT_TRUE(advertiser.on_solicitation(asking(pc1), start + std::chrono::seconds(119)));
  EXPECT_FALSE(advertiser.on_solicitation(asking(pc1), start + std::chrono::seconds(121)));
  EXPECT_FALSE(advertiser.on_solicitation(asking(pc2), start + std::chrono::seconds(121)));
}

TEST(RouterAdvertiser, remembers_a_solicitation_that_came_before_the_first_dhcp_message) {
  RouterAdvertiser advertiser;
  const SteadyTime start{std::chrono::hours(1)};
  EXPECT_FALSE(advertiser.on_solicitation(asking(pc1), start));
  EXPECT_EQ(advertiser.on_netbooting(pc1, start + std::chrono::seconds(2)), asking(pc1));
  EXPECT_FALSE(advertiser.on_netbooting(pc1, start + std::chrono::seconds(3)));  // once
  EXPECT_FALSE(advertiser.on_solicitation(asking(pc2), start));
  EXPECT_FALSE(advertiser.on_netbooting(pc2, start + std::chrono::seconds(6)));  // too old
}

TEST(RouterAdvertiser, a_flood_of_strangers_drives_out_only_the_oldest) {
  RouterAdvertiser advertiser;
  const SteadyTime start{std::chrono::hours(1)};
  for (std::uint32_t i = 0; i < 5000; ++i) {
    MacAddress stranger = pc2;
    stranger.octets[3] = static_cast<std::uint8_t>(i >> 8);
    stranger.octets[4] = static_cast<std::uint8_t>(i);
    (void)advertiser.on_solicitation(asking(stranger), start + std::chrono::milliseconds(i));
  }
  const SteadyTime later = start + std::chrono::milliseconds(5000);
  EXPECT_FALSE(advertiser.on_solicitation(asking(pc1), later));
  EXPECT_TRUE(advertiser.on_netbooting(pc1, later));
}

class ListTransport final : public PacketTransport {
 public:
  struct Udp {
    Port from;
    Ipv4Address to;
    std::uint16_t port;
    Bytes payload;
  };
  Result<void> send_udp(Port from, Ipv4Address to, std::uint16_t port, ByteView payload) override {
    udp.push_back({from, to, port, Bytes(payload.begin(), payload.end())});
    return {};
  }
  bool can_send_frames() const override { return frames_allowed; }
  Result<void> send_frame(ByteView frame) override {
    frames.emplace_back(frame.begin(), frame.end());
    return {};
  }
  bool frames_allowed = true;
  std::vector<Udp> udp;
  std::vector<Bytes> frames;
};

TEST(Delivery, client_without_an_address_gets_a_frame_to_its_mac) {
  ListTransport transport;
  Message offer = make_request(MessageType::offer);
  offer.op = Message::boot_reply;
  const Send send{offer, Port::server, {Destination::Way::hardware, ip("10.99.0.100"), 68, pc1}, 1472};
  ASSERT_TRUE(deliver(send, make_settings(Settings::Mode::server), transport));
  ASSERT_EQ(transport.frames.size(), 1u);
  EXPECT_TRUE(transport.udp.empty());
  const Bytes& frame = transport.frames[0];
  EXPECT_EQ(MacAddress::from(ByteView(frame).first(6)), pc1);
  EXPECT_EQ(*decode(ByteView(frame).subspan(42)), offer);
}

TEST(Delivery, without_raw_frames_it_is_broadcast) {
  ListTransport transport;
  transport.frames_allowed = false;
  const Send send{
      make_request(MessageType::offer), Port::server, {Destination::Way::hardware, ip("10.99.0.100"), 68, pc1}, 1472};
  ASSERT_TRUE(deliver(send, make_settings(Settings::Mode::server), transport));
  ASSERT_EQ(transport.udp.size(), 1u);
  EXPECT_EQ(transport.udp[0].to, Ipv4Address::broadcast());
  EXPECT_EQ(transport.udp[0].port, 68);
}

TEST(Delivery, unicast_leaves_from_the_port_that_was_asked) {
  ListTransport transport;
  const Send send{
      make_request(MessageType::ack), Port::pxe, {Destination::Way::unicast, ip("10.99.0.150"), 4011, pc1}, 1472};
  ASSERT_TRUE(deliver(send, make_settings(Settings::Mode::proxy), transport));
  ASSERT_EQ(transport.udp.size(), 1u);
  EXPECT_EQ(transport.udp[0].from, Port::pxe);
  EXPECT_EQ(transport.udp[0].to, ip("10.99.0.150"));
  EXPECT_EQ(transport.udp[0].port, 4011);
}

TEST(Delivery, a_reply_that_does_not_fit_is_an_error_not_a_packet) {
  ListTransport transport;
  Message big = make_request(MessageType::offer);
  big.set(82, Bytes(1000));
  EXPECT_FALSE(deliver({big, Port::server, {}, 548}, make_settings(Settings::Mode::server), transport));
  EXPECT_TRUE(transport.udp.empty() && transport.frames.empty());
}

}  // namespace
}  // namespace bootferry::dhcp
