// SPDX-License-Identifier: Apache-2.0
// Persistent reservations in the database: what is saved is there after a restart, and goes with its image.
#include "db/reservation_store.hpp"

#include "db/registry_rows.hpp"
#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

class ReservationStoreTest : public DbTest {
 protected:
  ReservationStoreTest() {
    for (const char* name : {"dos", "other"}) write_image(*database, {name, "raw", "x", mib(1), {}, 512});
  }
  const std::vector<boot::StoredRegistration> two_{{"iqn.a,i,0x800000000001", 0xffffffffffffffff, 3},
                                                   {"iqn.b,i,0x800000000002", 2, 0}};
};

TEST_F(ReservationStoreTest, what_is_saved_is_there_after_a_restart) {
  ASSERT_TRUE(ReservationStore(*database).save("iqn.t:1", "dos", two_));
  reopen();
  ReservationStore store(*database);
  EXPECT_EQ(store.load("iqn.t:1", "dos").value(), two_);
  EXPECT_TRUE(store.load("iqn.t:1", "other").value().empty()) << "another disk begins free";
  EXPECT_TRUE(store.load("iqn.t:2", "dos").value().empty());
}

TEST_F(ReservationStoreTest, a_save_replaces_and_an_empty_one_forgets) {
  ReservationStore store(*database);
  ASSERT_TRUE(store.save("iqn.t:1", "dos", two_));
  ASSERT_TRUE(store.save("iqn.t:1", "other", {two_[1]}));
  EXPECT_TRUE(store.load("iqn.t:1", "dos").value().empty());
  EXPECT_EQ(store.load("iqn.t:1", "other").value().size(), 1u);
  ASSERT_TRUE(store.save("iqn.t:1", "other", {}));
  EXPECT_EQ(database->query_number("SELECT count(*) FROM reservations"), 0);
}

TEST_F(ReservationStoreTest, a_removed_image_takes_them_along) {
  ReservationStore store(*database);
  ASSERT_TRUE(store.save("iqn.t:1", "dos", two_));
  delete_image(*database, "dos");
  EXPECT_EQ(database->query_number("SELECT count(*) FROM reservations"), 0);
}

TEST_F(ReservationStoreTest, a_save_that_fails_changes_nothing_and_says_so) {
  ReservationStore store(*database);
  ASSERT_TRUE(store.save("iqn.t:1", "dos", two_));
  for (int n = 1; n <= 4; ++n) {
    int calls = 0;
    database->set_fault([&] {
      if (++calls == n) throw DbError("no space");
    });
    EXPECT_FALSE(store.save("iqn.t:1", "dos", {two_[0]})) << n;
    database->set_fault({});
    EXPECT_EQ(store.load("iqn.t:1", "dos").value(), two_) << n;
  }
}

}  // namespace
}  // namespace bootferry::db
