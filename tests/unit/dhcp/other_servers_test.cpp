// SPDX-License-Identifier: Apache-2.0
// The detector of other DHCP and PXE servers: what it hears, tells and asks.
#include "dhcp/other_servers.hpp"

#include <gtest/gtest.h>

#include "boot/client_words.hpp"
#include "dhcp/codec.hpp"
#include "dhcp/raw_frame.hpp"
#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using namespace testing;
using boot::ServerKind;
using Mode = Settings::Mode;

const MacAddress router_mac = mac("02:00:00:00:00:99");
const Ipv4Address router = ip("10.99.0.2");

Message reply_of(MessageType type, Ipv4Address yiaddr, std::string file = {}, const MacAddress& to = pc1) {
  Message reply = make_request(type, to);
  reply.op = Message::boot_reply;
  reply.yiaddr = yiaddr;
  reply.file = std::move(file);
  reply.set_address(option::server_id, router);
  return reply;
}

struct Detector {
  explicit Detector(Mode mode) : settings(make_settings(mode)) {}
  Actions hear(const Message& reply, const MacAddress& from = router_mac, Ipv4Address source = router) {
    return others.on_reply(reply, from, source, {clock.now(), clock.wall_now()});
  }
  Settings settings;
  ManualClock clock;
  OtherServers others{settings};
};

std::string told(const Actions& actions) {
  const auto published = all<Publish>(actions);
  return published.empty() ? "" : published[0].event.text;
}

TEST(OtherServers, the_router_is_told_of_once_and_is_no_trouble_beside_a_proxy) {
  Detector detector(Mode::proxy);
  EXPECT_EQ(told(detector.hear(reply_of(MessageType::offer, ip("10.99.0.150")))),
            "The DHCP server 10.99.0.2 (02:00:00:00:00:99) gives addresses here.");
  detector.clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(detector.hear(reply_of(MessageType::ack, ip("10.99.0.150"))).empty());
  const auto servers = detector.others.servers();
  ASSERT_EQ(servers.size(), 1u);
  EXPECT_EQ(servers[0].address, router);
  EXPECT_EQ(servers[0].mac, router_mac);
  EXPECT_EQ(servers[0].kind, ServerKind::dhcp);
  EXPECT_EQ(servers[0].last_seen - servers[0].first_seen, std::chrono::hours(1));
  EXPECT_EQ(complaint_of(servers[0], false), "");
}

TEST(OtherServers, beside_our_own_addresses_it_is_a_warning_with_its_mend) {
  Detector detector(Mode::server);
  const Actions actions = detector.hear(reply_of(MessageType::offer, ip("10.99.0.150")));
  EXPECT_TRUE(has_event(actions, boot::EventKind::dhcp_other_server));
  EXPECT_NE(told(actions).find("--dhcp-mode proxy"), std::string::npos);
  EXPECT_NE(complaint_of(detector.others.servers()[0], true), "");
}

TEST(OtherServers, a_boot_file_or_a_proxy_is_told_of_when_it_shows) {
  Detector detector(Mode::proxy);
  (void)detector.hear(reply_of(MessageType::offer, ip("10.99.0.150")));
  const Actions booting = detector.hear(reply_of(MessageType::offer, ip("10.99.0.150"), "pxelinux.0"));
  EXPECT_NE(told(booting).find("pxelinux.0"), std::string::npos);
  EXPECT_NE(told(booting).find("66 and 67"), std::string::npos);
  EXPECT_EQ(detector.others.servers()[0].kind, ServerKind::pxe);
  (void)detector.hear(reply_of(MessageType::offer, ip("10.99.0.150")));
  EXPECT_EQ(detector.others.servers()[0].kind, ServerKind::pxe) << "to others it says nothing of it";

  Message proxy = reply_of(MessageType::offer, {});
  proxy.set_address(option::server_id, ip("10.99.0.3"));
  proxy.set_text(option::vendor_class, "PXEClient");
  EXPECT_TRUE(has_event(detector.hear(proxy, pc2, ip("10.99.0.3")), boot::EventKind::dhcp_other_server));
  EXPECT_EQ(detector.others.servers()[1].kind, ServerKind::proxy);
  EXPECT_NE(complaint_of(detector.others.servers()[1], false), "");
}

TEST(OtherServers, what_they_say_to_a_netbooting_machine_is_told_of_it_for_two_minutes) {
  Detector detector(Mode::proxy);
  detector.others.note_netbooting(pc1, detector.clock.now());
  const Actions actions = detector.hear(reply_of(MessageType::offer, ip("10.99.0.150"), "evil.0"));
  ASSERT_TRUE(has_event(actions, boot::EventKind::dhcp_other_offer));
  const boot::Event event = all<Publish>(actions).back().event;
  EXPECT_EQ(event.mac, pc1);
  EXPECT_EQ(event.address, ip("10.99.0.150"));
  EXPECT_EQ(event.text,
            "The server 10.99.0.2 offered 52:54:00:e2:e0:01 the address 10.99.0.150 and the boot file evil.0.");
  EXPECT_TRUE(detector.hear(reply_of(MessageType::offer, ip("10.99.0.151"), {}, pc2)).empty());
  detector.clock.advance(std::chrono::minutes(3));
  EXPECT_TRUE(detector.hear(reply_of(MessageType::ack, ip("10.99.0.150"))).empty());
}

TEST(OtherServers, our_own_replies_requests_and_informs_are_nothing) {
  Detector detector(Mode::proxy);
  Message own = reply_of(MessageType::offer, {});
  own.set_address(option::server_id, us);
  EXPECT_TRUE(detector.hear(own).empty());
  EXPECT_TRUE(detector.hear(reply_of(MessageType::offer, router), detector.settings.interface_mac).empty());
  EXPECT_TRUE(detector.hear(make_request(MessageType::discover)).empty());
  EXPECT_TRUE(detector.hear(reply_of(MessageType::nak, {})).empty());
  EXPECT_TRUE(detector.hear(reply_of(MessageType::ack, {})).empty()) << "an answer to INFORM";
  EXPECT_TRUE(detector.others.servers().empty());
}

TEST(OtherServers, hostile_names_and_floods_are_bounded_and_printable) {
  Detector detector(Mode::proxy);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    Message reply = reply_of(MessageType::offer, ip("10.99.0.150"), "a\n\xff" + std::string(100, 'x'));
    reply.set_text(option::boot_file, "\r\n\x1b[2J" + std::string(200, 'y'));
    reply.set_address(option::server_id, {0xc0a80000 + i});
    (void)detector.hear(reply);
  }
  EXPECT_EQ(detector.others.servers().size(), 64u);
  for (const boot::NetworkServer& server : detector.others.servers()) {
    EXPECT_LE(server.boot_file.size(), 128u);
    for (const char c : server.boot_file) EXPECT_TRUE(c > 0x20 && c < 0x7f);
  }
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    MacAddress made_up = pc1;
    made_up.octets[3] = static_cast<std::uint8_t>(i >> 16);
    made_up.octets[4] = static_cast<std::uint8_t>(i >> 8);
    made_up.octets[5] = static_cast<std::uint8_t>(i);
    detector.others.note_netbooting(made_up, detector.clock.now());
  }
}

TEST(OtherServers, the_probe_is_a_uefi_pc_with_our_mac_that_wants_a_broadcast_answer) {
  Detector detector(Mode::proxy);
  const Message probe = decode(encode(detector.others.make_probe(7)).value()).value();
  EXPECT_EQ(probe.xid, 7u);
  EXPECT_TRUE(probe.wants_broadcast());
  EXPECT_EQ(probe.mac(), detector.settings.interface_mac);
  const auto netboot = find_netboot_client(probe);
  ASSERT_TRUE(netboot);
  EXPECT_EQ(describe(netboot->facts), "UEFI x64 PXE");
  Lab lab(Mode::server);
  EXPECT_TRUE(lab.hear(probe).empty()) << "we do not answer ourselves";
}

TEST(ServerMode, a_netbooting_machine_that_takes_another_servers_offer_is_told_of) {
  Lab lab(Mode::server);
  Message request = with_pxe(make_request(MessageType::request), 0);
  request.set_address(option::server_id, router);
  request.set_address(option::requested_address, ip("10.99.0.20"));
  EXPECT_TRUE(has_event(lab.hear(request), boot::EventKind::dhcp_other_chosen));
  request = make_request(MessageType::request);
  request.set_address(option::server_id, router);
  EXPECT_FALSE(has_event(lab.hear(request), boot::EventKind::dhcp_other_chosen));
}

TEST(RawFrame, a_datagram_is_found_again_and_no_cut_or_changed_byte_harms) {
  const Bytes payload{'h', 'e', 'l', 'l', 'o'};
  const Bytes frame = encode_udp_frame({router_mac, pc1, router, ip("10.99.0.100"), 67, 68}, payload);
  const auto found = find_udp_datagram(frame);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->head.source_mac, router_mac);
  EXPECT_EQ(found->head.source, router);
  EXPECT_EQ(found->head.source_port, 67);
  EXPECT_EQ(found->head.destination_port, 68);
  EXPECT_EQ(Bytes(found->payload.begin(), found->payload.end()), payload);
  Bytes padded = frame;
  padded.resize(60);  // Ethernet's least size
  EXPECT_EQ(find_udp_datagram(padded)->payload.size(), payload.size());
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(find_udp_datagram(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)))) << size;
  for (const std::size_t offset : {12u, 14u, 20u, 23u}) {  // ethertype, version, fragment, protocol
    Bytes broken = frame;
    broken[offset] ^= 0x20;
    EXPECT_FALSE(find_udp_datagram(broken)) << offset;
  }
}

}  // namespace
}  // namespace bootferry::dhcp
