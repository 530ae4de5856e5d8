// SPDX-License-Identifier: Apache-2.0
// What brought other DHCPv6 servers down, tried on ours: rows of docs/security.md.
#include <gtest/gtest.h>

#include "dhcpv6/codec.hpp"
#include "dhcpv6/relay.hpp"
#include "dhcpv6_testing.hpp"

namespace bootferry::dhcpv6 {
namespace {

using namespace testing;

TEST(Cve2017_14493, a_relays_link_layer_address_of_any_length_overruns_nothing) {
  for (const std::size_t size : {0u, 1u, 6u, 16u, 17u, 300u, 65'000u}) {
    Bytes relayed{12, 0};  // RELAY-FORW, hop count; then the link's and the peer's address
    ByteWriter writer(relayed);
    writer.zeros(32);
    writer.u16(option::client_link_layer_address);
    writer.u16(static_cast<std::uint16_t>(size));
    writer.zeros(size);
    EXPECT_FALSE(decode(relayed)) << size;
    EXPECT_FALSE(decode_relayed(relayed)) << size;
    const Bytes inner = encode(solicit(7, "PXEClient"));
    writer.u16(option::relay_message);
    writer.u16(static_cast<std::uint16_t>(inner.size()));
    writer.bytes(inner);
    const auto opened = decode_relayed(relayed);
    EXPECT_EQ(opened.has_value(), size < 16'000) << size;
    if (opened) {
      EXPECT_FALSE(opened->mac);
    }
    Lab lab;
    Message message = solicit(7, "PXEClient");
    message.add(option::client_link_layer_address, Bytes(size, 0xff));
    EXPECT_TRUE(lab.hear(decode(encode(message)).value()).reply);
  }
}

TEST(Cve2017_14494, an_answer_holds_what_was_decided_and_the_clients_own_id_only) {
  Lab lab;
  Message message = solicit(7, "PXEClient");
  Bytes bytes = encode(message);
  bytes[bytes.size() - vendor_class(343, "PXEClient").size() - 1] = 0xff;  // a length that reaches behind the message
  EXPECT_FALSE(decode(bytes));
  const Answer answer = lab.hear(message);
  ASSERT_TRUE(answer.reply);
  std::size_t size = 4;
  for (const std::uint16_t code : {option::client_id, option::server_id, option::boot_file_url, option::vendor_class})
    size += 4 + answer.reply->find(code)->size();
  EXPECT_EQ(encode(*answer.reply).size(), size);
}

TEST(Cve2019_6472, duids_of_any_length_and_many_of_them_are_no_reason_to_stop) {
  for (const std::size_t size : {0u, 1u, 2u, 129u, 130u, 131u, 255u, 60'000u}) {
    Lab lab;
    Message message = without(solicit(7, "PXEClient"), option::client_id);
    message.add(option::client_id, Bytes(size, 0));
    const Answer answer = lab.hear(message);
    ASSERT_TRUE(answer.reply) << size;
    EXPECT_EQ(answer.reply->find(option::client_id)->size(), size);
    for (int i = 0; i < 1000; ++i) message.add(option::client_id, {});
    EXPECT_TRUE(lab.hear(message).reply);
  }
}

TEST(Cve2026_4892, long_ids_reach_no_shell_and_no_sentence) {
  Lab lab;
  Message message = without(solicit(7, "PXEClient"), option::client_id);
  message.add(option::client_id, Bytes(60'000, '`'));
  for (const boot::Event& event : lab.hear(message).events) {
    EXPECT_LT(event.text.size(), 200u);
    EXPECT_EQ(event.text.find('`'), std::string::npos);
  }
}

}  // namespace
}  // namespace bootferry::dhcpv6
