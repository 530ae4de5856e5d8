// SPDX-License-Identifier: Apache-2.0
#include "boot/vendor_table.hpp"

#include <gtest/gtest.h>

namespace bootferry::boot {
namespace {

constexpr std::string_view file = R"(# This file is part of systemd.

OUI:00000C*
 ID_OUI_FROM_DATABASE=Cisco Systems, Inc

OUI:0055DA*
 ID_OUI_FROM_DATABASE=IEEE Registration Authority

OUI:0055DA0*
 ID_OUI_FROM_DATABASE=Shinko Technos co.,ltd.

OUI:0050C2*
 ID_OUI_FROM_DATABASE=IEEE Registration Authority

OUI:0050C2001*
 ID_OUI_FROM_DATABASE=JMBS Developpements

OUI:525400*
 ID_OUI_FROM_DATABASE=Nobody may have this

OUI:010000*
 ID_OUI_FROM_DATABASE=Nor this

OUI:12345*
 ID_OUI_FROM_DATABASE=Too short
OUI:ABCDEG*
 ID_OUI_FROM_DATABASE=No digits
 ID_OUI_FROM_DATABASE=Of nobody
)";

std::string vendor_of(const VendorTable& table, std::string_view mac) {
  return std::string(table.find(*parse_mac_address(mac)).value_or("-"));
}

TEST(VendorTable, TheLongestAssignmentCounts) {
  const VendorTable table(file);
  EXPECT_EQ(vendor_of(table, "00:00:0c:12:34:56"), "Cisco Systems, Inc");
  EXPECT_EQ(vendor_of(table, "00:55:da:12:34:56"), "IEEE Registration Authority");
  EXPECT_EQ(vendor_of(table, "00:55:da:0f:34:56"), "Shinko Technos co.,ltd.");
  EXPECT_EQ(vendor_of(table, "00:50:c2:00:1f:ff"), "JMBS Developpements");
  EXPECT_EQ(vendor_of(table, "00:50:c2:00:2f:ff"), "IEEE Registration Authority");
  EXPECT_EQ(vendor_of(table, "00:00:0d:12:34:56"), "-");
}

TEST(VendorTable, WhatIsMadeUpHasNoVendor) {
  const VendorTable table(file);
  EXPECT_EQ(vendor_of(table, "52:54:00:e2:e0:01"), "-") << "locally administered";
  EXPECT_EQ(vendor_of(table, "01:00:00:e2:e0:01"), "-") << "multicast";
}

TEST(VendorTable, OtherLinesArePassedOver) {
  EXPECT_EQ(VendorTable(file).size(), 7u);
  EXPECT_EQ(VendorTable("OUI:").size(), 0u);
  EXPECT_EQ(VendorTable("OUI:00000C*").size(), 0u) << "cut off";
  EXPECT_EQ(vendor_of(VendorTable(), "00:00:0c:12:34:56"), "-");
}

}  // namespace
}  // namespace bootferry::boot
