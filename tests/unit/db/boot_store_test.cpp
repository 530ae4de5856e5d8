// SPDX-License-Identifier: Apache-2.0
#include "db/boot_store.hpp"

#include "db/text_rows.hpp"
#include "db_fixture.hpp"

namespace bootferry::db {
namespace {

boot::BootRecord make_boot(std::uint64_t id, std::uint32_t machine) {
  boot::BootRecord boot;
  boot.id = id;
  boot.mac = mac_number(machine);
  boot.state = boot::BootState::stalled;
  boot.stage = boot::StepKind::boot_server;
  boot.architecture = "bios";
  boot.firmware = "BIOS PXE";
  boot.decision = "san";
  boot.image = "dos";
  boot.started = WallTime{std::chrono::seconds{1'790'000'000}};
  boot.updated = boot.started + std::chrono::seconds{9};
  boot.code = "no-tftp";
  boot.reason = "It was told.";
  boot.mend = "Look.";
  boot.bytes_read = {1 << 20};
  boot.bytes_written = {512};
  boot.last_io = boot.updated;
  boot.steps = {{boot::StepKind::discover,
                 boot.started,
                 boot.updated,
                 3,
                 "It asks\twith a tab\nand \\ more.",
                 {{"xid", "0x1"}, {"empty", ""}}},
                {boot::StepKind::closed, boot.updated, boot.updated, 1, "ünïcode", {}}};
  return boot;
}

struct BootStoreTest : DbTest {
  static std::vector<std::uint64_t> ids(const std::vector<boot::BootRecord>& boots) {
    std::vector<std::uint64_t> out;
    for (const auto& boot : boots) out.push_back(boot.id);
    return out;
  }
};

TEST_F(BootStoreTest, a_boot_survives_with_every_field) {
  boot::BootRecord made = make_boot(7, 1);
  BootStore(*database).save({&made, 1});
  reopen();
  BootStore store(*database);
  EXPECT_EQ(store.next_id(), 8u);
  const auto found = store.find(7);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mac, made.mac);
  EXPECT_EQ(found->state, made.state);
  EXPECT_EQ(found->stage, made.stage);
  EXPECT_EQ(found->architecture + found->firmware + found->decision + found->image, "biosBIOS PXEsandos");
  EXPECT_EQ(found->started, made.started);
  EXPECT_EQ(found->updated, made.updated);
  EXPECT_FALSE(found->ended);
  EXPECT_EQ(found->code + found->reason + found->mend, made.code + made.reason + made.mend);
  EXPECT_EQ(found->bytes_read, made.bytes_read);
  EXPECT_EQ(found->bytes_written, made.bytes_written);
  EXPECT_EQ(found->last_io, made.last_io);
  ASSERT_EQ(found->steps.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(found->steps[i].kind, made.steps[i].kind);
    EXPECT_EQ(found->steps[i].at, made.steps[i].at);
    EXPECT_EQ(found->steps[i].last, made.steps[i].last);
    EXPECT_EQ(found->steps[i].count, made.steps[i].count);
    EXPECT_EQ(found->steps[i].text, made.steps[i].text);
    EXPECT_EQ(found->steps[i].fields, made.steps[i].fields);
  }
}

TEST_F(BootStoreTest, a_boot_that_changed_replaces_itself_and_the_ended_are_not_unfinished) {
  BootStore store(*database);
  std::vector<boot::BootRecord> boots{make_boot(1, 1), make_boot(2, 2)};
  store.save(boots);
  EXPECT_EQ(ids(store.unfinished()), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(store.unfinished()[0].steps.size(), 2u);
  boots[0].ended = boots[0].updated;
  store.save(boots);
  EXPECT_EQ(ids(store.unfinished()), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(store.find(1)->ended, boots[0].ended);
}

TEST_F(BootStoreTest, lists_are_newest_first_and_without_steps) {
  BootStore store(*database);
  const std::vector<boot::BootRecord> boots{make_boot(1, 1), make_boot(2, 2), make_boot(3, 1)};
  store.save(boots);
  EXPECT_EQ(ids(store.find(boot::BootQuery{})), (std::vector<std::uint64_t>{3, 2, 1}));
  EXPECT_TRUE(store.find(boot::BootQuery{})[0].steps.empty());
  EXPECT_EQ(ids(store.find({mac_number(1), 50})), (std::vector<std::uint64_t>{3, 1}));
  EXPECT_EQ(ids(store.find({mac_number(1), 1})), (std::vector<std::uint64_t>{3}));
  EXPECT_TRUE(store.find({mac_number(9), 50}).empty());
  EXPECT_EQ(ids(store.find({.mac = {}, .before = 3})), (std::vector<std::uint64_t>{2, 1}));
  EXPECT_EQ(ids(store.find({.mac = mac_number(1), .before = 3})), (std::vector<std::uint64_t>{1}));
  auto newest = ids(store.newest());
  std::sort(newest.begin(), newest.end());
  EXPECT_EQ(newest, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_FALSE(store.find(std::uint64_t{99}));
}

TEST_F(BootStoreTest, only_the_newest_are_kept_of_each_client_and_of_all) {
  BootStore store(*database, {.total = 6, .per_client = 3});
  for (std::uint64_t id = 1; id <= 5; ++id) {
    const auto boot = make_boot(id, 1);
    store.save({&boot, 1});
  }
  EXPECT_EQ(ids(store.find(boot::BootQuery{})), (std::vector<std::uint64_t>{5, 4, 3}));
  for (std::uint64_t id = 6; id <= 10; ++id) {
    const auto boot = make_boot(id, static_cast<std::uint32_t>(id));
    store.save({&boot, 1});
  }
  EXPECT_EQ(ids(store.find(boot::BootQuery{})), (std::vector<std::uint64_t>{10, 9, 8, 7, 6, 5}));
}

TEST(TextRows, any_text_comes_back) {
  std::string out;
  append_row(out, {"a", "", "b\tc\nd\\e\\n"});
  append_row(out, {""});
  EXPECT_EQ(parse_rows(out), (std::vector<TextRow>{{"a", "", "b\tc\nd\\e\\n"}, {""}}));
  EXPECT_TRUE(parse_rows("").empty());
}

TEST_F(BootStoreTest, those_that_failed_are_counted) {
  BootStore store(*database);
  EXPECT_FALSE(store.last_failed());
  std::vector<boot::BootRecord> boots;
  for (std::uint64_t id = 1; id <= 4; ++id) boots.push_back(make_boot(id, static_cast<std::uint32_t>(id)));
  boots[1].state = boot::BootState::failed;
  boots[2].state = boot::BootState::booted;
  boots[3].state = boot::BootState::gone;
  boots[0].started -= std::chrono::hours{25};
  store.save(boots);
  const auto counts = store.count_since(boots[1].started - std::chrono::hours{24});
  EXPECT_EQ(counts.all, 3u);
  EXPECT_EQ(counts.failed, 1u);
  EXPECT_EQ(store.count_since({}).failed, 2u);
  ASSERT_TRUE(store.last_failed());
  EXPECT_EQ(store.last_failed()->id, 2u);
}

}  // namespace
}  // namespace bootferry::db
