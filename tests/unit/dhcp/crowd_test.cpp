// SPDX-License-Identifier: Apache-2.0
// Many clients, and time: the pool over hours and restarts.
#include <gtest/gtest.h>

#include <set>

#include "base/random.hpp"
#include "dhcp/codec.hpp"
#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using namespace testing;
using Mode = Settings::Mode;

MacAddress machine(std::uint32_t number) {
  MacAddress m = mac("52:54:01:00:00:00");
  for (int i = 0; i < 4; ++i) m.octets[static_cast<std::size_t>(5 - i)] = static_cast<std::uint8_t>(number >> 8 * i);
  m.octets[2] = 1;
  return m;
}

TEST(Crowd, each_machine_has_its_own_address_and_the_pool_ends_with_a_sentence) {
  Lab lab(Mode::server);
  std::set<Ipv4Address> given;
  for (std::uint32_t i = 0; i < 94; ++i) {
    const Ipv4Address address = lab.bind(machine(i));
    EXPECT_TRUE(lab.responder.on_probe_answer(address, pc1, lab.now()).empty());
    EXPECT_TRUE(Ipv4Range({ip("10.99.0.100"), ip("10.99.0.199")}).contains(address));
    EXPECT_TRUE(given.insert(address).second);
  }
  const Actions full = lab.hear(make_request(MessageType::discover, machine(100)));
  EXPECT_TRUE(is_silent(full));
  ASSERT_TRUE(has_event(full, boot::EventKind::dhcp_ignored));
  // The last six are for machines that have a name here; nobody gets one by asking for it.
  Message wishful = make_request(MessageType::discover, machine(101));
  wishful.set_address(option::requested_address, ip("10.99.0.199"));
  EXPECT_TRUE(is_silent(lab.hear(wishful)));
  for (std::uint32_t i = 200; i < 206; ++i) {
    boot::Client named;
    named.mac = machine(i);
    named.known = true;
    lab.registry.state->clients[named.mac] = named;
    EXPECT_TRUE(given.insert(lab.bind(named.mac)).second);
  }
  EXPECT_EQ(given.size(), 100u);
  // Leases end; the address that ended first is given out first.
  lab.clock.advance(std::chrono::minutes(61));
  EXPECT_EQ(lab.bind(machine(100)), ip("10.99.0.100"));
  EXPECT_EQ(lab.bind(machine(7)), ip("10.99.0.107"));
}

TEST(Crowd, one_port_of_a_relay_has_so_many_machines_and_the_others_do_not_suffer) {
  Lab lab(Mode::server);
  const auto ask = [&lab](std::uint32_t number, std::uint8_t port) {
    Message message = make_request(MessageType::discover, machine(number));
    message.giaddr = ip("10.99.0.77");
    message.set(option::agent_information, Bytes{1, 1, port});
    return lab.hear(message);
  };
  for (std::uint32_t i = 0; i < PortLimits::machines_a_port; ++i) EXPECT_FALSE(is_silent(ask(i, 1))) << i;
  const Actions refused = ask(1000, 1);
  EXPECT_TRUE(is_silent(refused));
  EXPECT_TRUE(has_event(refused, boot::EventKind::dhcp_ignored));
  EXPECT_FALSE(is_silent(ask(3, 1))) << "those that were there go on";
  EXPECT_FALSE(is_silent(ask(1001, 2)));
  lab.clock.advance(PortLimits::memory + std::chrono::seconds(1));
  EXPECT_FALSE(is_silent(ask(1000, 1)));
}

TEST(Crowd, ports_that_a_relay_makes_up_are_bounded) {
  PortLimits limits;
  Message message = make_request(MessageType::discover);
  message.giaddr = ip("10.99.0.77");
  std::size_t admitted = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    message.set_u32(option::agent_information, i);
    admitted += limits.try_admit(message, SteadyTime{});
  }
  EXPECT_EQ(admitted, 4096u);
  EXPECT_TRUE(limits.try_admit(message, SteadyTime{} + PortLimits::memory + std::chrono::seconds(1)));
  message.remove(option::agent_information);
  EXPECT_TRUE(limits.try_admit(message, SteadyTime{}));
}

TEST(Crowd, leases_of_a_former_life_are_kept) {
  Lab before(Mode::server);
  std::map<std::uint32_t, Ipv4Address> had;
  for (std::uint32_t i = 0; i < 50; ++i) had[i] = before.bind(machine(49 - i));
  Lab after(Mode::server, before.stored());
  EXPECT_EQ(after.bind(machine(1000)), ip("10.99.0.150"));
  for (std::uint32_t i = 0; i < 50; ++i) EXPECT_EQ(after.bind(machine(49 - i)), had[i]);
}

TEST(Crowd, strange_stored_leases_do_not_hinder_the_start) {
  std::vector<boot::Lease> leases;
  for (const char* address :
       {"0.0.0.0", "10.99.0.0", "10.99.0.1", "10.99.0.255", "192.168.3.3", "255.255.255.255", "10.99.0.30"}) {
    leases.push_back(
        {ip(address), pc1, Bytes(255, 255), std::string(300, '\xff'), boot::LeaseState::bound, WallTime::max()});
  }
  leases.push_back({ip("10.99.0.110"), MacAddress::broadcast(), {}, {}, boot::LeaseState::bound, WallTime::max()});
  leases.push_back({ip("10.99.0.111"), {}, {}, {}, boot::LeaseState::declined, WallTime::min()});
  Lab lab(Mode::server, leases);
  EXPECT_EQ(lab.bind(pc2), ip("10.99.0.100"));
}

TEST(Crowd, a_starving_stranger_cannot_take_leases_or_reservations) {
  Lab lab(Mode::server);
  lab.registry.reserve(pc2, ip("10.99.0.199"));
  const Ipv4Address mine = lab.bind(pc1);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    (void)lab.hear(make_request(MessageType::discover, machine(i)));
  }
  EXPECT_EQ(lab.bind(pc2), ip("10.99.0.199"));
  Message renew = make_request(MessageType::request);
  renew.ciaddr = mine;
  EXPECT_EQ(sent(lab.hear(renew)).message.type(), MessageType::ack);
  // Offers that nobody takes come back.
  lab.clock.advance(LeasePool::hold_time);
  (void)lab.responder.on_tick(lab.now());
  EXPECT_FALSE(lab.bind(machine(9000)).is_unspecified());
}

TEST(Crowd, going_round_discover_and_drop_does_not_grow_the_books) {
  LeasePool pool({ip("10.99.0.100"), ip("10.99.0.109")}, {us, 24});
  Moment now{SteadyTime{std::chrono::hours(1)}, WallTime{std::chrono::hours(1)}};
  for (int i = 0; i < 1000; ++i) {
    const auto address = pool.choose(pc1, std::nullopt, ip("10.99.0.105"), now);
    ASSERT_EQ(address, ip("10.99.0.105"));
    EXPECT_EQ(pool.held(), 1u);
    pool.drop_hold(pc1);
    EXPECT_EQ(pool.held(), 0u);
  }
  std::set<Ipv4Address> all_free;
  for (std::uint32_t i = 0; i < 10; ++i)
    all_free.insert(pool.choose(machine(i), std::nullopt, std::nullopt, now).value());
  EXPECT_EQ(all_free.size(), 10u);
  EXPECT_FALSE(pool.choose(machine(10), std::nullopt, std::nullopt, now));
}

TEST(Crowd, a_range_up_to_the_last_address_ends) {
  LeasePool pool({ip("255.255.255.250"), ip("255.255.255.255")}, {ip("255.255.255.1"), 24});
  const Moment now{SteadyTime{std::chrono::hours(1)}, WallTime{std::chrono::hours(1)}};
  int given = 0;
  while (pool.choose(machine(static_cast<std::uint32_t>(given)), std::nullopt, std::nullopt, now)) ++given;
  EXPECT_EQ(given, 5);  // not the broadcast address
}

/// Random conversations over hours of fake time. No address may ever be promised to two machines at once.
TEST(Crowd, no_address_has_two_owners_whatever_happens) {
  SeededRandom random(2131);
  Lab lab(Mode::server);
  struct Promise {
    MacAddress owner;
    WallTime until;
  };
  std::map<Ipv4Address, Promise> promised;
  std::map<std::uint32_t, Ipv4Address> has;
  int grants = 0;
  for (int step = 0; step < 20000; ++step) {
    const std::uint32_t who = random.u32() % 150;
    lab.clock.advance(std::chrono::seconds(random.u32() % 3));
    (void)lab.responder.on_tick(lab.now());
    constexpr std::uint8_t types[] = {1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 4, 7, 8, 2, 5};
    Message message = make_request(static_cast<MessageType>(types[random.u32() % 16]), machine(who));
    if (random.u32() % 2) message.set_address(option::server_id, random.u32() % 4 ? us : ip("10.99.0.2"));
    if (random.u32() % 2)
      message.set_address(option::requested_address,
                          has.contains(who) ? has[who] : Ipv4Address{ip("10.99.0.90").value + random.u32() % 120});
    if (random.u32() % 3 == 0)
      message.ciaddr = has.contains(who) ? has[who] : Ipv4Address{ip("10.99.0.90").value + random.u32() % 120};
    ReceivedOn from;
    from.unicast = random.u32() % 2 == 0;
    const Actions actions = lab.hear(message, from);
    for (const SaveLease& save : all<SaveLease>(actions)) {
      if (save.lease.state != boot::LeaseState::bound) {
        promised.erase(save.lease.address);
        continue;
      }
      const auto known = promised.find(save.lease.address);
      const bool alive = known != promised.end() && known->second.until > lab.clock.wall_now();
      ASSERT_TRUE(!alive || known->second.owner == save.lease.mac) << step;
      ++grants;
      promised[save.lease.address] = {save.lease.mac, save.lease.expires};
    }
    for (const Send& send : all<Send>(actions)) {
      if (send.message.type() == MessageType::offer) has[who] = send.message.yiaddr;
      ASSERT_TRUE(encode(send.message, send.limit));
    }
  }
  EXPECT_GT(grants, 500);
}

}  // namespace
}  // namespace bootferry::dhcp
