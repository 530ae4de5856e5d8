// SPDX-License-Identifier: Apache-2.0
#include "boot/address_book.hpp"

#include <gtest/gtest.h>

namespace bootferry::boot {
namespace {

const MacAddress pc1 = parse_mac_address("52:54:00:e2:e0:01").value();
const MacAddress pc2 = parse_mac_address("52:54:00:e2:e0:02").value();

class OneNeighbour final : public Neighbours {
 public:
  std::optional<MacAddress> find(const IpAddress& address) const override {
    ++asked;
    return address == parse_ip_address("fd99::13d").value() ? std::optional(pc2) : std::nullopt;
  }
  mutable int asked = 0;
};

TEST(AddressBook, KnowsWhatItWasToldAndWhatAnAddressSaysOfItself) {
  AddressBook book;
  book.learn(parse_ip_address("10.0.0.5").value(), pc1);
  EXPECT_EQ(book.find(parse_ip_address("10.0.0.5").value()), pc1);
  EXPECT_EQ(book.find(parse_ip_address("10.0.0.6").value()), std::nullopt);
  EXPECT_EQ(book.find(parse_ip_address("fd99::5054:ff:fee2:e001").value()), pc1);
  EXPECT_EQ(book.find(parse_ip_address("fd99::13d").value()), std::nullopt);
}

TEST(AddressBook, AsksTheNeighboursWhoHasAnAddressOfADhcpv6Server) {
  const OneNeighbour neighbours;
  AddressBook book(neighbours);
  EXPECT_EQ(book.find(parse_ip_address("fd99::13d").value()), pc2);
  EXPECT_EQ(book.find(parse_ip_address("fd99::5054:ff:fee2:e001").value()), pc1);
  book.learn(parse_ip_address("fd99::13d").value(), pc1);
  EXPECT_EQ(book.find(parse_ip_address("fd99::13d").value()), pc1) << "what was told counts first";
  EXPECT_EQ(book.find(parse_ip_address("10.0.0.6").value()), std::nullopt);
  EXPECT_EQ(neighbours.asked, 1) << "only where nothing else helps";
}

}  // namespace
}  // namespace bootferry::boot
