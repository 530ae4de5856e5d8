// SPDX-License-Identifier: Apache-2.0
#include "db/boot_marks.hpp"

#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

TEST_F(DbTest, boot_marks_survive_a_restart_and_never_fall) {
  WorkerPool pool{"db", 1};
  {
    BootMarks marks(*database, pool);
    EXPECT_TRUE(marks.load().empty());
    marks.keep(mac_number(1), 7);
    marks.keep(mac_number(2), 0x19abcdef0123);
    marks.keep(mac_number(1), 5);
    pool.stop();
  }
  reopen();
  WorkerPool again{"db", 1};
  const auto marks = BootMarks(*database, again).load();
  EXPECT_EQ(marks, (std::map<MacAddress, std::uint64_t>{{mac_number(1), 7}, {mac_number(2), 0x19abcdef0123}}));
}

}  // namespace
}  // namespace bootferry::db
