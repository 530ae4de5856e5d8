// SPDX-License-Identifier: Apache-2.0
// The READ and WRITE families in each of their sizes, with the edges that initiators trip over.
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

using Call = test::FaultDevice::Call;
using testing::ElementsAre;

using Cdb16 = std::array<std::uint8_t, 16>;

// The same family in 10, 12 and 16 bytes.
struct Form {
  std::string name;
  std::uint8_t read, write, verify, write_verify;
  std::size_t lba_bytes, count_at, count_bytes;
};

const Form forms[] = {
    {"10", 0x28, 0x2a, 0x2f, 0x2e, 4, 7, 2},
    {"12", 0xa8, 0xaa, 0xaf, 0xae, 4, 6, 4},
    {"16", 0x88, 0x8a, 0x8f, 0x8e, 8, 10, 4},
};

class BlockCommands : public ScsiTest, public testing::WithParamInterface<Form> {
 protected:
  Cdb16 cdb(std::uint8_t opcode, std::uint64_t lba, std::uint64_t count, std::uint8_t flags = 0) {
    Cdb16 bytes{opcode, flags};
    for (std::size_t i = 0; i < form().lba_bytes; ++i)
      bytes[2 + i] = static_cast<std::uint8_t>(lba >> 8 * (form().lba_bytes - 1 - i));
    for (std::size_t i = 0; i < form().count_bytes; ++i) {
      bytes[form().count_at + i] = static_cast<std::uint8_t>(count >> 8 * (form().count_bytes - 1 - i));
    }
    return bytes;
  }
  static const Form& form() { return GetParam(); }
};

TEST_P(BlockCommands, read_brings_the_blocks) {
  put(5, 0x11);
  put(6, 0x22);
  const auto reply = pc_.send(cdb(form().read, 5, 2));
  ASSERT_TRUE(reply.good());
  ASSERT_EQ(reply.data.size(), 1024u);
  EXPECT_EQ(reply.data[0], 0x11);
  EXPECT_EQ(reply.data[512], 0x22);
}

TEST_P(BlockCommands, write_asks_for_its_data_and_stores_it) {
  const auto reply = pc_.send(cdb(form().write, 9, 2), Bytes(1024, 0x5c));
  ASSERT_TRUE(reply.good());
  EXPECT_EQ(reply.asked_for, 1024u);
  EXPECT_EQ(on_disk(9, 2), Bytes(1024, 0x5c));
  EXPECT_EQ(on_disk(11), Bytes(512));
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"write", 9 * 512, 1024}));  // not flushed: write-back
}

TEST_P(BlockCommands, zero_blocks_are_fine_up_to_the_end_and_not_behind) {
  for (const std::uint8_t opcode : {form().read, form().write, form().verify, form().write_verify}) {
    EXPECT_TRUE(pc_.send(cdb(opcode, 0, 0)).good());
    EXPECT_TRUE(pc_.send(cdb(opcode, blocks, 0)).good());
    EXPECT_EQ(pc_.send(cdb(opcode, blocks + 1, 0)).code(), 0x2100);
  }
  EXPECT_TRUE(device_->calls().empty());
}

TEST_P(BlockCommands, nothing_crosses_the_end) {
  const std::uint64_t far = form().lba_bytes == 8 ? ~std::uint64_t{0} : 0xffffffff;
  for (const std::uint8_t opcode : {form().read, form().write, form().verify, form().write_verify}) {
    EXPECT_EQ(pc_.send(cdb(opcode, blocks, 1), Bytes(512)).code(), 0x2100);
    EXPECT_EQ(pc_.send(cdb(opcode, blocks - 1, 2), Bytes(1024)).code(), 0x2100);
    EXPECT_EQ(pc_.send(cdb(opcode, far, 1), Bytes(512)).code(), 0x2100);
    EXPECT_EQ(pc_.send(cdb(opcode, far, 2), Bytes(1024)).code(), 0x2100);  // the sum wraps round
  }
  EXPECT_TRUE(device_->calls().empty());
  EXPECT_TRUE(pc_.send(cdb(form().read, blocks - 1, 1)).good());
}

TEST_P(BlockCommands, protection_information_is_refused) {
  for (const std::uint8_t opcode : {form().read, form().write, form().verify, form().write_verify}) {
    for (std::uint8_t protect = 1; protect < 8; ++protect) {
      const auto reply = pc_.send(cdb(opcode, 0, 1, static_cast<std::uint8_t>(protect << 5)), Bytes(512));
      EXPECT_EQ(reply.code(), 0x2400);
      EXPECT_EQ(reply.sense->field, 1);
    }
  }
}

TEST_P(BlockCommands, fua_makes_a_write_durable_and_dpo_is_allowed) {
  ASSERT_TRUE(pc_.send(cdb(form().write, 0, 1, 0x18), Bytes(512, 1)).good());
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"write", 0, 512}, Call{"flush", 0, 0}));
  EXPECT_TRUE(pc_.send(cdb(form().read, 0, 1, 0x18)).good());
}

TEST_P(BlockCommands, an_initiator_that_sends_less_gets_only_that_written) {
  put(0, 0xff, 4);
  const auto reply = pc_.send(cdb(form().write, 0, 4), Bytes(1024, 0x01));
  EXPECT_TRUE(reply.good());
  EXPECT_EQ(reply.asked_for, 2048u);
  EXPECT_EQ(on_disk(0, 2), Bytes(1024, 0x01));
  EXPECT_EQ(on_disk(2, 2), Bytes(1024, 0xff));
  EXPECT_TRUE(pc_.send(cdb(form().write, 0, 1)).good());  // nothing at all
  EXPECT_EQ(on_disk(0), Bytes(512, 0x01));
}

TEST_P(BlockCommands, a_failed_read_is_an_unrecovered_read_error) {
  device_->fail_call(1);
  const auto reply = pc_.send(cdb(form().read, 0, 1));
  EXPECT_EQ(reply.key(), SenseKey::medium_error);
  EXPECT_EQ(reply.code(), 0x1100);
  EXPECT_TRUE(reply.data.empty());
}

TEST_P(BlockCommands, a_failed_write_is_a_write_error_and_a_full_disk_says_so) {
  device_->fail_call(1);
  EXPECT_EQ(pc_.send(cdb(form().write, 0, 1), Bytes(512)).code(), 0x0c00);
  device_->fail_call(1, {ErrorKind::exhausted, "full"});
  const auto full = pc_.send(cdb(form().write, 0, 1), Bytes(512));
  EXPECT_EQ(full.key(), SenseKey::data_protect);
  EXPECT_EQ(full.code(), 0x2707);
  device_->fail_call(2);  // the flush of FUA
  EXPECT_EQ(pc_.send(cdb(form().write, 0, 1, 0x08), Bytes(512)).code(), 0x0c00);
}

TEST_P(BlockCommands, a_read_only_disk_is_write_protected) {
  auto unit = make_unit(device_, true);
  test::ScsiInitiator pc(*unit, 3);
  for (const std::uint8_t opcode : {form().write, form().write_verify}) {
    const auto reply = pc.send(cdb(opcode, 0, 1), Bytes(512));
    EXPECT_EQ(reply.key(), SenseKey::data_protect);
    EXPECT_EQ(reply.code(), 0x2700);
  }
  EXPECT_TRUE(pc.send(cdb(form().read, 0, 1)).good());
}

TEST_P(BlockCommands, verify_reads_the_medium) {
  EXPECT_TRUE(pc_.send(cdb(form().verify, 3, 4)).good());
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"read", 3 * 512, 2048}));
  device_->fail_call(1);
  EXPECT_EQ(pc_.send(cdb(form().verify, 3, 4)).code(), 0x1100);
}

TEST_P(BlockCommands, verify_compares_when_told_to) {
  put(3, 0x41, 2);
  EXPECT_TRUE(pc_.send(cdb(form().verify, 3, 2, 0x02), Bytes(1024, 0x41)).good());
  Bytes wrong(1024, 0x41);
  wrong[700] = 0;
  const auto reply = pc_.send(cdb(form().verify, 3, 2, 0x02), wrong);
  EXPECT_EQ(reply.key(), SenseKey::miscompare);
  EXPECT_EQ(reply.code(), 0x1d00);
  EXPECT_EQ(reply.sense->information, 700u);
}

TEST_P(BlockCommands, verify_compares_one_block_with_all_and_refuses_the_reserved_way) {
  put(3, 0x41, 3);
  const auto reply = pc_.send(cdb(form().verify, 3, 3, 0x06), Bytes(512, 0x41));
  EXPECT_TRUE(reply.good());
  EXPECT_EQ(reply.asked_for, 512u);
  put(5, 0x40);
  EXPECT_EQ(pc_.send(cdb(form().verify, 3, 3, 0x06), Bytes(512, 0x41)).code(), 0x1d00);
  EXPECT_EQ(pc_.send(cdb(form().verify, 3, 3, 0x04), Bytes(512)).code(), 0x2400);
}

TEST_P(BlockCommands, write_and_verify_writes_flushes_and_reads_back) {
  EXPECT_TRUE(pc_.send(cdb(form().write_verify, 2, 1), Bytes(512, 0x77)).good());
  EXPECT_EQ(on_disk(2), Bytes(512, 0x77));
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"write", 1024, 512}, Call{"flush", 0, 0}, Call{"read", 1024, 512}));
  for (const std::size_t nth : {1, 2, 3}) {
    device_->fail_call(nth);
    EXPECT_EQ(pc_.send(cdb(form().write_verify, 2, 1), Bytes(512, 0x77)).key(), SenseKey::medium_error) << nth;
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, BlockCommands, testing::ValuesIn(forms),
                         [](const auto& param) { return param.param.name; });

TEST_F(ScsiTest, read_6_and_write_6) {
  EXPECT_TRUE(pc_.send({0x0a, 0, 0, 7, 1, 0}, Bytes(512, 0x66)).good());
  EXPECT_EQ(on_disk(7), Bytes(512, 0x66));
  EXPECT_EQ(pc_.send({0x08, 0, 0, 7, 1, 0}).data, Bytes(512, 0x66));
  EXPECT_EQ(pc_.send({0x08, 0, 0x08, 0, 1, 0}).code(), 0x2100);          // LBA 2048
  EXPECT_EQ(pc_.send({0x08, 0xe0, 0, 7, 1, 0}).data, Bytes(512, 0x66));  // the top bits are no part of the LBA
}

TEST_F(ScsiTest, read_6_of_zero_means_256_blocks) {
  EXPECT_EQ(pc_.send({0x08, 0, 0, 0, 0, 0}).data.size(), 256u * 512);
}

TEST_F(ScsiTest, a_transfer_above_the_announced_limit_is_refused) {
  auto big = make_unit(std::make_shared<images::MemoryDevice>(mib(32)));
  test::ScsiInitiator pc(*big, 3);
  EXPECT_TRUE(pc.send({0x28, 0, 0, 0, 0, 0, 0, 0x40, 0x00, 0}).good());  // 16384 blocks
  const auto reply = pc.send({0x28, 0, 0, 0, 0, 0, 0, 0x40, 0x01, 0});
  EXPECT_EQ(reply.code(), 0x2400);
  EXPECT_EQ(reply.sense->field, 7);
}

TEST_F(ScsiTest, synchronize_cache_flushes) {
  EXPECT_TRUE(pc_.send({0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0}).good());
  EXPECT_THAT(device_->calls(), ElementsAre(Call{"flush", 0, 0}));
  EXPECT_TRUE(pc_.send({0x91, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0}).good());
  EXPECT_EQ(pc_.send({0x35, 0, 0, 0, 0x08, 0, 0, 0, 1, 0}).code(), 0x2100);
  device_->fail_call(1);
  EXPECT_EQ(pc_.send({0x35}).code(), 0x0c00);
}

TEST_F(ScsiTest, prefetch_checks_its_range) {
  EXPECT_TRUE(pc_.send({0x34, 0, 0, 0, 0, 0, 0, 0, 8, 0}).good());
  EXPECT_EQ(pc_.send({0x34, 0, 0, 0, 0x08, 0, 0, 0, 1, 0}).code(), 0x2100);
  EXPECT_TRUE(pc_.send({0x90, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0}).good());
}

TEST_F(ScsiTest, a_4096_byte_disk_counts_in_its_own_blocks) {
  auto unit = make_unit(std::make_shared<images::MemoryDevice>(mib(1), 4096));
  test::ScsiInitiator pc(*unit, 3);
  EXPECT_EQ(pc.send({0x25}).data, (Bytes{0, 0, 0, 0xff, 0, 0, 0x10, 0}));
  EXPECT_EQ(pc.send({0x28, 0, 0, 0, 0, 0xff, 0, 0, 1, 0}).data.size(), 4096u);
  EXPECT_EQ(pc.send({0x28, 0, 0, 0, 1, 0x00, 0, 0, 1, 0}).code(), 0x2100);
}

TEST_F(ScsiTest, try_run_job_answers_reads_only) {
  put(1, 0x33);
  DiskJob job;
  job.offset = {512};
  job.length = {512};
  Bytes buffer(512);
  EXPECT_EQ(try_run_job(job, *memory_, buffer).value(), images::TryRead::done);
  EXPECT_EQ(buffer, Bytes(512, 0x33));
  job.force_unit_access = true;
  EXPECT_EQ(try_run_job(job, *memory_, buffer).value(), images::TryRead::would_block);
  job.kind = DiskJob::Kind::flush;
  EXPECT_EQ(try_run_job(job, *memory_, buffer).value(), images::TryRead::would_block);
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
