// SPDX-License-Identifier: Apache-2.0
// DHCPv6 through relay agents: the envelopes of a question are those of its answer, and the machine is the client.
#include "dhcpv6/relay.hpp"

#include <gtest/gtest.h>

#include "dhcpv6/codec.hpp"
#include "dhcpv6_testing.hpp"

namespace bootferry::dhcpv6 {
namespace {

using namespace testing;

constexpr std::uint8_t forward = 12, reply = 13;
constexpr Ipv6Address link{0xfd, 0x99, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
const Bytes port_name{'e', 't', 'h', '7'};

Bytes envelope(std::uint8_t hops, const Ipv6Address& peer, const Bytes& inner, const std::vector<Option>& more = {}) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.u8(forward);
  writer.u8(hops);
  writer.bytes(link);
  writer.bytes(peer);
  const auto add = [&](std::uint16_t code, const Bytes& data) {
    writer.u16(code);
    writer.u16(static_cast<std::uint16_t>(data.size()));
    writer.bytes(data);
  };
  for (const Option& one : more) add(one.code, one.data);
  add(option::relay_message, inner);
  return bytes;
}

Bytes told(const Message& message) { return encode(message); }

TEST(Dhcpv6Relay, the_client_behind_a_relay_is_answered_in_the_relays_envelope) {
  const Bytes asked = envelope(0, pc1_address, told(solicit(7, "PXEClient")), {{option::interface_id, port_name}});
  ASSERT_TRUE(is_relayed(asked));
  const auto relayed = decode_relayed(asked);
  ASSERT_TRUE(relayed) << relayed.error().message;
  EXPECT_EQ(relayed->message, solicit(7, "PXEClient"));
  EXPECT_EQ(relayed->client(), pc1_address);
  EXPECT_FALSE(relayed->wants_source_port());
  Lab lab;
  const Answer answer = lab.hear(relayed->message, relayed->client());
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(answer.seen->mac, pc1) << "the peer is the client's own address";

  Bytes expected = envelope(0, pc1_address, told(*answer.reply), {{option::interface_id, port_name}});
  expected[0] = reply;
  EXPECT_EQ(encode_relayed(*answer.reply, relayed->layers), expected);
}

TEST(Dhcpv6Relay, relays_behind_relays_get_an_envelope_each) {
  Ipv6Address inner_relay = link;
  inner_relay[15] = 9;
  const Bytes inner = envelope(0, pc1_address, told(solicit(7, "PXEClient")), {{option::interface_id, port_name}});
  const Bytes outer = envelope(1, inner_relay, inner, {{option::relay_source_port, {0, 0}}});
  const auto relayed = decode_relayed(outer);
  ASSERT_TRUE(relayed);
  ASSERT_EQ(relayed->layers.size(), 2u);
  EXPECT_EQ(relayed->layers[0].hops, 1);
  EXPECT_EQ(relayed->layers[0].peer, inner_relay);
  EXPECT_EQ(relayed->client(), pc1_address);
  EXPECT_TRUE(relayed->wants_source_port());
  Bytes back = encode_relayed(solicit(7, "PXEClient"), relayed->layers);
  Bytes expected = outer;
  expected[0] = reply;
  expected[outer.size() - inner.size()] = reply;
  EXPECT_EQ(back, expected);
}

TEST(Dhcpv6Relay, the_relay_tells_the_mac_of_a_client_whose_address_does_not) {
  Ipv6Address random = pc1_address;
  random[11] = 0x12;
  Message message = without(solicit(7, "PXEClient"), option::client_id);
  message.add(option::client_id, Bytes{0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  const Bytes mac{0, 1, 0x52, 0x54, 0, 0xe2, 0xe0, 1};
  const auto relayed = decode_relayed(envelope(0, random, told(message), {{option::client_link_layer_address, mac}}));
  ASSERT_TRUE(relayed);
  EXPECT_EQ(relayed->mac, pc1);
  const auto client = find_netboot_client(relayed->message, {relayed->client(), true, false, relayed->mac});
  ASSERT_TRUE(client);
  EXPECT_EQ(client->facts.mac, pc1);
}

TEST(Dhcpv6Relay, ipxe_behind_a_relay_is_told_its_script) {
  Message message = without(solicit(7, "PXEClient:Arch:00007:UNDI:003016"), option::ia_na);
  message.type = MessageType::information_request;
  message.add(option::user_class, Bytes{0, 4, 'i', 'P', 'X', 'E'});
  const auto relayed = decode_relayed(envelope(0, pc1_address, told(message)));
  ASSERT_TRUE(relayed);
  Lab lab;
  const Answer answer = lab.hear(relayed->message, relayed->client());
  ASSERT_TRUE(answer.reply);
  EXPECT_EQ(text(*answer.reply, option::boot_file_url), "http://[fd00::1]:8080/boot/52:54:00:e2:e0:01.ipxe");
}

TEST(Dhcpv6Relay, what_is_cut_empty_too_deep_or_no_relays_is_refused) {
  const Bytes whole = envelope(0, pc1_address, told(solicit(7, "PXEClient")), {{option::interface_id, port_name}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_relayed(ByteView(whole).first(size))) << size;
  EXPECT_FALSE(decode_relayed(told(solicit(7, "PXEClient"))));
  EXPECT_FALSE(decode_relayed(envelope(0, pc1_address, {})));
  Bytes deep = told(solicit(7, "PXEClient"));
  for (std::uint8_t hops = 0; hops < 8; ++hops) deep = envelope(hops, pc1_address, deep);
  EXPECT_TRUE(decode_relayed(deep));
  EXPECT_FALSE(decode_relayed(envelope(8, pc1_address, deep)));
  EXPECT_FALSE(decode_relayed(envelope(0, pc1_address, Bytes(20'000, 1)))) << "its answer's lengths must have 16 bits";
}

}  // namespace
}  // namespace bootferry::dhcpv6
