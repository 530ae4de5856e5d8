// SPDX-License-Identifier: Apache-2.0
// SANITIZE: what each way leaves on the disk, what others see meanwhile, failures, and that a crash is not forgotten.
#include "iscsi/scsi/sanitizer.hpp"
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

using Call = test::FaultDevice::Call;

class MemoryMark final : public SanitizeMark {
 public:
  Bytes load() override { return kept; }
  Result<void> store(ByteView bytes) override {
    if (broken) return fail(ErrorKind::io, "no");
    kept.assign(bytes.begin(), bytes.end());
    return {};
  }
  Result<void> clear() override {
    if (broken) return fail(ErrorKind::io, "no");
    kept.clear();
    return {};
  }
  Bytes kept;
  bool broken = false;
};

Bytes overwrite_list(std::uint8_t count, ByteView pattern) {
  Bytes bytes{count, 0, static_cast<std::uint8_t>(pattern.size() >> 8), static_cast<std::uint8_t>(pattern.size())};
  bytes.insert(bytes.end(), pattern.begin(), pattern.end());
  return bytes;
}

class SanitizeTest : public ScsiTest {
 protected:
  using Reply = test::ScsiInitiator::Reply;

  std::shared_ptr<LogicalUnit> open_disk(bool read_only = false) {
    Identity whole = identity();
    whole.read_only = read_only;
    DiskServices services;
    services.sanitize_mark = mark_;
    services.background = [this](auto job) { jobs_.push_back(std::move(job)); };
    return make_disk(device_, whole, std::move(services));
  }
  void run_jobs(std::stop_token stop = {}) {
    for (auto& job : std::exchange(jobs_, {})) job(stop);
  }
  static Reply overwrite(test::ScsiInitiator& pc, const Bytes& list, std::uint8_t flags = 0) {
    return pc.send({0x48, static_cast<std::uint8_t>(0x01 | flags), 0, 0, 0, 0, 0,
                    static_cast<std::uint8_t>(list.size() >> 8), static_cast<std::uint8_t>(list.size()), 0},
                   list);
  }

  std::shared_ptr<MemoryMark> mark_ = std::make_shared<MemoryMark>();
  std::vector<std::move_only_function<void(std::stop_token)>> jobs_;
};

constexpr std::uint8_t immed = 0x80, ause = 0x20;

TEST_F(SanitizeTest, overwrite_repeats_the_pattern_in_every_block) {
  ASSERT_TRUE(overwrite(pc_, overwrite_list(1, Bytes{1, 2, 3})).good());
  for (const std::uint64_t lba : {std::uint64_t{0}, blocks - 1}) {
    const Bytes found = on_disk(lba);
    EXPECT_EQ(found[0], 1);
    EXPECT_EQ(found[4], 2);
    EXPECT_EQ(found[511], 511 % 3 + 1);
  }
}

TEST_F(SanitizeTest, overwrite_makes_its_passes_and_flushes_each) {
  ASSERT_TRUE(overwrite(pc_, overwrite_list(0x83, Bytes(512, 0x0f))).good());  // INVERT, three times
  EXPECT_EQ(on_disk(7), Bytes(512, 0x0f)) << "inverted in the second pass only";
  std::size_t writes = 0, flushes = 0;
  for (const Call& call : device_->calls()) {
    writes += call.what == "write" ? call.length : 0;
    flushes += call.what == "flush";
  }
  EXPECT_EQ(writes, 3 * blocks * block);
  EXPECT_GE(flushes, 3u);
  ASSERT_TRUE(overwrite(pc_, overwrite_list(0x82, Bytes(512, 0x0f))).good());
  EXPECT_EQ(on_disk(7), Bytes(512, 0xf0));
}

TEST_F(SanitizeTest, erasing_gives_all_blocks_back) {
  for (const std::uint8_t action : {0x02, 0x03}) {
    put(0, 0xee, blocks);
    ASSERT_TRUE(pc_.send({0x48, action}).good());
    EXPECT_EQ(on_disk(0, blocks), Bytes(blocks * block));
    EXPECT_EQ(pc_.send({0x9e, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0}).data[20], 1) << "unmapped";
  }
}

TEST_F(SanitizeTest, parameters_are_checked) {
  const Bytes full = overwrite_list(1, Bytes(512, 1));
  for (const std::uint16_t length : {0, 1, 4, 517, 0xffff}) {
    EXPECT_EQ(
        pc_.send({0x48, 0x01, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)},
                 full)
            .code(),
        0x2400)
        << length;
  }
  EXPECT_EQ(pc_.send({0x48, 0x01, 0, 0, 0, 0, 0, 2, 4}, Bytes(100)).code(), 0x1a00);
  EXPECT_EQ(overwrite(pc_, overwrite_list(0, Bytes(512))).code(), 0x2600);
  EXPECT_EQ(overwrite(pc_, overwrite_list(0x21, Bytes(512))).code(), 0x2600);  // TEST
  for (const std::uint16_t length : {0, 513, 516, 0xffff}) {
    Bytes list = full;
    list[2] = static_cast<std::uint8_t>(length >> 8);
    list[3] = static_cast<std::uint8_t>(length);
    EXPECT_EQ(overwrite(pc_, list).code(), 0x2600) << length;
  }
  for (const std::uint8_t action : {0x02, 0x03, 0x1f}) {
    EXPECT_EQ(pc_.send({0x48, action, 0, 0, 0, 0, 0, 0, 8}, Bytes(8)).code(), 0x2400);
    EXPECT_EQ(pc_.send({0x48, static_cast<std::uint8_t>(action | 0x40)}).code(), 0x2400);
    for (std::size_t at = 2; at < 7; ++at) {
      std::array<std::uint8_t, 16> cdb{0x48, action};
      cdb[at] = 1;
      EXPECT_EQ(pc_.send(cdb).code(), 0x2400) << at;
    }
  }
  for (std::uint8_t action = 4; action < 0x1f; ++action) EXPECT_EQ(pc_.send({0x48, action}).code(), 0x2400);
  EXPECT_EQ(pc_.send({0x48, 0x00}).code(), 0x2400);
  EXPECT_TRUE(device_->calls().empty());
}

TEST_F(SanitizeTest, nothing_is_wiped_that_may_not_be_written) {
  auto fixed = make_unit(device_, true);
  test::ScsiInitiator reader(*fixed, 5);
  EXPECT_EQ(reader.send({0x48, 0x02}).key(), SenseKey::data_protect);
  test::ScsiInitiator holder(*unit_, 7);
  ASSERT_TRUE(holder.send({0x16}).good());
  EXPECT_EQ(pc_.send({0x48, 0x02}).status, Status::reservation_conflict);
  EXPECT_TRUE(device_->calls().empty());
}

TEST_F(SanitizeTest, while_it_runs_others_are_told_how_far_it_is) {
  auto unit = open_disk();
  test::ScsiInitiator pc(*unit, 1), other(*unit, 2);
  ASSERT_TRUE(overwrite(pc, overwrite_list(1, Bytes(512, 0xaa)), immed).good());
  ASSERT_EQ(jobs_.size(), 1u);
  for (const std::uint8_t opcode : {0x00, 0x08, 0x0a, 0x1b, 0x25, 0x28, 0x2a, 0x35, 0x42, 0x48, 0x5a, 0x5e}) {
    const auto reply = other.send({opcode, 0x01});
    EXPECT_EQ(reply.key(), SenseKey::not_ready) << int{opcode};
    EXPECT_EQ(reply.code(), 0x041b) << int{opcode};
    EXPECT_TRUE(reply.sense->progress) << int{opcode};
  }
  EXPECT_TRUE(other.send({0x12, 0, 0, 0, 96, 0}).good());
  EXPECT_TRUE(other.send({0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0}).good());
  const auto sense = other.send({0x03, 0, 0, 0, 255, 0});
  EXPECT_EQ(number_at(sense.data, 12, 2), 0x041bu);
  EXPECT_EQ(sense.data[15] & 0x80, 0x80) << "the progress is valid";
  // Neither a reset nor the end of the session stops it.
  unit->on_reset(pc.nexus());
  pc.log_out();
  run_jobs();
  (void)other.send({0x00});  // the reset's attention
  EXPECT_TRUE(other.send({0x00}).good());
  EXPECT_EQ(on_disk(blocks - 1), Bytes(512, 0xaa));
  EXPECT_TRUE(mark_->kept.empty());
}

// A write that was let in before must not land behind the wipe.
TEST_F(SanitizeTest, a_write_that_was_waiting_for_its_data_does_not_reach_the_disk) {
  auto unit = open_disk();
  test::ScsiInitiator pc(*unit, 1);
  auto task = unit->make_task(pc.nexus(), 0, {0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0});
  ASSERT_TRUE(std::holds_alternative<NeedData>(task->start()));
  ASSERT_TRUE(pc.send({0x48, 0x02 | immed}).good());
  Bytes data(512, 0x66);
  const auto job = std::get<DiskJob>(task->on_data_out(data));
  EXPECT_FALSE(unit->run_job(job, data));
  run_jobs();
  EXPECT_EQ(on_disk(0), Bytes(512));
}

// Nor may it land when the wipe is over: its data came late, or it stood in the disk workers' queue.
TEST_F(SanitizeTest, nothing_that_was_let_in_before_reaches_the_disk_after_it) {
  auto unit = open_disk();
  test::ScsiInitiator pc(*unit, 1);
  const std::vector<std::pair<std::array<std::uint8_t, 16>, std::size_t>> writers{
      {{0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, 1},
      {{0x2e, 0, 0, 0, 0, 0, 0, 0, 1, 0}, 1},
      {{0x41, 0, 0, 0, 0, 0, 0, 0, 1, 0}, 1},
      {{0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 2},
      {{0x8b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 1},
      {{0x9c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8}, 8},
  };
  for (const bool queued : {false, true}) {
    for (const auto& [cdb, count] : writers) {
      SCOPED_TRACE(testing::Message() << int{cdb[0]} << queued);
      Bytes data(count * block, 0x66);
      if (cdb[0] == 0x89) std::fill_n(data.begin(), block, 0);  // what COMPARE AND WRITE is to find
      auto task = unit->make_task(pc.nexus(), 0, cdb);
      ASSERT_TRUE(std::holds_alternative<NeedData>(task->start()));
      std::optional<DiskJob> job;
      if (queued) job = std::get<DiskJob>(task->on_data_out(data));
      ASSERT_TRUE(pc.send({0x48, 0x02 | immed}).good());
      run_jobs();
      if (!job) job = std::get<DiskJob>(task->on_data_out(data));
      const auto result = unit->run_job(*job, data);
      EXPECT_FALSE(result);
      EXPECT_EQ(std::get<Answer>(task->on_job_done(result, {})).status, Status::check_condition);
      EXPECT_EQ(on_disk(0), Bytes(512));
    }
  }
  EXPECT_TRUE(pc.send({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512, 1)).good()) << "new ones are let in";
}

TEST_F(SanitizeTest, a_failure_holds_until_it_is_done_again_or_given_up_by_leave) {
  auto unit = open_disk();
  test::ScsiInitiator pc(*unit, 1);
  for (const std::uint8_t flags : {immed, std::uint8_t(immed | ause)}) {
    ASSERT_TRUE(overwrite(pc, overwrite_list(1, Bytes(512, 1)), flags).good());
    device_->fail_call(1);
    run_jobs();
    EXPECT_EQ(pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).code(), 0x3103);
    EXPECT_EQ(pc.send({0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, Bytes(512)).key(), SenseKey::medium_error);
    EXPECT_EQ(number_at(pc.send({0x03, 0, 0, 0, 255, 0}).data, 12, 2), 0x3103u);
    EXPECT_FALSE(mark_->kept.empty());
    EXPECT_EQ(pc.send({0x48, 0x1f}).good(), (flags & ause) != 0);
  }
  EXPECT_TRUE(pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).good());
  EXPECT_TRUE(mark_->kept.empty());
}

TEST_F(SanitizeTest, one_that_cannot_be_started_has_failed) {
  DiskServices services;
  services.background = [](auto) { throw std::runtime_error("no thread"); };
  auto unit = make_disk(device_, identity(), std::move(services));
  test::ScsiInitiator pc(*unit, 1);
  EXPECT_EQ(pc.send({0x48, 0x02 | ause}).code(), 0x3103);
  EXPECT_EQ(pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).code(), 0x3103) << "it does not run for ever";
}

TEST_F(SanitizeTest, leaving_a_failure_takes_the_mark_away_on_a_disk_worker) {
  auto unit = open_disk();
  test::ScsiInitiator pc(*unit, 1);
  ASSERT_TRUE(overwrite(pc, overwrite_list(1, Bytes(512, 1)), immed | ause).good());
  device_->fail_call(1);
  run_jobs();
  auto task = unit->make_task(pc.nexus(), 0, {0x48, 0x1f});
  const Step step = task->start();
  ASSERT_TRUE(std::holds_alternative<DiskJob>(step));
  EXPECT_FALSE(mark_->kept.empty()) << "a session's loop touches no file";
  mark_->broken = true;
  EXPECT_EQ(pc.send({0x48, 0x1f}).code(), 0x3103) << "it would be found again";
  mark_->broken = false;
  const auto result = unit->run_job(std::get<DiskJob>(step), {});
  EXPECT_EQ(std::get<Answer>(task->on_job_done(result, {})).status, Status::good);
  EXPECT_TRUE(mark_->kept.empty());
}

TEST_F(SanitizeTest, what_is_acknowledged_is_marked_before) {
  auto unit = open_disk();
  test::ScsiInitiator pc(*unit, 1);
  mark_->broken = true;
  EXPECT_EQ(pc.send({0x48, 0x02 | immed | ause}).code(), 0x3103) << "a crash would hide it";
  EXPECT_TRUE(jobs_.empty());
  mark_->broken = false;
  auto task = unit->make_task(pc.nexus(), 0, {0x48, 0x02 | immed});
  const Step step = task->start();
  ASSERT_TRUE(std::holds_alternative<DiskJob>(step)) << "a session's loop touches no file";
  EXPECT_TRUE(mark_->kept.empty());
  const auto result = unit->run_job(std::get<DiskJob>(step), {});
  EXPECT_FALSE(mark_->kept.empty());
  EXPECT_EQ(std::get<Answer>(task->on_job_done(result, {})).status, Status::good);
  run_jobs();
  EXPECT_TRUE(pc.send({0x00}).good());
  EXPECT_TRUE(mark_->kept.empty());
}

TEST_F(SanitizeTest, one_that_was_cut_off_goes_on_when_the_disk_is_opened_next) {
  put(0, 0xee, blocks);
  {
    auto unit = open_disk();
    test::ScsiInitiator pc(*unit, 1);
    ASSERT_TRUE(overwrite(pc, overwrite_list(2, Bytes(512, 0x3c)), immed).good());
    std::stop_source stop;
    stop.request_stop();
    run_jobs(stop.get_token());
    EXPECT_FALSE(mark_->kept.empty());
  }
  auto unit = open_disk();
  test::ScsiInitiator pc(*unit, 1);
  EXPECT_EQ(pc.send({0x00}).code(), 0x041b);
  run_jobs();
  EXPECT_TRUE(pc.send({0x00}).good());
  EXPECT_EQ(on_disk(0, blocks), Bytes(blocks * block, 0x3c));
  EXPECT_TRUE(mark_->kept.empty());
}

TEST_F(SanitizeTest, a_half_wiped_disk_does_not_pass_for_a_whole_one_when_it_cannot_be_gone_on_with) {
  mark_->kept = Bytes{1, 2, 0, 1};
  auto fixed = open_disk(true);
  test::ScsiInitiator reader(*fixed, 1);
  EXPECT_EQ(reader.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).code(), 0x3103);
  for (const Bytes& broken : {Bytes{0xff}, Bytes{1, 9, 0, 1}, Bytes{1, 1, 0, 0}, Bytes{1}}) {
    mark_->kept = broken;
    auto unit = open_disk();
    test::ScsiInitiator pc(*unit, 1);
    EXPECT_EQ(pc.send({0x00}).code(), 0x3103);
    EXPECT_EQ(pc.send({0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}).code(), 0x3103);
    EXPECT_TRUE(jobs_.empty());
  }
}

TEST_F(SanitizeTest, what_is_not_there_is_not_offered) {
  Identity whole = identity();
  auto without = make_disk(device_, whole);
  test::ScsiInitiator pc(*without, 1);
  EXPECT_EQ(pc.send({0x48, 0x02}).code(), 0x2400);
  EXPECT_EQ(pc.send({0xa3, 0x0c, 0x02, 0x48, 0, 0x02, 0, 0, 1, 0, 0, 0}).data[1], 1);
  EXPECT_EQ(pc.send({0x12, 1, 0xb1, 0, 255, 0}).data[7], 0x00);
  EXPECT_EQ(pc_.send({0x12, 1, 0xb1, 0, 255, 0}).data[7], 0x50);  // WABEREQ, WACEREQ
  EXPECT_EQ(pc_.send({0xa3, 0x0c, 0x02, 0x48, 0, 0x02, 0, 0, 1, 0, 0, 0}).data[1], 3);
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
