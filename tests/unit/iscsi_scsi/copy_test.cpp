// SPDX-License-Identifier: Apache-2.0
// EXTENDED COPY and RECEIVE COPY RESULTS: copies between units, the confinement to a client's own, hostile lists.
#include "iscsi/scsi/copy_log.hpp"
#include "iscsi/scsi/copy_scope.hpp"
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

using Call = test::FaultDevice::Call;

class ListedUnits final : public CopyScope {
 public:
  std::shared_ptr<LogicalUnit> find(const Naa& naa) override {
    for (const auto& unit : units) {
      if (unit->naa() == naa) return unit;
    }
    return nullptr;
  }
  std::vector<std::shared_ptr<LogicalUnit>> units;
};

Bytes target(const Naa& naa, std::uint32_t block_length = block) {
  Bytes bytes{0xe4, 0, 0, 0, 1, 3, 0, 8};
  bytes.insert(bytes.end(), naa.begin(), naa.end());
  bytes.resize(32);
  bytes[29] = static_cast<std::uint8_t>(block_length >> 16);
  bytes[30] = static_cast<std::uint8_t>(block_length >> 8);
  bytes[31] = static_cast<std::uint8_t>(block_length);
  return bytes;
}

struct Segment {
  std::uint16_t from, to, blocks;
  std::uint64_t from_lba, to_lba;
  std::uint8_t flags = 0;
};

Bytes segment(const Segment& of) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(0x02);
  out.u8(of.flags);
  out.u16(0x18);
  out.u16(of.from);
  out.u16(of.to);
  out.u16(0);
  out.u16(of.blocks);
  out.u64(of.from_lba);
  out.u64(of.to_lba);
  return bytes;
}

Bytes list_of(const std::vector<Bytes>& targets, const std::vector<Bytes>& segments, std::uint8_t list_id = 1,
              std::uint8_t usage = 0) {
  std::size_t target_bytes = 0, segment_bytes = 0;
  for (const Bytes& each : targets) target_bytes += each.size();
  for (const Bytes& each : segments) segment_bytes += each.size();
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(list_id);
  out.u8(static_cast<std::uint8_t>(usage << 3));
  out.u16(static_cast<std::uint16_t>(target_bytes));
  out.zeros(4);
  out.u32(static_cast<std::uint32_t>(segment_bytes));
  out.u32(0);
  for (const Bytes& each : targets) out.bytes(each);
  for (const Bytes& each : segments) out.bytes(each);
  return bytes;
}

class CopyTest : public ScsiTest {
 protected:
  using Reply = test::ScsiInitiator::Reply;

  static std::shared_ptr<LogicalUnit> unit(const char* name, std::shared_ptr<images::BlockDevice> device,
                                           DiskServices services = {}, bool read_only = false) {
    Identity identity;
    identity.target_name = name;
    identity.serial = name;
    identity.read_only = read_only;
    return make_disk(std::move(device), identity, std::move(services));
  }
  static DiskServices reaching(std::shared_ptr<CopyScope> scope) {
    DiskServices services;
    services.copy_scope = std::move(scope);
    return services;
  }
  static Reply copy(test::ScsiInitiator& pc, const Bytes& list) {
    const auto length = static_cast<std::uint32_t>(list.size());
    return pc.send({0x83, 0, 0, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(length >> 24),
                    static_cast<std::uint8_t>(length >> 16), static_cast<std::uint8_t>(length >> 8),
                    static_cast<std::uint8_t>(length), 0, 0},
                   list);
  }
  Reply copy(const Bytes& list) { return copy(here_, list); }
  Reply results(std::uint8_t action, std::uint8_t list_id, std::uint8_t room = 255) {
    return here_.send({0x84, action, list_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, room, 0, 0});
  }

  std::shared_ptr<ListedUnits> scope_ = std::make_shared<ListedUnits>();
  std::shared_ptr<LogicalUnit> own_ = unit("own", device_, reaching(scope_));
  std::shared_ptr<images::MemoryDevice> other_memory_ = std::make_shared<images::MemoryDevice>(mib(1));
  std::shared_ptr<test::FaultDevice> other_device_ = std::make_shared<test::FaultDevice>(other_memory_);
  std::shared_ptr<LogicalUnit> other_ = unit("other", other_device_);
  test::ScsiInitiator here_{*own_, 1};

  void SetUp() override { scope_->units.push_back(other_); }
};

TEST_F(CopyTest, blocks_go_from_unit_to_unit) {
  put(10, 0xa1, 3);
  ASSERT_TRUE(copy(list_of({target(own_->naa()), target(other_->naa())}, {segment({0, 1, 3, 10, 100})})).good());
  Bytes found(3 * block);
  ASSERT_TRUE(other_memory_->read({100 * block}, found));
  EXPECT_EQ(found, Bytes(3 * block, 0xa1));
  ASSERT_TRUE(copy(list_of({target(other_->naa()), target(own_->naa())}, {segment({0, 1, 1, 100, 0})})).good());
  EXPECT_EQ(on_disk(0), Bytes(block, 0xa1));
}

TEST_F(CopyTest, an_overlapping_copy_within_a_unit_keeps_what_it_moves) {
  for (std::uint64_t lba = 0; lba < blocks; ++lba) put(lba, static_cast<std::uint8_t>(lba));
  ASSERT_TRUE(copy(list_of({target(own_->naa())}, {segment({0, 0, 2000, 0, 8})})).good());
  for (std::uint64_t lba = 0; lba < 2000; ++lba) {
    ASSERT_EQ(on_disk(lba + 8)[0], static_cast<std::uint8_t>(lba)) << lba;
  }
  ASSERT_TRUE(copy(list_of({target(own_->naa())}, {segment({0, 0, 2000, 8, 0})})).good());
  for (std::uint64_t lba = 0; lba < 2000; ++lba) ASSERT_EQ(on_disk(lba)[0], static_cast<std::uint8_t>(lba)) << lba;
}

TEST_F(CopyTest, a_long_copy_goes_in_pieces_and_what_is_empty_stays_empty) {
  auto big = std::make_shared<images::MemoryDevice>(mib(40));
  auto big_unit = unit("big", big);
  scope_->units.push_back(big_unit);
  auto far = std::make_shared<test::FaultDevice>(std::make_shared<images::MemoryDevice>(mib(40)));
  auto far_unit = unit("far", far);
  scope_->units.push_back(far_unit);
  ASSERT_TRUE(big->write({mib(20).value}, Bytes(4096, 0x77)));
  ASSERT_TRUE(copy(list_of({target(big_unit->naa()), target(far_unit->naa())}, {segment({0, 1, 65535, 0, 1})})).good());
  Bytes found(4096);
  ASSERT_TRUE(far->read({mib(20).value + block}, found));
  EXPECT_EQ(found, Bytes(4096, 0x77));
  std::size_t writes = 0;
  for (const Call& call : far->calls()) writes += call.what == "write";
  EXPECT_EQ(writes, 1u) << "31 of 32 chunks are zeros";
}

TEST_F(CopyTest, units_of_different_block_sizes_copy_whole_blocks_only) {
  auto native = unit("native", std::make_shared<images::MemoryDevice>(mib(1), 4096));
  scope_->units.push_back(native);
  const std::vector<Bytes> pair{target(own_->naa()), target(native->naa(), 4096)};
  EXPECT_TRUE(copy(list_of(pair, {segment({0, 1, 16, 0, 1})})).good());
  EXPECT_TRUE(copy(list_of(pair, {segment({0, 1, 2, 0, 1, 0x02})})).good());  // DC: blocks of the destination
  EXPECT_EQ(copy(list_of(pair, {segment({0, 1, 7, 0, 1})})).key(), SenseKey::copy_aborted);
  EXPECT_EQ(copy(list_of({pair[0], target(native->naa(), 512)}, {segment({0, 1, 8, 0, 1})})).code(), 0x2600);
}

// LIO, tcmu: a copy read and wrote units that its session had no right to.
TEST_F(CopyTest, CVE_2020_28374_CVE_2021_3139_a_copy_reaches_the_sessions_own_units_only) {
  auto stranger_memory = std::make_shared<images::MemoryDevice>(mib(1));
  auto stranger_device = std::make_shared<test::FaultDevice>(stranger_memory);
  auto stranger = unit("stranger", stranger_device);
  put(0, 0x11);
  for (const auto& [from, to] : {std::pair{0, 1}, std::pair{1, 0}}) {
    const auto reply =
        copy(list_of({target(own_->naa()), target(stranger->naa())},
                     {segment({static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to), 1, 0, 0})}));
    EXPECT_EQ(reply.key(), SenseKey::copy_aborted);
    EXPECT_EQ(reply.code(), 0x0d02);
  }
  EXPECT_TRUE(stranger_device->calls().empty());
  EXPECT_EQ(on_disk(0), Bytes(block, 0x11));
  // Nor by another name of it: only NAA designators count, and only whole ones.
  Bytes other_type = target(other_->naa());
  other_type[5] = 1;
  EXPECT_EQ(copy(list_of({target(own_->naa()), other_type}, {segment({0, 1, 1, 0, 0})})).code(), 0x0d02);
  Bytes shortened = target(other_->naa());
  shortened[7] = 7;
  EXPECT_EQ(copy(list_of({target(own_->naa()), shortened}, {segment({0, 1, 1, 0, 0})})).code(), 0x0d02);
  // And a unit that is gone is gone.
  const Naa gone = other_->naa();
  scope_->units.clear();
  EXPECT_EQ(copy(list_of({target(own_->naa()), target(gone)}, {segment({0, 1, 1, 0, 0})})).code(), 0x0d02);
}

TEST_F(CopyTest, a_disk_without_a_scope_copies_within_itself) {
  auto alone = unit("alone", std::make_shared<images::MemoryDevice>(mib(1)));
  test::ScsiInitiator pc(*alone, 5);
  EXPECT_TRUE(copy(pc, list_of({target(alone->naa())}, {segment({0, 0, 1, 0, 1})})).good());
  EXPECT_EQ(copy(pc, list_of({target(other_->naa())}, {segment({0, 0, 1, 0, 1})})).code(), 0x0d02);
}

TEST_F(CopyTest, reservations_and_write_protection_of_the_other_unit_are_honoured) {
  const Bytes there = list_of({target(own_->naa()), target(other_->naa())}, {segment({0, 1, 1, 0, 0})});
  const Bytes back = list_of({target(own_->naa()), target(other_->naa())}, {segment({1, 0, 1, 0, 0})});
  test::ScsiInitiator holder(*other_, 9);
  ASSERT_TRUE(holder.send({0x16}).good());  // RESERVE(6)
  EXPECT_EQ(copy(there).key(), SenseKey::copy_aborted);
  EXPECT_EQ(copy(back).key(), SenseKey::copy_aborted);
  EXPECT_TRUE(other_device_->calls().empty());
  ASSERT_TRUE(holder.send({0x17}).good());
  EXPECT_TRUE(copy(there).good());

  // The same initiator's own reservation of the other unit is not in its way.
  test::ScsiInitiator mine(*other_, 1);
  ASSERT_TRUE(mine.send({0x16}).good());
  EXPECT_TRUE(copy(there).good());
  ASSERT_TRUE(mine.send({0x17}).good());

  auto fixed = unit("fixed", std::make_shared<images::MemoryDevice>(mib(1)), {}, true);
  scope_->units.push_back(fixed);
  const auto reply = copy(list_of({target(own_->naa()), target(fixed->naa())}, {segment({0, 1, 1, 0, 0})}));
  EXPECT_EQ(reply.key(), SenseKey::data_protect);
}

TEST_F(CopyTest, what_cannot_work_fails_before_the_first_byte) {
  const std::vector<Bytes> pair{target(own_->naa()), target(other_->naa())};
  const Bytes fine = segment({0, 1, 1, 0, 0});
  EXPECT_EQ(copy(list_of(pair, {fine, segment({0, 2, 1, 0, 0})})).key(), SenseKey::copy_aborted);
  EXPECT_EQ(copy(list_of(pair, {fine, segment({0, 1, 2, 0, blocks - 1})})).key(), SenseKey::copy_aborted);
  EXPECT_EQ(copy(list_of(pair, {fine, segment({0, 1, 2, blocks - 1, 0})})).key(), SenseKey::copy_aborted);
  EXPECT_EQ(copy(list_of(pair, {fine, segment({0, 1, 2, ~std::uint64_t{0}, 0})})).key(), SenseKey::copy_aborted);
  EXPECT_TRUE(other_device_->calls().empty());
}

TEST_F(CopyTest, a_disk_that_fails_aborts_the_copy) {
  const Bytes list = list_of({target(own_->naa()), target(other_->naa())}, {segment({0, 1, 1, 0, 0})});
  device_->fail_call(1);
  EXPECT_EQ(copy(list).code(), 0x0d01);
  put(0, 1);
  other_device_->fail_call(1);
  EXPECT_EQ(copy(list).code(), 0x0d01);
  const auto details = results(0x04, 1);
  ASSERT_TRUE(details.good());
  EXPECT_EQ(number_at(details.data, 0, 4) + 4, details.data.size());
  EXPECT_EQ(details.data[60 + 2], 0x0a) << "COPY ABORTED, in the sense data";
  EXPECT_EQ(results(0x00, 1).data[4], 2) << "ended with an error";
  other_device_->fail_call(1, {ErrorKind::exhausted, "full"});
  EXPECT_EQ(copy(list).code(), 0x2707);
}

// CVE-2026-72083 (LIO) was a list longer than its buffer: every length, and every wrong length inside.
TEST_F(CopyTest, parameter_lists_of_all_sizes_are_refused_or_taken) {
  const Bytes whole = list_of({target(own_->naa()), target(other_->naa())}, {segment({0, 1, 1, 0, 0})});
  for (std::size_t length = 1; length < whole.size(); ++length) {
    EXPECT_EQ(copy({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}).code(), 0x1a00) << length;
  }
  EXPECT_TRUE(copy({}).good()) << "no list, no copy";
  for (const std::size_t length : {2048u + 16, 2048u + 17, 6160u}) {
    Bytes padded = whole;
    padded.resize(length);
    EXPECT_TRUE(copy(padded).good()) << length;
  }
  EXPECT_EQ(copy(Bytes(6161)).code(), 0x1a00);
  EXPECT_EQ(here_.send({0x83, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}).code(), 0x1a00);
  for (const std::size_t at : {2u, 3u, 8u, 9u, 10u, 11u, 12u, 15u, 16u + 7}) {
    for (int value = 0; value < 256; ++value) {
      Bytes wrong = whole;
      wrong[at] = static_cast<std::uint8_t>(value);
      (void)copy(wrong);  // under the sanitizers: nothing outside of the list is looked at
    }
  }
  EXPECT_EQ(copy(list_of({}, {})).code(), 0xffff) << "a list of nothing is no error";
}

TEST_F(CopyTest, descriptor_counts_stay_within_what_is_announced) {
  const auto limits = results(0x03, 0);
  ASSERT_TRUE(limits.good());
  EXPECT_EQ(number_at(limits.data, 0, 4) + 4, limits.data.size());
  const auto most_targets = number_at(limits.data, 8, 2), most_segments = number_at(limits.data, 10, 2);
  EXPECT_EQ(number_at(limits.data, 12, 4), 2048u);
  EXPECT_EQ(limits.data[43], 2);
  const Bytes one = segment({0, 0, 1, 0, 1});
  EXPECT_TRUE(copy(list_of(std::vector(most_targets, target(own_->naa())), {one})).good());
  EXPECT_EQ(copy(list_of(std::vector(most_targets + 1, target(own_->naa())), {one})).code(), 0x2606);
  EXPECT_TRUE(copy(list_of({target(own_->naa())}, std::vector(most_segments, one))).good());
  EXPECT_EQ(copy(list_of({target(own_->naa())}, std::vector(most_segments + 1, one))).code(), 0x2608);
  EXPECT_EQ(copy(list_of(std::vector(most_targets, target(own_->naa())), std::vector(most_segments + 1, one))).code(),
            0x1a00);
}

TEST_F(CopyTest, descriptors_of_other_kinds_are_refused) {
  const Bytes one = segment({0, 0, 1, 0, 1});
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    Bytes bytes = target(own_->naa());
    bytes[at] = value;
    return copy(list_of({bytes}, {one}));
  };
  EXPECT_EQ(changed(0, 0xe0).code(), 0x2607);
  EXPECT_TRUE(changed(1, 0xc0).good()) << "LU ID TYPE means nothing here";
  EXPECT_EQ(changed(1, 0x20).key(), SenseKey::copy_aborted);  // NUL
  EXPECT_EQ(changed(1, 0x01).key(), SenseKey::copy_aborted);  // a tape
  EXPECT_EQ(changed(7, 21).code(), 0x2600);
  Bytes stream(20);
  stream[0] = 0x03;
  stream[3] = 16;
  EXPECT_EQ(copy(list_of({target(own_->naa())}, {stream})).code(), 0x2609);
  Bytes inline_data = list_of({target(own_->naa())}, {one});
  inline_data[15] = 4;
  inline_data.resize(inline_data.size() + 4);
  EXPECT_EQ(copy(inline_data).code(), 0x260b);
}

TEST_F(CopyTest, the_status_is_kept_by_list_identifier) {
  EXPECT_EQ(results(0x00, 7).code(), 0x2400);
  ASSERT_TRUE(copy(list_of({target(own_->naa())}, {segment({0, 0, 3, 0, 8}), segment({0, 0, 0, 0, 0})}, 7)).good());
  const auto status = results(0x00, 7);
  ASSERT_EQ(status.data.size(), 12u);
  EXPECT_EQ(status.data[4], 1);
  EXPECT_EQ(number_at(status.data, 5, 2), 2u);
  EXPECT_EQ(number_at(status.data, 8, 4), 3u * block);
  EXPECT_EQ(results(0x04, 7).code(), 0x2400) << "nothing failed";
  test::ScsiInitiator other(*own_, 2);
  EXPECT_EQ(other.send({0x84, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0}).code(), 0x2400) << "of another nexus";
  // Usage 3: there is none.
  ASSERT_TRUE(copy(list_of({target(own_->naa())}, {segment({0, 0, 1, 0, 8})}, 0, 3)).good());
  EXPECT_EQ(results(0x00, 0).code(), 0x2400);
  EXPECT_EQ(copy(list_of({target(own_->naa())}, {}, 1, 3)).code(), 0x2600);
  EXPECT_EQ(copy(list_of({target(own_->naa())}, {}, 1, 1)).code(), 0x2600);
}

TEST(CopyLog, keeps_the_last_few_of_a_nexus_and_no_two_that_run_by_one_name) {
  CopyLog log;
  ASSERT_TRUE(log.begin(1, 5));
  EXPECT_FALSE(log.begin(1, 5));
  EXPECT_TRUE(log.begin(2, 5));
  log.set(1, 5, {CopyStatus::State::good, 1, 512, {}});
  EXPECT_TRUE(log.begin(1, 5)) << "it is through";
  log.set(1, 5, {CopyStatus::State::good, 1, 512, {}});
  for (int id = 10; id < 40; ++id) {
    ASSERT_TRUE(log.begin(1, static_cast<std::uint8_t>(id)));
    log.set(1, static_cast<std::uint8_t>(id), {CopyStatus::State::good, 1, 512, {}});
  }
  EXPECT_FALSE(log.find(1, 5));
  EXPECT_TRUE(log.find(1, 39));
  EXPECT_TRUE(log.find(2, 5)) << "of another nexus";
  log.on_nexus_end(1);
  EXPECT_FALSE(log.find(1, 39));
}

TEST_F(CopyTest, an_aborted_copy_is_logged_as_failed_and_frees_its_list_identifier) {
  const Bytes list = list_of({target(own_->naa())}, {segment({0, 0, 1, 0, 100})}, 5);
  const auto length = static_cast<std::uint8_t>(list.size());
  const std::array<std::uint8_t, 16> cdb{0x83, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, length};
  auto task = own_->make_task(here_.nexus(), 0, cdb);
  ASSERT_TRUE(std::holds_alternative<NeedData>(task->start()));
  ASSERT_TRUE(std::holds_alternative<DiskJob>(task->on_data_out(list)));
  EXPECT_EQ(copy(list).code(), 0x0016) << "it runs";
  EXPECT_EQ(results(0x00, 5).data.at(4), 0) << "the refused one has not ended the first";
  task.reset();  // ABORT TASK
  EXPECT_EQ(results(0x00, 5).data.at(4), 2);
  EXPECT_TRUE(results(0x04, 5).good()) << "failure details";
  EXPECT_TRUE(copy(list).good());
}

TEST_F(CopyTest, a_unit_that_is_taken_away_gets_no_further_piece) {
  auto big = std::make_shared<images::MemoryDevice>(mib(40));
  ASSERT_TRUE(big->write({0}, Bytes(mib(32).value, 0x77)));
  auto big_unit = unit("big", big, reaching(scope_));
  auto far = std::make_shared<images::MemoryDevice>(mib(40));
  auto far_unit = unit("far", far);
  scope_->units.push_back(far_unit);
  test::ScsiInitiator pc(*big_unit, 1);
  const Bytes list = list_of({target(big_unit->naa()), target(far_unit->naa())}, {segment({0, 1, 65535, 0, 0})});
  const auto length = static_cast<std::uint8_t>(list.size());
  auto task = big_unit->make_task(pc.nexus(), 0, {0x83, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, length});
  ASSERT_TRUE(std::holds_alternative<NeedData>(task->start()));
  const auto job = std::get<DiskJob>(task->on_data_out(list));
  ASSERT_TRUE(big_unit->run_job(job, {}));
  std::erase(scope_->units, far_unit);
  const Step step = task->on_job_done({}, {});
  const auto* answer = std::get_if<Answer>(&step);
  ASSERT_TRUE(answer && answer->sense);
  EXPECT_EQ(answer->sense->key, SenseKey::copy_aborted);
  EXPECT_EQ(answer->sense->asc << 8 | answer->sense->ascq, 0x0d02);
  Bytes found(block);
  ASSERT_TRUE(far->read({0}, found));
  EXPECT_EQ(found, Bytes(block, 0x77)) << "the first piece was";
  ASSERT_TRUE(far->read(mib(20), found));
  EXPECT_EQ(found, Bytes(block)) << "the second was not";
}

TEST_F(CopyTest, inquiry_tells_of_third_party_copies) {
  EXPECT_EQ(here_.send({0x12, 0, 0, 0, 96, 0}).data[5] & 0x08, 0x08);
  const auto page = here_.send({0x12, 1, 0x8f, 0, 255, 0});
  ASSERT_TRUE(page.good());
  EXPECT_EQ(number_at(page.data, 2, 2) + 4, page.data.size());
  std::vector<std::uint64_t> types;
  for (std::size_t at = 4; at < page.data.size(); at += 4 + number_at(page.data, at + 2, 2)) {
    types.push_back(number_at(page.data, at, 2));
    EXPECT_EQ(number_at(page.data, at + 2, 2) % 4, 0u);
  }
  EXPECT_THAT(types, testing::ElementsAre(0x0001, 0x0004, 0x0008, 0x000c, 0x8001));
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
