// SPDX-License-Identifier: Apache-2.0
#include "app/vendor_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

const MacAddress cisco = *parse_mac_address("00:00:0c:12:34:56");

TEST(VendorFile, TheFirstFileThatIsThereIsReadOnceAndLate) {
  const test::TemporaryFolder folder;
  const VendorFile vendors({folder.path() / "none", folder.path() / "hwdb"});
  std::ofstream(folder.path() / "hwdb") << "OUI:00000C*\n ID_OUI_FROM_DATABASE=Cisco Systems, Inc\n";
  EXPECT_EQ(vendors.find_vendor(cisco), "Cisco Systems, Inc");
  std::filesystem::remove(folder.path() / "hwdb");
  EXPECT_EQ(vendors.find_vendor(cisco), "Cisco Systems, Inc");
}

TEST(VendorFile, WithoutAFileNobodyIsKnown) {
  EXPECT_EQ(VendorFile({"/nowhere/hwdb"}).find_vendor(cisco), std::nullopt);
}

}  // namespace
}  // namespace bootferry::app
