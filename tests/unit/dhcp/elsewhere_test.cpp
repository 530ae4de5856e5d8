// SPDX-License-Identifier: Apache-2.0
// A machine that is plugged into the wrong socket of the server: told, once, and nobody else.
#include "dhcp/elsewhere.hpp"

#include <gtest/gtest.h>

#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct OtherSocket : ::testing::Test {
  OtherSocket() {
    boot::Client client;
    client.mac = pc1;
    client.known = true;
    registry.clients[pc1] = client;
  }
  std::optional<boot::Event> hear(const Message& message) {
    return elsewhere.on_request(message, "eth1", registry, clock.now());
  }
  static Message discover() { return with_pxe(make_request(MessageType::discover), 0); }

  ManualClock clock;
  boot::RegistrySnapshot registry;
  Elsewhere elsewhere;
};

TEST_F(OtherSocket, a_known_machine_is_told_of_at_its_second_try) {
  EXPECT_FALSE(hear(discover())) << "a bridge may bring it here in a moment";
  clock.advance(4s);
  const auto told = hear(discover());
  ASSERT_TRUE(told);
  EXPECT_EQ(told->kind, boot::EventKind::dhcp_discover);
  EXPECT_EQ(told->mac, pc1);
  EXPECT_NE(told->text.find("at eth1, which is not served"), std::string::npos) << told->text;
  EXPECT_EQ(told->fields.back(), (std::pair<std::string, std::string>{"interface", "eth1"}));
  clock.advance(8s);
  EXPECT_FALSE(hear(discover())) << "once a minute";
  clock.advance(60s);
  EXPECT_FALSE(hear(discover())) << "another boot, its first try";
  clock.advance(4s);
  EXPECT_TRUE(hear(discover()));
}

TEST_F(OtherSocket, who_is_heard_here_as_well_is_in_its_place) {
  EXPECT_FALSE(hear(discover()));
  elsewhere.note_here(pc1, clock.now());
  clock.advance(4s);
  EXPECT_FALSE(hear(discover()));
}

TEST_F(OtherSocket, strangers_systems_and_other_messages_are_none_of_ours) {
  Message stranger = discover();
  stranger.set_mac(pc2);
  Message phone = make_request(MessageType::discover, pc1);
  Message request = with_pxe(make_request(MessageType::request), 0);
  Message reply = discover();
  reply.op = Message::boot_reply;
  for (const Message& message : {stranger, phone, request, reply}) {
    EXPECT_FALSE(hear(message));
    clock.advance(4s);
    EXPECT_FALSE(hear(message));
  }
  registry.clients[pc1].known = false;
  EXPECT_FALSE(hear(discover()));
  clock.advance(4s);
  EXPECT_FALSE(hear(discover())) << "nobody has said that it is ours";
}

TEST_F(OtherSocket, a_crowd_does_not_fill_the_memory) {
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    MacAddress mac{
        {2, 0, 0, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
    elsewhere.note_here(mac, clock.now());
  }
  EXPECT_FALSE(hear(discover()));
  clock.advance(4s);
  EXPECT_TRUE(hear(discover()));
}

}  // namespace
}  // namespace bootferry::dhcp
