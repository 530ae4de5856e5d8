// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dhcp/codec.hpp"
#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using namespace testing;
using Mode = Settings::Mode;
using Way = Destination::Way;

const Message discover = make_request(MessageType::discover);

Message renewal(Ipv4Address address, const MacAddress& who = pc1) {
  Message message = make_request(MessageType::request, who);
  message.ciaddr = address;
  return message;
}
Message init_reboot(Ipv4Address address, const MacAddress& who = pc1) {
  Message message = make_request(MessageType::request, who);
  message.set_address(option::requested_address, address);
  return message;
}
const ReceivedOn by_unicast{Port::server, ip("10.99.0.100"), 68, true};

TEST(ServerMode, offer_waits_for_the_probe_then_names_address_and_network) {
  Lab lab(Mode::server);
  const Actions first = lab.hear(discover);
  ASSERT_EQ(all<Probe>(first).size(), 1u);
  EXPECT_EQ(all<Probe>(first)[0].address, ip("10.99.0.100"));
  EXPECT_TRUE(is_silent(first));
  ASSERT_EQ(lab.responder.next_wake(), lab.clock.now() + AddressServer::probe_time);
  EXPECT_TRUE(is_silent(lab.tick_after(AddressServer::probe_time - std::chrono::milliseconds(1))));
  const Message offer = sent(lab.tick_after(std::chrono::milliseconds(1))).message;
  EXPECT_EQ(offer.type(), MessageType::offer);
  EXPECT_EQ(offer.yiaddr, ip("10.99.0.100"));
  EXPECT_EQ(offer.find_address(option::server_id), us);
  EXPECT_EQ(offer.find_address(option::subnet_mask), ip("255.255.255.0"));
  EXPECT_EQ(offer.find_address(option::router), ip("10.99.0.254"));
  EXPECT_EQ(*offer.find(option::dns_servers), Bytes({10, 99, 0, 253, 9, 9, 9, 9}));
  EXPECT_EQ(offer.text(option::domain_name), "lan.example");
  EXPECT_EQ(offer.find_address(option::broadcast_address), ip("10.99.0.255"));
  EXPECT_EQ(offer.find_address(option::lease_time)->value, 3600u);
  EXPECT_EQ(offer.find_address(option::renewal_time)->value, 1800u);
  EXPECT_EQ(offer.find_address(option::rebinding_time)->value, 3150u);
  EXPECT_EQ(offer.find(option::boot_file), nullptr);
  EXPECT_FALSE(lab.responder.next_wake());
}

TEST(ServerMode, an_address_in_use_is_quarantined_and_the_next_one_offered) {
  Lab lab(Mode::server);
  (void)lab.hear(discover);
  const Actions conflict = lab.responder.on_probe_answer(ip("10.99.0.100"), mac("00:11:22:33:44:55"), lab.now());
  ASSERT_EQ(all<SaveLease>(conflict).size(), 1u);
  EXPECT_EQ(all<SaveLease>(conflict)[0].lease.state, boot::LeaseState::declined);
  EXPECT_TRUE(has_event(conflict, boot::EventKind::dhcp_decline));
  ASSERT_EQ(all<Probe>(conflict).size(), 1u);
  EXPECT_EQ(all<Probe>(conflict)[0].address, ip("10.99.0.101"));
  EXPECT_EQ(sent(lab.tick_after(AddressServer::probe_time)).message.yiaddr, ip("10.99.0.101"));
}

TEST(ServerMode, probing_never_takes_more_than_200_ms) {
  Lab lab(Mode::server);
  Actions actions = lab.hear(discover);
  const SteadyTime start = lab.clock.now();
  int probes = 0;
  while (!all<Probe>(actions).empty()) {
    ++probes;
    lab.clock.advance(std::chrono::milliseconds(60));
    actions = lab.responder.on_probe_answer(all<Probe>(actions)[0].address, mac("00:11:22:33:44:55"), lab.now());
    ASSERT_LT(probes, 10);
    EXPECT_LE(lab.responder.next_wake().value_or(start), start + AddressServer::probe_limit);
  }
  EXPECT_EQ(sent(actions).message.type(), MessageType::offer);
}

Settings settings_that_probe_ahead() {
  Settings settings = make_settings(Mode::server);
  settings.probe_ahead = 3;
  return settings;
}

TEST(ServerMode, addresses_probed_ahead_are_offered_at_once) {
  Lab lab(settings_that_probe_ahead());
  const Actions ahead = lab.tick_after({});
  ASSERT_EQ(all<Probe>(ahead).size(), 3u);
  EXPECT_EQ(all<Probe>(ahead)[2].address, ip("10.99.0.102"));
  EXPECT_EQ(lab.responder.next_wake(), lab.clock.now() + AddressServer::probe_time);
  EXPECT_TRUE(all<Probe>(lab.tick_after(AddressServer::probe_time)).empty());
  const Actions answer = lab.hear(discover);
  EXPECT_TRUE(all<Probe>(answer).empty());
  EXPECT_EQ(sent(answer).message.yiaddr, ip("10.99.0.100"));
  const Actions refill = lab.tick_after(AddressServer::probe_time);
  ASSERT_EQ(all<Probe>(refill).size(), 1u) << "the stock is filled again";
  EXPECT_EQ(all<Probe>(refill)[0].address, ip("10.99.0.103"));
}

TEST(ServerMode, an_address_found_taken_ahead_is_probed_again_when_it_is_wanted) {
  Lab lab(settings_that_probe_ahead());
  (void)lab.tick_after({});
  EXPECT_TRUE(lab.responder.on_probe_answer(ip("10.99.0.100"), mac("00:11:22:33:44:55"), lab.now()).empty());
  (void)lab.tick_after(AddressServer::probe_time);
  ASSERT_EQ(all<Probe>(lab.hear(discover)).size(), 1u);
  const Actions conflict = lab.responder.on_probe_answer(ip("10.99.0.100"), mac("00:11:22:33:44:55"), lab.now());
  EXPECT_EQ(sent(conflict).message.yiaddr, ip("10.99.0.101")) << "the next one is known to be free";
}

TEST(ServerMode, probes_ahead_are_renewed_before_they_are_too_old) {
  Lab lab(settings_that_probe_ahead());
  (void)lab.tick_after({});
  (void)lab.tick_after(AddressServer::probe_time);
  for (int i = 0; i < 100; ++i) {
    const SteadyTime wake = lab.responder.next_wake().value();
    (void)lab.tick_after(wake - lab.clock.now());
  }
  EXPECT_TRUE(all<Probe>(lab.hear(discover)).empty()) << "hours later the first address still needs no wait";
}

TEST(ServerMode, the_client_itself_may_answer_the_probe) {
  Lab lab(Mode::server);
  (void)lab.hear(discover);
  EXPECT_TRUE(lab.responder.on_probe_answer(ip("10.99.0.100"), pc1, lab.now()).empty());
  EXPECT_EQ(sent(lab.tick_after(AddressServer::probe_time)).message.yiaddr, ip("10.99.0.100"));
}

TEST(ServerMode, a_retransmitted_discover_during_the_probe_gets_one_answer_with_its_xid) {
  Lab lab(Mode::server);
  (void)lab.hear(discover);
  Message again = discover;
  again.xid = 77;
  EXPECT_TRUE(all<Probe>(lab.hear(again)).empty());
  EXPECT_EQ(sent(lab.tick_after(AddressServer::probe_time)).message.xid, 77u);
}

TEST(ServerMode, reservations_own_leases_and_confirmed_addresses_need_no_probe) {
  Lab lab(Mode::server);
  lab.registry.reserve(pc2, ip("10.99.0.50"));
  EXPECT_EQ(sent(lab.hear(make_request(MessageType::discover, pc2))).message.yiaddr, ip("10.99.0.50"));
  EXPECT_EQ(lab.bind(pc1), ip("10.99.0.100"));
  EXPECT_EQ(sent(lab.hear(discover)).message.yiaddr, ip("10.99.0.100"));
}

TEST(ServerMode, ack_is_sent_only_with_its_lease_saved) {
  Lab lab(Mode::server);
  Message named = discover;
  named.set_text(option::host_name, "pc one<script>");
  named.set(option::client_id, Bytes{1, 2, 3});
  const Message offer = sent(lab.discover(named)).message;
  const Actions actions = lab.hear(lab.request_after(named, offer));
  EXPECT_TRUE(all<Send>(actions).empty());
  ASSERT_EQ(all<SaveLease>(actions).size(), 1u);
  const SaveLease save = all<SaveLease>(actions)[0];
  EXPECT_EQ(save.lease.address, offer.yiaddr);
  EXPECT_EQ(save.lease.mac, pc1);
  EXPECT_EQ(save.lease.hostname, "pc-one-script-");
  EXPECT_EQ(save.lease.client_id, Bytes({1, 2, 3}));
  EXPECT_EQ(save.lease.expires, lab.clock.wall_now() + std::chrono::hours(1));
  ASSERT_TRUE(save.then_send);
  EXPECT_EQ(save.then_send->message.type(), MessageType::ack);
  EXPECT_EQ(save.then_send->message.yiaddr, offer.yiaddr);
  EXPECT_TRUE(has_event(actions, boot::EventKind::dhcp_ack));
  ASSERT_EQ(all<LearnAddress>(actions).size(), 1u);
}

TEST(ServerMode, a_long_lease_is_told_in_hours) {
  for (const auto& [time, words] : {std::pair{std::chrono::seconds(43200), " for 12 hours."},
                                    {std::chrono::seconds(43182), " for 12 hours."},
                                    {std::chrono::seconds(12000), " for 3 h 20 min."},
                                    {std::chrono::seconds(3600), " for 60 minutes."},
                                    {std::chrono::seconds(119), " for 119 seconds."}}) {
    Settings settings = make_settings(Mode::server);
    settings.lease_time = time;
    Lab lab(settings);
    const Message offer = sent(lab.discover(discover)).message;
    const Actions actions = lab.hear(lab.request_after(discover, offer));
    ASSERT_EQ(all<SaveLease>(actions).size(), 1u);
    ASSERT_EQ(all<SaveLease>(actions)[0].then_publish.size(), 1u);
    const std::string text = all<SaveLease>(actions)[0].then_publish[0].text;
    EXPECT_NE(text.find(words), std::string::npos) << text;
  }
}

TEST(ServerMode, a_lease_on_the_disk_is_told_again_without_another_save) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  const Message again = lab.request_after(discover, sent(lab.hear(discover)).message);
  EXPECT_EQ(all<SaveLease>(lab.hear(again)).size(), 1u) << "the first save is still on its way: no ACK without one";

  lab.responder.on_saved(lab.store.at(address));
  lab.clock.advance(std::chrono::seconds(60));
  const Actions told = lab.hear(again);
  EXPECT_TRUE(all<SaveLease>(told).empty());
  const Message ack = sent(told).message;
  EXPECT_EQ(ack.type(), MessageType::ack);
  EXPECT_EQ(ack.find_address(option::lease_time)->value, 3540u) << "no longer than the disk knows";

  Message named = again;
  named.set_text(option::host_name, "pc1");
  EXPECT_EQ(all<SaveLease>(lab.hear(named)).size(), 1u) << "a new host name is news";
}

TEST(ServerMode, a_lease_that_was_not_saved_is_saved_again) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  EXPECT_EQ(all<SaveLease>(lab.hear(renewal(address), by_unicast)).size(), 1u) << "the disk said nothing of the first";
}

TEST(ServerMode, boot_fields_are_those_of_a_plain_server) {
  Lab lab(Mode::server);
  const Message bios = sent(lab.discover(with_pxe(discover, 0))).message;
  EXPECT_EQ(bios.siaddr, us);
  EXPECT_EQ(bios.file, "undionly.kpxe");
  EXPECT_EQ(bios.find(option::vendor_class), nullptr);
  EXPECT_EQ(bios.find(option::vendor_information), nullptr);
  EXPECT_EQ(sent(lab.hear(with_pxe(discover, 7))).message.file, "snponly.efi");
  const Message http = sent(lab.hear(with_pxe(discover, 16, "HTTPClient"))).message;
  EXPECT_EQ(http.text(option::vendor_class), "HTTPClient");
  EXPECT_EQ(text_of_option(http, option::boot_file), "http://10.99.0.1:8080/loaders/snponly.efi");
}

TEST(ServerMode, ipxe_is_told_not_to_wait_for_a_proxy) {  // option 175.176
  Lab lab(Mode::server);
  EXPECT_EQ(*sent(lab.discover(with_pxe(make_request(MessageType::discover, pc2), 0))).message.find(option::ipxe),
            Bytes({176, 1, 1}));
  EXPECT_EQ(sent(lab.discover(make_request(MessageType::discover, pc2))).message.find(option::ipxe), nullptr);
  const Message offer = sent(lab.discover(with_ipxe(discover))).message;
  EXPECT_EQ(*offer.find(option::ipxe), Bytes({176, 1, 1}));
  const Message ack = sent(lab.hear(lab.request_after(with_ipxe(discover), offer))).message;
  EXPECT_EQ(*ack.find(option::ipxe), Bytes({176, 1, 1}));
  EXPECT_TRUE(ack.file.ends_with("/boot/52:54:00:e2:e0:01.ipxe"));
}

TEST(ServerMode, a_machine_that_cannot_be_booted_still_gets_an_address) {
  Lab lab(Mode::server);
  const Message offer = sent(lab.discover(with_pxe(discover, 10))).message;
  EXPECT_FALSE(offer.yiaddr.is_unspecified());
  EXPECT_EQ(offer.find(option::boot_file), nullptr);
}

TEST(ServerMode, requests_at_4011_are_answered_too) {
  Lab lab(Mode::server);
  Message request = with_pxe(make_request(MessageType::request), 7);
  request.ciaddr = ip("10.99.0.100");
  EXPECT_EQ(sent(lab.hear(request, {Port::pxe, ip("10.99.0.100"), 4011, true})).message.file, "snponly.efi");
}

TEST(Replies, go_where_rfc_2131_4_1_says) {
  Lab lab(Mode::server);
  EXPECT_EQ(sent(lab.discover(discover)).to, (Destination{Way::hardware, ip("10.99.0.100"), 68, pc1}));
  Message flagged = discover;
  flagged.flags = Message::broadcast_flag;
  EXPECT_EQ(sent(lab.hear(flagged)).to.way, Way::broadcast);
  Message relayed = discover;
  relayed.giaddr = ip("10.99.0.77");
  EXPECT_EQ(sent(lab.hear(relayed)).to, (Destination{Way::unicast, ip("10.99.0.77"), 67, {}}));
  (void)lab.bind(pc1);
  EXPECT_EQ(sent(lab.hear(renewal(ip("10.99.0.100")))).to, (Destination{Way::unicast, ip("10.99.0.100"), 68, pc1}));
}

TEST(Replies, option_82_goes_back_last_and_unchanged) {
  Lab lab(Mode::server);
  Message message = discover;
  message.giaddr = ip("10.99.0.77");
  message.set(option::agent_information, Bytes{1, 3, 'p', '0', '7'});
  const Message offer = sent(lab.hear(message)).message;
  EXPECT_EQ(offer.options.back(), (Option{82, {1, 3, 'p', '0', '7'}}));
}

TEST(Replies, fit_into_what_the_client_takes) {
  Settings settings = make_settings(Mode::server);
  settings.domain = std::string(250, 'd');
  Lab lab(settings);
  Message message = with_pxe(discover, 0);
  message.set(option::agent_information, Bytes(200, 1));
  message.set(option::max_message_size, Bytes{0, 100});  // invalid: 576 is the least
  const Send offer = sent(lab.discover(message));
  EXPECT_EQ(offer.limit, 548u);
  EXPECT_TRUE(encode(offer.message, offer.limit));
  EXPECT_EQ(offer.message.find(option::domain_name), nullptr);
  EXPECT_NE(offer.message.find(option::boot_file), nullptr);
  EXPECT_NE(offer.message.find(option::lease_time), nullptr);
}

TEST(Selecting, an_address_that_was_not_offered_is_refused) {
  Lab lab(Mode::server);
  Message request = init_reboot(ip("10.99.0.120"));
  request.set_address(option::server_id, us);
  const Actions actions = lab.hear(request);
  const Send nak = sent(actions);
  EXPECT_EQ(nak.message.type(), MessageType::nak);
  EXPECT_EQ(nak.to.way, Way::broadcast);
  EXPECT_TRUE(nak.message.yiaddr.is_unspecified());
  EXPECT_EQ(nak.message.find(option::lease_time), nullptr);
  EXPECT_TRUE(has_event(actions, boot::EventKind::dhcp_nak));
}

TEST(Selecting, another_servers_offer_frees_ours) {
  Lab lab(Mode::server);
  const Message offer = sent(lab.discover(discover)).message;
  Message request = lab.request_after(discover, offer);
  request.set_address(option::server_id, ip("10.99.0.2"));
  EXPECT_TRUE(is_silent(lab.hear(request)));
  request.set_address(option::server_id, us);
  EXPECT_EQ(sent(lab.hear(request)).message.type(), MessageType::nak);
}

TEST(Selecting, an_offer_is_held_for_its_client_for_a_while) {
  Lab lab(Mode::server);
  const Message offer = sent(lab.discover(discover)).message;
  EXPECT_NE(lab.bind(pc2), offer.yiaddr);
  lab.clock.advance(LeasePool::hold_time);
  const Actions late = lab.hear(lab.request_after(discover, offer));
  EXPECT_EQ(sent(late).message.type(), MessageType::nak);
}

TEST(Extending, renewal_prolongs_the_lease) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  lab.clock.advance(std::chrono::minutes(30));
  const Actions actions = lab.hear(renewal(address), by_unicast);
  EXPECT_EQ(sent(actions).message.type(), MessageType::ack);
  EXPECT_EQ(sent(actions).message.ciaddr, address);
  EXPECT_EQ(all<SaveLease>(actions)[0].lease.expires, lab.clock.wall_now() + std::chrono::hours(1));
}

TEST(Extending, a_wrong_network_or_another_clients_address_is_refused) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  EXPECT_EQ(sent(lab.hear(renewal(ip("192.168.1.5"), pc2))).message.type(), MessageType::nak);
  EXPECT_EQ(sent(lab.hear(renewal(address, pc2))).message.type(), MessageType::nak);
}

TEST(Extending, rebinding_of_an_unknown_client_is_left_to_its_own_server) {
  Lab lab(Mode::server);
  EXPECT_TRUE(is_silent(lab.hear(renewal(ip("10.99.0.20")))));
  EXPECT_TRUE(is_silent(lab.hear(renewal(ip("10.99.0.120")))));
}

TEST(Extending, a_renewal_of_a_lease_that_we_forgot_is_granted_when_its_address_is_free) {
  Lab lab(Mode::server);
  EXPECT_EQ(sent(lab.hear(renewal(ip("10.99.0.120")), by_unicast)).message.type(), MessageType::ack);
  EXPECT_EQ(sent(lab.hear(renewal(ip("10.99.0.20"), pc2), by_unicast)).message.type(), MessageType::nak);
}

TEST(Extending, a_running_machine_keeps_its_address_though_it_is_reserved_for_another) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  lab.registry.reserve(pc2, address);
  lab.clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(sent(lab.hear(renewal(address), by_unicast)).message.type(), MessageType::ack);
  EXPECT_NE(lab.bind(pc2), address);
  lab.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(lab.bind(pc2), address);
  EXPECT_EQ(sent(lab.hear(renewal(address), by_unicast)).message.type(), MessageType::nak);
}

TEST(InitReboot, known_gets_its_address_wrong_is_refused_unknown_gets_silence) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  EXPECT_EQ(sent(lab.hear(init_reboot(address))).message.type(), MessageType::ack);
  EXPECT_EQ(sent(lab.hear(init_reboot(ip("10.99.0.150")))).message.type(), MessageType::nak);
  EXPECT_EQ(sent(lab.hear(init_reboot(address, pc2))).message.type(), MessageType::nak);
  EXPECT_EQ(sent(lab.hear(init_reboot(ip("192.168.1.7"), pc2))).message.type(), MessageType::nak);
  EXPECT_TRUE(is_silent(lab.hear(init_reboot(ip("10.99.0.150"), pc2))));
}

TEST(InitReboot, nak_through_a_relay_goes_to_the_relay_with_the_broadcast_bit) {
  Lab lab(Mode::server);
  Message message = init_reboot(ip("192.168.1.7"));
  message.giaddr = ip("10.99.0.77");
  const Send nak = sent(lab.hear(message));
  EXPECT_EQ(nak.to.address, ip("10.99.0.77"));
  EXPECT_TRUE(nak.message.wants_broadcast());
}

TEST(Release, frees_the_address_but_its_client_finds_it_again) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  Message release = make_request(MessageType::release);
  release.ciaddr = address;
  release.set_address(option::server_id, us);
  const Actions foreign = [&] {
    Message other = release;
    other.set_mac(pc2);
    return lab.hear(other);
  }();
  EXPECT_TRUE(all<SaveLease>(foreign).empty());
  const Actions actions = lab.hear(release);
  ASSERT_EQ(all<SaveLease>(actions).size(), 1u);
  EXPECT_EQ(all<SaveLease>(actions)[0].lease.state, boot::LeaseState::released);
  EXPECT_TRUE(is_silent(actions));
  EXPECT_TRUE(has_event(actions, boot::EventKind::dhcp_release));
  EXPECT_EQ(lab.bind(pc2), ip("10.99.0.101"));
  EXPECT_EQ(lab.bind(pc1), address);
}

TEST(Decline, quarantines_only_for_the_address_owner) {
  Lab lab(Mode::server);
  const Ipv4Address address = lab.bind(pc1);
  Message decline = make_request(MessageType::decline, pc2);
  decline.set_address(option::server_id, us);
  decline.set_address(option::requested_address, address);
  EXPECT_TRUE(all<SaveLease>(lab.hear(decline)).empty());
  decline.set_mac(pc1);
  const Actions actions = lab.hear(decline);
  ASSERT_EQ(all<SaveLease>(actions).size(), 1u);
  EXPECT_EQ(all<SaveLease>(actions)[0].lease.state, boot::LeaseState::declined);
  EXPECT_TRUE(has_event(actions, boot::EventKind::dhcp_decline));
  EXPECT_NE(lab.bind(pc1), address);
  EXPECT_EQ(sent(lab.hear(renewal(address), by_unicast)).message.type(), MessageType::nak);
}

TEST(Inform, gets_options_but_neither_address_nor_lease) {
  Lab lab(Mode::server);
  Message inform = make_request(MessageType::inform);
  inform.ciaddr = ip("10.99.0.20");
  const Send ack = sent(lab.hear(inform));
  EXPECT_EQ(ack.message.type(), MessageType::ack);
  EXPECT_TRUE(ack.message.yiaddr.is_unspecified());
  EXPECT_EQ(ack.message.find(option::lease_time), nullptr);
  EXPECT_EQ(ack.message.find_address(option::router), ip("10.99.0.254"));
  EXPECT_EQ(ack.to, (Destination{Way::unicast, ip("10.99.0.20"), 68, pc1}));
  inform.ciaddr = ip("8.8.8.8");  // never send to a stranger at someone's request
  EXPECT_TRUE(is_silent(lab.hear(inform)));
}

TEST(Relay, of_an_unknown_network_is_refused_with_an_event) {
  Lab lab(Mode::server);
  Message message = discover;
  message.giaddr = ip("172.16.0.1");
  const Actions actions = lab.hear(message);
  EXPECT_TRUE(is_silent(actions));
  EXPECT_TRUE(has_event(actions, boot::EventKind::dhcp_ignored));
}

TEST(Reservation, wins_over_the_former_address_and_is_given_to_nobody_else) {
  Lab lab(Mode::server);
  EXPECT_EQ(lab.bind(pc1), ip("10.99.0.100"));
  lab.registry.reserve(pc1, ip("10.99.0.101"));
  lab.clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(lab.bind(pc2), ip("10.99.0.102"));
  EXPECT_EQ(lab.bind(pc1), ip("10.99.0.101"));
}

TEST(Reservation, of_our_own_address_or_outside_the_network_is_not_used) {
  Lab lab(Mode::server);
  for (const char* bad : {"10.99.0.1", "10.99.0.0", "10.99.0.255", "192.168.7.7"}) {
    lab.registry.reserve(pc1, ip(bad));
    lab.clock.advance(std::chrono::seconds(2));
    EXPECT_EQ(lab.bind(pc1), ip("10.99.0.100")) << bad;
  }
}

}  // namespace
}  // namespace bootferry::dhcp
