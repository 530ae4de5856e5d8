// SPDX-License-Identifier: Apache-2.0
// DHCPv6 beside somebody who gives the addresses: who is answered, with which URL, and who is left alone.
#include "dhcpv6/responder.hpp"

#include <gtest/gtest.h>

#include "dhcpv6/codec.hpp"
#include "dhcpv6_testing.hpp"

namespace bootferry::dhcpv6 {
namespace {

using namespace testing;

TEST(Dhcpv6, uefi_pxe_is_told_a_tftp_url_beside_the_server_of_addresses) {
  Lab lab;
  const Answer answer = lab.hear(solicit(7, "PXEClient:Arch:00007:UNDI:003001"));
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(answer.reply->type, MessageType::advertise);
  EXPECT_EQ(answer.reply->xid, 0x123456u);
  EXPECT_EQ(text(*answer.reply, option::boot_file_url), "tftp://[fd00::1]/snponly.efi");
  EXPECT_EQ(*answer.reply->find(option::client_id), client_duid);
  EXPECT_EQ(*answer.reply->find(option::vendor_class), vendor_class(343, "PXEClient"));
  EXPECT_EQ(answer.reply->find(option::ia_na), nullptr) << "an address would make it the main offer";
  ASSERT_TRUE(answer.seen);
  EXPECT_EQ(answer.seen->mac, pc1);
  EXPECT_EQ(answer.seen->architecture, boot::Architecture::efi_x64);
  ASSERT_EQ(answer.events.size(), 2u);
  EXPECT_EQ(answer.events[0].kind, boot::EventKind::dhcp_discover);
  EXPECT_EQ(answer.events[0].mac, pc1);
  EXPECT_EQ(answer.events[1].kind, boot::EventKind::dhcp_offer);
}

TEST(Dhcpv6, uefi_http_boot_is_told_an_http_url_and_its_own_class) {
  Lab lab;
  Message message = solicit(16, "HTTPClient:Arch:00016:UNDI:003001", 0);
  const Answer answer = lab.hear(message);
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(text(*answer.reply, option::boot_file_url), "http://[fd00::1]:8080/loaders/snponly.efi");
  EXPECT_EQ(*answer.reply->find(option::vendor_class), vendor_class(0, "HTTPClient"));
}

TEST(Dhcpv6, ipxe_is_told_its_script_and_no_address) {
  Lab lab;
  Message message = solicit(7, "PXEClient:Arch:00007:UNDI:003016");
  message.add(option::user_class, Bytes{0, 4, 'i', 'P', 'X', 'E'});
  const std::string script = "http://[fd00::1]:8080/boot/52:54:00:e2:e0:01.ipxe";
  const Answer advertised = lab.hear(message);
  ASSERT_TRUE(advertised.reply);
  EXPECT_EQ(advertised.reply->type, MessageType::advertise);
  EXPECT_EQ(text(*advertised.reply, option::boot_file_url), script);
  EXPECT_EQ(advertised.reply->find(option::ia_na), nullptr) << "the address server's offer must stay the only one";
  message.type = MessageType::information_request;
  const Answer answer = lab.hear(without(message, option::ia_na));
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(answer.reply->type, MessageType::reply);
  EXPECT_EQ(text(*answer.reply, option::boot_file_url), script);
  Ipv6Address global = pc1_address;
  global[0] = 0xfd;
  Message nameless = without(message, option::client_id);
  EXPECT_FALSE(lab.hear(without(nameless, option::ia_na), global).reply) << "a script is of a MAC";
}

TEST(Dhcpv6, a_request_for_an_address_of_ours_is_refused_with_the_reason) {
  Lab lab;
  Message message = solicit(7, "PXEClient");
  message.type = MessageType::request;
  message.add(option::server_id, our_duid);
  const Answer answer = lab.hear(message);
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(answer.reply->type, MessageType::reply);
  const Bytes* refused = answer.reply->find(option::ia_na);
  ASSERT_TRUE(refused);
  EXPECT_EQ(*refused, Bytes({0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 0, 2, 0, 2}));
}

// OVMF: the offer without an address, brought back to port 4011 from the address that the other server gave.
TEST(Dhcpv6, uefi_hears_at_port_4011_what_it_was_told) {
  Lab lab;
  Message message = without(solicit(7, "PXEClient:Arch:00007:UNDI:003016"), option::ia_na);
  message.type = MessageType::request;
  message.add(option::server_id, our_duid);
  const Origin origin{{0xfd, 0x99}, false, true, std::nullopt};
  const Answer answer = lab.responder.on_message(message, origin, "fd00::1", lab.now);
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(answer.reply->type, MessageType::reply);
  EXPECT_EQ(answer.reply->find(option::ia_na), nullptr);
  EXPECT_EQ(text(*answer.reply, option::boot_file_url), "tftp://[fd00::1]/snponly.efi");
  EXPECT_EQ(answer.events.at(0).kind, boot::EventKind::pxe_request);
  EXPECT_FALSE(lab.hear(message, origin.source, false).reply) << "RFC 8415 18.4: at port 547 it comes by multicast";
  message = without(message, option::server_id);
  message.add(option::server_id, Bytes{0, 3, 0, 1, 9, 9, 9, 9, 9, 9});
  EXPECT_FALSE(lab.responder.on_message(message, origin, "fd00::1", lab.now).reply) << "another server's";
}

TEST(Dhcpv6, everybody_else_is_left_alone) {
  Lab lab;
  Message phone = solicit(7, "PXEClient");
  phone = without(without(phone, option::vendor_class), option::client_architecture);
  EXPECT_FALSE(lab.hear(phone).reply);
  EXPECT_TRUE(lab.hear(phone).events.empty());
  const Message pxe = solicit(7, "PXEClient");
  EXPECT_FALSE(lab.hear(pxe, pc1_address, false).reply) << "RFC 8415 18.4: SOLICIT comes by multicast";
  EXPECT_FALSE(lab.hear(without(pxe, option::client_id)).reply);
  Message theirs = pxe;
  theirs.type = MessageType::request;
  theirs.add(option::server_id, Bytes{0, 3, 0, 1, 9, 9, 9, 9, 9, 9});
  EXPECT_FALSE(lab.hear(theirs).reply);
  theirs.type = MessageType::information_request;
  EXPECT_FALSE(lab.hear(without(theirs, option::ia_na)).reply);
  for (const MessageType type :
       {MessageType::advertise, MessageType::confirm, MessageType::renew, MessageType::rebind, MessageType::reply,
        MessageType::release, MessageType::decline, MessageType::reconfigure}) {
    Message other = pxe;
    other.type = type;
    EXPECT_FALSE(lab.hear(other).reply);
  }
}

TEST(Dhcpv6, without_a_loader_the_reason_is_told) {
  Lab lab;
  const Answer answer = lab.hear(solicit(6, "PXEClient"));
  EXPECT_FALSE(answer.reply);
  ASSERT_EQ(answer.events.size(), 2u);
  EXPECT_EQ(answer.events[1].kind, boot::EventKind::dhcp_ignored);
}

TEST(Dhcpv6, a_mac_comes_from_the_link_local_address_or_the_duid) {
  EXPECT_EQ(find_mac_in_address(pc1_address), pc1);
  EXPECT_EQ(find_mac_in_duid(Bytes{0, 3, 0, 1, 0x52, 0x54, 0, 0xe2, 0xe0, 1}), pc1);
  EXPECT_EQ(find_mac_in_duid(Bytes{0, 1, 0, 1, 9, 9, 9, 9, 0x52, 0x54, 0, 0xe2, 0xe0, 1}), pc1);
  EXPECT_EQ(find_mac_in_duid(Bytes{0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}), std::nullopt);
  EXPECT_EQ(find_mac_in_duid(Bytes{0, 3, 0, 6, 0x52, 0x54, 0, 0xe2, 0xe0, 1}), std::nullopt);
  EXPECT_EQ(find_mac_in_duid(Bytes{0, 3, 0, 1, 0x52}), std::nullopt);
  Ipv6Address global = pc1_address;
  global[0] = 0xfd;
  EXPECT_EQ(find_mac_in_address(global), std::nullopt);
  // Without any of them UEFI is answered all the same; its loader asks again as iPXE, with its address.
  Lab lab;
  Message message = without(solicit(7, "PXEClient"), option::client_id);
  message.add(option::client_id, Bytes{0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  const Answer answer = lab.hear(message, global);
  EXPECT_TRUE(answer.reply);
  EXPECT_FALSE(answer.seen);
}

TEST(Dhcpv6Codec, every_cut_is_refused_or_whole_and_every_changed_byte_is_harmless) {
  const Bytes bytes = encode(solicit(7, "PXEClient:Arch:00007:UNDI:003001"));
  EXPECT_EQ(decode(bytes).value(), solicit(7, "PXEClient:Arch:00007:UNDI:003001"));
  Lab lab;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (const auto cut = decode(ByteView(bytes).first(i))) (void)lab.hear(*cut);
    for (const int change : {1, 0x80, 0xff}) {
      Bytes changed = bytes;
      changed[i] ^= static_cast<std::uint8_t>(change);
      if (const auto message = decode(changed)) {
        const Answer answer = lab.hear(*message);
        if (answer.reply) {
          EXPECT_EQ(decode(encode(*answer.reply)).value(), *answer.reply);
        }
      }
    }
  }
}

}  // namespace
}  // namespace bootferry::dhcpv6
