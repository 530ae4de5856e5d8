// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <gmock/gmock.h>

namespace bootferry::log {
namespace {

TEST(Log, AJournalEntryHasAFieldForEachValue) {
  const std::vector<Field> fields{{"mac", "52:54:00:e2:e0:01"}, {"boot-id", "7"}};
  EXPECT_THAT(journal_entry(Level::warning, "SCRIPT_REFUSED", fields),
              testing::ElementsAre("MESSAGE=SCRIPT_REFUSED mac=52:54:00:e2:e0:01 boot-id=7", "PRIORITY=4",
                                   "SYSLOG_IDENTIFIER=bootferry", "BOOTFERRY_NAME=SCRIPT_REFUSED",
                                   "BOOTFERRY_MAC=52:54:00:e2:e0:01", "BOOTFERRY_BOOT_ID=7"));
}

TEST(Log, AValueFromTheNetworkForgesNeitherLineNorField) {
  const std::vector<Field> fields{{"hostname", "pc\nPRIORITY=0 mac=x \"y\""}};
  const auto entry = journal_entry(Level::info, "LEASE", fields);
  EXPECT_EQ(entry[0], "MESSAGE=LEASE hostname=\"pc\\x0aPRIORITY=0 mac=x \\\"y\\\"\"");
  ASSERT_EQ(entry.size(), 5u);  // the journal's own protocol keeps a newline within the one field
  EXPECT_EQ(entry[4], "BOOTFERRY_HOSTNAME=pc\nPRIORITY=0 mac=x \"y\"");
}

}  // namespace
}  // namespace bootferry::log
