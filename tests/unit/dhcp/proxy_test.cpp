// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using namespace testing;
using Mode = Settings::Mode;

const Message discover = make_request(MessageType::discover);
const ReceivedOn from_uefi{Port::pxe, ip("10.99.0.150"), 4011, true};
const ReceivedOn from_bios{Port::pxe, ip("10.99.0.150"), 68, true};

TEST(Proxy, never_hands_out_an_address) {
  Lab lab(Mode::proxy);
  const Send offer = sent(lab.hear(with_pxe(discover, 0)));
  EXPECT_EQ(offer.message.type(), MessageType::offer);
  EXPECT_TRUE(offer.message.yiaddr.is_unspecified());
  for (std::uint8_t code : {option::lease_time, option::subnet_mask, option::router, option::dns_servers})
    EXPECT_EQ(offer.message.find(code), nullptr);
  EXPECT_EQ(offer.to.way, Destination::Way::broadcast);
  EXPECT_EQ(offer.to.port, 68);
}

TEST(Proxy, says_nothing_to_machines_that_do_not_netboot) {
  Lab lab(Mode::proxy);
  EXPECT_TRUE(lab.hear(discover).empty());
  EXPECT_TRUE(lab.hear(make_request(MessageType::request)).empty());
  EXPECT_TRUE(lab.hear(make_request(MessageType::inform)).empty());
  EXPECT_TRUE(is_silent(lab.hear(make_request(MessageType::request), from_uefi)));
}

TEST(Proxy, bios_gets_its_file_at_once_and_skips_boot_server_discovery) {
  Lab lab(Mode::proxy);
  const Message offer = sent(lab.hear(with_pxe(discover, 0))).message;
  EXPECT_EQ(offer.siaddr, us);
  EXPECT_EQ(offer.file, "undionly.kpxe");
  EXPECT_EQ(*offer.find(option::boot_file),
            Bytes({'u', 'n', 'd', 'i', 'o', 'n', 'l', 'y', '.', 'k', 'p', 'x', 'e', 0}));
  EXPECT_EQ(offer.text(option::vendor_class), "PXEClient");
  EXPECT_EQ(*offer.find(option::vendor_information), Bytes({6, 1, 8, 255}));
  EXPECT_EQ(offer.find_address(option::server_id), us);
}

TEST(Proxy, uefi_offer_is_pxeclient_without_option_43_and_its_file_comes_from_4011) {
  for (std::uint16_t code : {7, 9}) {
    Lab lab(Mode::proxy);
    const Message offer = sent(lab.hear(with_pxe(discover, code))).message;
    EXPECT_EQ(offer.text(option::vendor_class), "PXEClient");
    EXPECT_EQ(offer.find(option::vendor_information), nullptr);
    EXPECT_TRUE(offer.file.empty());
    EXPECT_EQ(offer.find(option::boot_file), nullptr);
    EXPECT_EQ(offer.siaddr, us);

    Message request = with_pxe(make_request(MessageType::request), code);
    request.ciaddr = ip("10.99.0.150");
    const Actions actions = lab.hear(request, from_uefi);
    const Send ack = sent(actions);
    EXPECT_EQ(ack.message.type(), MessageType::ack);
    EXPECT_EQ(ack.message.siaddr, us);
    EXPECT_EQ(ack.message.file, "snponly.efi");
    EXPECT_EQ(ack.message.text(option::vendor_class), "PXEClient");
    EXPECT_EQ(ack.from, Port::pxe);
    EXPECT_EQ(ack.to, (Destination{Destination::Way::unicast, ip("10.99.0.150"), 4011, pc1}));
    EXPECT_TRUE(has_event(actions, boot::EventKind::pxe_request));
  }
}

TEST(Proxy, bios_boot_server_request_is_answered_to_port_68_with_its_boot_item) {
  Lab lab(Mode::proxy);
  Message request = with_pxe(make_request(MessageType::request), 0);
  request.ciaddr = ip("10.99.0.150");
  request.set(43, Bytes{71, 4, 0, 0, 0, 0, 255});
  const Send ack = sent(lab.hear(request, from_bios));
  EXPECT_EQ(ack.message.file, "undionly.kpxe");
  EXPECT_EQ(*ack.message.find(43), Bytes({71, 4, 0, 0, 0, 0, 255}));
  EXPECT_EQ(ack.to.port, 68);
}

TEST(Proxy, ipxe_gets_siaddr_and_script_so_that_it_never_asks_4011) {
  Lab lab(Mode::proxy);
  const Message offer = sent(lab.hear(with_ipxe(discover))).message;
  EXPECT_EQ(offer.siaddr, us);
  EXPECT_EQ(offer.file, "http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe");
  EXPECT_EQ(text_of_option(offer, option::boot_file), offer.file);
  EXPECT_EQ(offer.text(option::vendor_class), "PXEClient");
  EXPECT_EQ(offer.find(option::vendor_information), nullptr);
}

TEST(Proxy, no_pxedhcp_is_never_said_beside_another_server) {
  Lab lab(Mode::proxy);
  EXPECT_EQ(sent(lab.hear(with_ipxe(discover))).message.find(option::ipxe), nullptr);
}

TEST(Proxy, poor_ipxe_gets_our_loader_and_the_loaded_one_its_script) {
  Lab lab(Mode::proxy);
  Message poor = with_ipxe(discover);
  poor.set(175, Bytes{0x13, 1, 1});
  EXPECT_EQ(sent(lab.hear(poor)).message.file, "undionly.kpxe");
  EXPECT_TRUE(sent(lab.hear(with_ipxe(discover))).message.file.ends_with(".ipxe"));
}

TEST(Proxy, http_boot_gets_httpclient_and_url_in_offer_and_ack) {
  Lab lab(Mode::proxy);
  const Message client = with_pxe(discover, 16, "HTTPClient:Arch:00016:UNDI:003001");
  Message request = client;
  request.set_u8(option::message_type, 3);
  request.set_address(option::server_id, us);
  for (const Message& reply : {sent(lab.hear(client)).message, sent(lab.hear(request)).message}) {
    EXPECT_EQ(reply.text(option::vendor_class), "HTTPClient");
    EXPECT_EQ(text_of_option(reply, option::boot_file), "http://10.99.0.1:8080/loaders/snponly.efi");
    EXPECT_EQ(reply.file, "http://10.99.0.1:8080/loaders/snponly.efi");
  }
}

TEST(Proxy, a_raspberry_pi_finds_its_name_in_the_menu_and_is_told_what_it_lacks) {
  const Message pi = with_pxe(make_request(MessageType::discover, mac("dc:a6:32:00:00:01")), 0);
  Settings settings = make_settings(Mode::proxy);
  Lab without(settings);
  const Actions ignored = without.hear(pi);
  EXPECT_TRUE(is_silent(ignored));
  EXPECT_TRUE(has_event(ignored, boot::EventKind::dhcp_ignored));
  settings.boot.loaders.add("bootcode.bin", {});
  for (const Mode mode : {Mode::proxy, Mode::server}) {
    settings.mode = mode;
    Lab lab(settings);
    const Message offer = sent(lab.discover(pi)).message;
    EXPECT_EQ(offer.file, "bootcode.bin");
    EXPECT_EQ(offer.text(option::vendor_class), "PXEClient");
    const auto name = find_suboption(*offer.find(option::vendor_information), 9);
    ASSERT_TRUE(name);
    EXPECT_EQ(text_of(name->subspan(3)), "Raspberry Pi Boot");
  }
}

TEST(Proxy, uuid_goes_back_only_when_it_came) {
  Lab lab(Mode::proxy);
  EXPECT_EQ(sent(lab.hear(with_pxe(discover, 0))).message.find(97), nullptr);
  Message message = with_pxe(discover, 0);
  message.set(97, Bytes(17, 9));
  EXPECT_EQ(*sent(lab.hear(message)).message.find(97), Bytes(17, 9));
}

TEST(Proxy, a_request_meant_for_the_router_is_left_to_it_but_teaches_the_address) {
  Lab lab(Mode::proxy);
  Message request = with_pxe(make_request(MessageType::request), 0);
  request.set_address(option::server_id, ip("10.99.0.2"));
  request.set_address(option::requested_address, ip("10.99.0.150"));
  const Actions actions = lab.hear(request);
  EXPECT_TRUE(is_silent(actions));
  ASSERT_EQ(all<LearnAddress>(actions).size(), 1u);
  EXPECT_EQ(all<LearnAddress>(actions)[0].address, ip("10.99.0.150"));
  EXPECT_EQ(all<LearnAddress>(actions)[0].mac, pc1);
}

TEST(Proxy, a_relay_is_answered_at_its_port_67) {
  Lab lab(Mode::proxy);
  Message message = with_pxe(discover, 0);
  message.giaddr = ip("10.99.7.1");
  const Send offer = sent(lab.hear(message));
  EXPECT_EQ(offer.to.address, ip("10.99.7.1"));
  EXPECT_EQ(offer.to.port, 67);
  EXPECT_EQ(offer.message.giaddr, ip("10.99.7.1"));
}

TEST(Proxy, a_machine_without_a_loader_is_told_of_and_gets_nothing) {
  Lab lab(Mode::proxy);
  const Actions actions = lab.hear(with_pxe(discover, 10));
  EXPECT_TRUE(is_silent(actions));
  EXPECT_TRUE(has_event(actions, boot::EventKind::dhcp_ignored));
}

TEST(Proxy, a_netbooting_machine_is_noted_and_told_of) {
  Lab lab(Mode::proxy);
  const Actions actions = lab.hear(with_pxe(discover, 7));
  ASSERT_EQ(all<NoteSeen>(actions).size(), 1u);
  EXPECT_EQ(all<NoteSeen>(actions)[0].sighting.mac, pc1);
  EXPECT_EQ(all<NoteSeen>(actions)[0].sighting.architecture, boot::Architecture::efi_x64);
  EXPECT_EQ(all<Netbooting>(actions).size(), 1u);
  bool told = false;
  for (const Publish& publish : all<Publish>(actions))
    told |= publish.event.text == "PC 52:54:00:e2:e0:01 asks for an address (UEFI x64 PXE)";
  EXPECT_TRUE(told);
}

TEST(Proxy, our_own_replies_and_our_own_machine_are_not_answered) {
  Lab lab(Mode::proxy);
  Message reply = with_pxe(discover, 0);
  reply.op = Message::boot_reply;
  EXPECT_TRUE(lab.hear(reply).empty());
  EXPECT_TRUE(lab.hear(with_pxe(make_request(MessageType::discover, mac("02:00:00:00:00:01")), 0)).empty());
}

TEST(Proxy, messages_without_a_plausible_sender_are_not_answered) {
  Lab lab(Mode::proxy);
  for (const char* bad : {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"}) {
    EXPECT_TRUE(lab.hear(with_pxe(make_request(MessageType::discover, mac(bad)), 0)).empty()) << bad;
  }
  Message message = with_pxe(discover, 0);
  message.hardware_length = 16;
  EXPECT_TRUE(lab.hear(message).empty());
  message.hardware_length = 6;
  message.remove(option::message_type);  // BOOTP
  EXPECT_TRUE(lab.hear(message).empty());
}

TEST(Off, answers_nobody) {
  Lab lab(Mode::off);
  EXPECT_TRUE(lab.hear(with_pxe(discover, 0)).empty());
}

TEST(Limits, events_of_a_flood_are_bounded) {
  Lab lab(Mode::proxy);
  std::size_t events = 0;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    MacAddress m = pc1;
    m.octets[4] = static_cast<std::uint8_t>(i >> 8);
    m.octets[5] = static_cast<std::uint8_t>(i);
    events += all<Publish>(lab.hear(with_pxe(make_request(MessageType::discover, m), 0))).size();
  }
  EXPECT_EQ(events, 4000u);
  lab.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(all<Publish>(lab.hear(with_pxe(discover, 0))).size(), 2u);
}

}  // namespace
}  // namespace bootferry::dhcp
