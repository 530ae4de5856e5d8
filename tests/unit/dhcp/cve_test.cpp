// SPDX-License-Identifier: Apache-2.0
// What brought other DHCP servers down, tried on ours: one test for each row of docs/security.md. Those of DHCPv6 are
// in dhcpv6/cve_test.cpp, those of stored leases in db/lease_store_test.cpp.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/log.hpp"
#include "dhcp/codec.hpp"
#include "dhcp_testing.hpp"
#include "support/source_tree.hpp"

namespace bootferry::dhcp {
namespace {

using namespace testing;
using Mode = Settings::Mode;

Message decoded(const Message& message) { return decode(encode(message, 65535).value()).value(); }

std::vector<Message> real_messages() {
  std::vector<Message> messages;
  for (const auto& entry : std::filesystem::directory_iterator(test::in_source_tree("tests/vectors/dhcp"))) {
    std::ifstream file(entry.path());
    Bytes bytes;
    for (std::string line; std::getline(file, line);) {
      for (std::size_t i = 0; !line.starts_with("#") && i + 1 < line.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
    }
    if (const auto message = decode(bytes)) messages.push_back(*message);
  }
  return messages;
}

/// The three ways that a request comes: broadcast, unicast, through a relay.
std::vector<std::pair<Message, ReceivedOn>> forms_of(const Message& message) {
  Message unicast = message, relayed = message, stranger = message;
  unicast.ciaddr = ip("10.99.0.150");
  relayed.giaddr = ip("10.99.0.77");
  stranger.ciaddr = ip("192.168.7.7");  // a network that is nobody's here
  return {{message, {}},
          {unicast, {Port::server, ip("10.99.0.150"), 68, true}},
          {relayed, {Port::server, ip("10.99.0.77"), 67, true}},
          {stranger, {Port::server, ip("192.168.7.7"), 68, true}}};
}

TEST(Cve2017_14494, a_relay_gets_back_its_own_option_and_not_a_byte_of_our_memory) {
  for (std::size_t size : {0u, 1u, 200u, 255u}) {
    Lab lab(Mode::server);
    Message message = make_request(MessageType::discover);
    message.giaddr = ip("10.99.0.77");
    message.set(option::agent_information, Bytes(size, 0xee));
    message.set(option::max_message_size, Bytes{0xff, 0xff});
    const Actions actions = lab.hear(decoded(message));
    const Send offer = sent(actions);
    EXPECT_EQ(*offer.message.find(option::agent_information), Bytes(size, 0xee));
    // The whole reply is what its value says, encoded: nothing else can be in it.
    EXPECT_EQ(encode(decode(encode(offer.message, offer.limit).value()).value()), encode(offer.message));
  }
}

TEST(Cve2022_0934, no_order_of_messages_outlives_what_it_refers_to) {
  // Under AddressSanitizer: probes, offers and holds end in every order while their machine goes on.
  for (int order = 0; order < 64; ++order) {
    Lab lab(Mode::server);
    for (int step = 0; step < 6; ++step) {
      const Message discover = make_request(MessageType::discover, (order >> step) & 1 ? pc1 : pc2);
      (void)lab.hear(discover);
      Message decline = make_request(MessageType::decline, pc1);
      decline.set_address(option::requested_address, ip("10.99.0.100"));
      if (step % 2) (void)lab.hear(decline);
      if (step % 3 == 0) (void)lab.responder.on_probe_answer(ip("10.99.0.100"), mac("02:00:00:00:00:55"), lab.now());
      (void)lab.tick_after(AddressServer::probe_time * ((order >> step) & 1));
      Message request = make_request(MessageType::request, pc1);
      request.set_address(option::server_id, us);
      request.set_address(option::requested_address, ip("10.99.0.101"));
      (void)lab.hear(request);
      if (step == 4) lab.clock.advance(LeasePool::hold_time);
    }
  }
}

TEST(Cve2026_4892, long_client_ids_and_names_reach_no_shell_and_stay_short_in_sentences) {
  Lab lab(Mode::server);
  Message discover = make_request(MessageType::discover);
  discover.set(option::client_id, Bytes(255, 0xff));
  discover.set_text(option::host_name, "$(reboot)`id`;\n\"'" + std::string(200, '%'));
  const Actions offered = lab.discover(decoded(discover));
  const Actions granted = lab.hear(lab.request_after(discover, sent(offered).message));
  ASSERT_EQ(lab.store.size(), 1u);
  const boot::Lease& lease = lab.store.begin()->second;
  EXPECT_EQ(lease.client_id, Bytes(255, 0xff));
  EXPECT_EQ(lease.hostname.size(), 63u);
  EXPECT_EQ(lease.hostname.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."),
            std::string::npos);
  for (const Actions* actions : {&offered, &granted}) {
    for (const Publish& publish : all<Publish>(*actions)) EXPECT_LT(publish.event.text.size(), 400u);
  }
}

TEST(Cve2018_5733, a_machine_that_asks_twenty_thousand_times_holds_one_lease) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  Message renew = make_request(MessageType::request);
  renew.ciaddr = address;
  for (int i = 0; i < 20'000; ++i) {
    renew.xid = static_cast<std::uint32_t>(i);
    if (i % 200 == 0) lab.clock.advance(std::chrono::minutes(30));  // each now and then is a true renewal
    (void)lab.hear(renew, {Port::server, address, 68, true});
  }
  EXPECT_EQ(lab.store.size(), 1u);
  EXPECT_EQ(lab.bind(pc1), address);
}

TEST(Cve2022_2928, the_same_option_asked_for_without_end_is_answered_once) {
  Lab lab(Mode::server);
  Message discover = make_request(MessageType::discover);
  discover.set(option::parameter_request_list, Bytes(60'000, option::domain_name));
  for (int i = 0; i < 50; ++i) {
    const Actions actions = lab.discover(decoded(discover));
    if (is_silent(actions)) continue;
    std::size_t domains = 0;
    for (const Option& option : sent(actions).message.options) domains += option.code == option::domain_name;
    EXPECT_EQ(domains, 1u);
  }
}

TEST(Cve2022_2929, names_with_labels_that_are_too_long_are_dropped_and_leave_nothing_behind) {
  constexpr std::uint8_t client_fqdn = 81;  // RFC 4702
  Lab lab(Mode::server);
  for (std::uint8_t label = 0; label < 255; ++label) {
    Message discover = make_request(MessageType::discover);
    Bytes name{0x04, 0, 0, label};
    name.resize(std::min<std::size_t>(255, 4u + label / 2), 'a');  // shorter than its label says
    discover.set(client_fqdn, name);
    discover.set(option::host_name, name);
    const Actions offered = lab.discover(decoded(discover));
    const Send ack = sent(lab.hear(lab.request_after(discover, sent(offered).message)));
    EXPECT_EQ(ack.message.type(), MessageType::ack);
    EXPECT_EQ(ack.message.find(client_fqdn), nullptr);
  }
  EXPECT_EQ(lab.store.size(), 1u);
}

TEST(Cve2019_6473, empty_and_malformed_host_names_are_no_reason_to_stop) {
  for (const Bytes& name :
       {Bytes{}, Bytes{0}, Bytes(255, 0), Bytes{'.', '.', '.'}, Bytes{'-'}, Bytes(255, '.'), Bytes(255, 0xc0)}) {
    Lab lab(Mode::server);
    Message discover = make_request(MessageType::discover);
    discover.set(option::host_name, name);
    for (const auto& [message, from] : forms_of(decoded(discover))) (void)lab.hear(message, from);
    const Actions offered = lab.discover(decoded(discover));
    (void)lab.tick_after(std::chrono::seconds(1));
    Message request = decoded(discover);
    request.set_u8(option::message_type, 3);
    request.set_address(option::server_id, us);
    request.set_address(option::requested_address, ip("10.99.0.100"));
    EXPECT_EQ(sent(lab.hear(request)).message.type(), MessageType::ack);
  }
}

TEST(Cve2019_6474, restarts_on_its_own_leases) {
  // Whatever leases arbitrary conversations leave behind, the next life takes them and goes on.
  std::vector<Message> messages = real_messages();
  ASSERT_GE(messages.size(), 8u);
  for (const Message& message : std::vector(messages)) {
    Message named = message;
    named.set(option::client_id, Bytes(255, 0));
    named.set(option::host_name, Bytes(255, '\\'));
    messages.push_back(named);
  }
  std::vector<boot::Lease> leases;
  for (const Message& message : messages) {
    Lab lab(Mode::server, leases);
    for (const auto& [form, from] : forms_of(message)) {
      (void)lab.hear(form, from);
      (void)lab.tick_after(std::chrono::seconds(1));
      for (std::uint8_t type = 1; type <= 8; ++type) {
        Message next = form;
        next.set_u8(option::message_type, type);
        next.set_address(option::server_id, us);
        next.set_address(option::requested_address, ip("10.99.0.100"));
        (void)lab.hear(next, from);
        Lab reborn(Mode::server, lab.stored());
        EXPECT_FALSE(reborn.bind(pc2).is_unspecified());
      }
    }
    for (const boot::Lease& lease : lab.stored()) leases.push_back(lease);
  }
  EXPECT_FALSE(leases.empty());
}

TEST(Cve2025_40779, a_unicast_request_of_an_unknown_network_is_a_sentence_and_no_crash) {
  for (const Mode mode : {Mode::server, Mode::proxy}) {
    for (std::uint8_t type = 1; type <= 8; ++type) {
      Lab lab(mode);
      for (const bool netboots : {false, true}) {
        Message message = make_request(static_cast<MessageType>(type));
        if (netboots) message = with_pxe(message, 7);
        for (const auto& [form, from] : forms_of(message)) {
          for (const Port port : {Port::server, Port::pxe}) {
            ReceivedOn at = from;
            at.port = port;
            for (const Send& send : all<Send>(lab.hear(form, at))) EXPECT_TRUE(encode(send.message, send.limit));
          }
        }
      }
    }
  }
}

TEST(Kea2015_debug_logging, every_vector_in_every_form_at_every_level_of_the_log) {
  ::testing::internal::CaptureStderr();
  for (const log::Level level : {log::Level::debug, log::Level::info, log::Level::warning, log::Level::error}) {
    log::set_level(level);
    for (const Mode mode : {Mode::server, Mode::proxy}) {
      Lab lab(mode);
      for (const Message& message : real_messages()) {
        for (const auto& [form, from] : forms_of(message)) {
          for (const Publish& publish : all<Publish>(lab.hear(form, from))) {
            log::debug("EVENT", {{"kind", std::string(name_of(publish.event.kind))}, {"text", publish.event.text}});
          }
          (void)lab.tick_after(std::chrono::seconds(1));
        }
      }
    }
  }
  log::set_level(log::Level::info);
  EXPECT_FALSE(::testing::internal::GetCapturedStderr().empty());
}

}  // namespace
}  // namespace bootferry::dhcp
