// SPDX-License-Identifier: Apache-2.0
// Which reservations outlive the unit, and which the program too.
#include "app/reservation_keeper.hpp"

#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

using iscsi::scsi::ReservationState;
using iscsi::scsi::ReservationType;

class FakeDurable final : public boot::ReservationStore {
 public:
  Result<std::vector<boot::StoredRegistration>> load(std::string_view target, std::string_view image) override {
    const auto found = rows.find({std::string(target), std::string(image)});
    return found == rows.end() ? std::vector<boot::StoredRegistration>{} : found->second;
  }
  Result<void> save(std::string_view target, std::string_view image,
                    const std::vector<boot::StoredRegistration>& registrations) override {
    rows[{std::string(target), std::string(image)}] = registrations;
    return {};
  }
  std::map<std::pair<std::string, std::string>, std::vector<boot::StoredRegistration>> rows;
};

struct ReservationKeeperTest : testing::Test {
  FakeDurable durable;
  std::unique_ptr<ReservationKeeper> keeper = std::make_unique<ReservationKeeper>(durable);

  static ReservationState held(bool through_power_loss) {
    ReservationState state;
    state.generation = 5;
    state.through_power_loss = through_power_loss;
    state.type = ReservationType::exclusive_access;
    state.registrations = {{"iqn.a,i,0x1", 1, true}, {"iqn.b,i,0x2", 2, false}};
    return state;
  }
  ReservationState known(std::string_view image = "dos") { return keeper->store_of("iqn.t", image)->load().value(); }
};

TEST_F(ReservationKeeperTest, with_aptpl_the_holder_is_known_after_a_restart) {
  ASSERT_TRUE(keeper->store_of("iqn.t", "dos")->save(held(true)));
  keeper = std::make_unique<ReservationKeeper>(durable);
  const ReservationState state = known();
  EXPECT_EQ(state.type, ReservationType::exclusive_access);
  EXPECT_TRUE(state.through_power_loss);
  EXPECT_EQ(state.generation, 0u);
  ASSERT_EQ(state.registrations.size(), 2u);
  EXPECT_TRUE(state.registrations[0].holder);
  EXPECT_FALSE(state.registrations[1].holder);
}

TEST_F(ReservationKeeperTest, without_aptpl_it_outlives_its_sessions_only) {
  ASSERT_TRUE(keeper->store_of("iqn.t", "dos")->save(held(true)));
  ASSERT_TRUE(keeper->store_of("iqn.t", "dos")->save(held(false)));
  EXPECT_EQ(known().type, ReservationType::exclusive_access) << "another session of the same run";
  EXPECT_EQ(known().generation, 5u);
  keeper = std::make_unique<ReservationKeeper>(durable);
  EXPECT_TRUE(known().registrations.empty()) << "also what was durable before is gone";
}

TEST_F(ReservationKeeperTest, another_image_begins_free) {
  ASSERT_TRUE(keeper->store_of("iqn.t", "dos")->save(held(true)));
  EXPECT_TRUE(known("games").registrations.empty());
}

}  // namespace
}  // namespace bootferry::app
