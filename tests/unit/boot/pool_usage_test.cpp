// SPDX-License-Identifier: Apache-2.0
#include "boot/pool_usage.hpp"

#include <gtest/gtest.h>

namespace bootferry::boot {
namespace {

constexpr WallTime now{std::chrono::seconds{1000}};
constexpr Ipv4Network network{{0x0a630001}, 24};

Ipv4Address at(std::uint8_t host) { return {0x0a630000u + host}; }

Lease lease(std::uint8_t host, LeaseState state, int seconds) {
  Lease made;
  made.address = at(host);
  made.state = state;
  made.expires = now + std::chrono::seconds(seconds);
  return made;
}

Client reserved(std::uint8_t host) {
  Client client;
  client.mac.octets[5] = host;
  client.reserved_address = at(host);
  return client;
}

PoolUsage of(const Ipv4Range& range, std::vector<Lease> leases = {}, std::vector<Client> clients = {}) {
  RegistrySnapshot registry;
  for (const Client& client : clients) registry.clients[client.mac] = client;
  return usage_of(range, network, leases, registry, now);
}

TEST(PoolUsage, EachAddressIsCountedOnce) {
  const PoolUsage pool = of(
      {at(100), at(109)},
      {lease(100, LeaseState::bound, 1), lease(101, LeaseState::bound, 0), lease(102, LeaseState::released, 60),
       lease(103, LeaseState::declined, 60), lease(104, LeaseState::declined, -1), lease(200, LeaseState::bound, 60)},
      {reserved(100), reserved(105), reserved(210)});
  EXPECT_EQ(pool.leased, 1u) << "101 has ended, 102 was given back, 200 is not of the pool";
  EXPECT_EQ(pool.declined, 1u);
  EXPECT_EQ(pool.reserved, 1u) << "100 is leased, 210 is not of the pool";
  EXPECT_EQ(pool.free, 7u);
  EXPECT_EQ(pool.size(), 10u);
}

TEST(PoolUsage, AddressesThatNobodyMayHaveAreNoneOfIt) {
  EXPECT_EQ(of({at(0), at(255)}).free, 253u) << "the network's, the broadcast, and the server's own";
}

TEST(PoolUsage, ATenthIsTooFew) {
  std::vector<Lease> leases;
  for (std::uint8_t host = 100; host < 117; ++host) leases.push_back(lease(host, LeaseState::bound, 60));
  const Ipv4Range range{at(100), at(119)};
  EXPECT_EQ(complaint_of(of(range, leases)), "") << "3 of 20";
  leases.push_back(lease(117, LeaseState::bound, 60));
  EXPECT_EQ(complaint_of(of(range, leases)),
            "Only 2 of the 20 addresses of the DHCP pool 10.99.0.100-10.99.0.119 are free. Mend: widen dhcp.range, or "
            "shorten dhcp.lease_seconds.");
  leases.push_back(lease(118, LeaseState::bound, 60));
  leases.push_back(lease(119, LeaseState::bound, 60));
  EXPECT_TRUE(complaint_of(of(range, leases)).starts_with("All addresses of the DHCP pool"));
}

}  // namespace
}  // namespace bootferry::boot
