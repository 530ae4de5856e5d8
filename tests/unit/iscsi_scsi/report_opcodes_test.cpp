// SPDX-License-Identifier: Apache-2.0
// REPORT SUPPORTED OPERATION CODES, and that the table it reads is in order.
#include "iscsi/scsi/command_table.hpp"
#include "scsi_fixture.hpp"

namespace bootferry::iscsi::scsi {
namespace {

TEST(CommandTable, is_sorted_and_names_each_command_once) {
  const CommandRow* before = nullptr;
  for (const CommandRow& row : command_table()) {
    EXPECT_EQ(row.usage[0], row.opcode) << row.name;
    if (row.service_action != no_service_action) {
      EXPECT_EQ(row.usage[1] & 0x1f, row.service_action) << row.name;
    }
    const std::size_t length = Cdb({row.opcode}).length();
    EXPECT_EQ(row.usage[length - 1], 0x04) << row.name;  // of the control byte, NACA is looked at
    for (std::size_t at = length; at < 16; ++at) EXPECT_EQ(row.usage[at], 0) << row.name;
    if (before != nullptr) {
      EXPECT_LT(std::pair(before->opcode, before->service_action), std::pair(row.opcode, row.service_action))
          << row.name;
    }
    before = &row;
    EXPECT_EQ(find_command(row.opcode,
                           row.service_action == no_service_action ? 0 : static_cast<std::uint8_t>(row.service_action)),
              &row);
  }
}

TEST_F(ScsiTest, all_commands_are_listed) {
  const auto reply = pc_.send({0xa3, 0x0c, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0});
  ASSERT_TRUE(reply.good());
  EXPECT_EQ(number_at(reply.data, 0, 4) + 4, reply.data.size());
  EXPECT_EQ(reply.data.size(), 4 + 8 * command_table().size());
  const auto timed = pc_.send({0xa3, 0x0c, 0x80, 0, 0, 0, 0, 0, 0x10, 0, 0, 0});
  EXPECT_EQ(timed.data.size(), 4 + 20 * command_table().size());
}

TEST_F(ScsiTest, one_command_is_described_by_its_usage_bits) {
  const auto read_10 = pc_.send({0xa3, 0x0c, 0x01, 0x28, 0, 0, 0, 0, 1, 0, 0, 0});
  EXPECT_EQ(read_10.data, (Bytes{0, 3, 0, 10, 0x28, 0xf8, 0xff, 0xff, 0xff, 0xff, 0x1f, 0xff, 0xff, 0x04}));
  const auto timed = pc_.send({0xa3, 0x0c, 0x81, 0x28, 0, 0, 0, 0, 1, 0, 0, 0});
  EXPECT_EQ(timed.data[1], 0x83);
  EXPECT_EQ(timed.data.size(), 14u + 12);
}

TEST_F(ScsiTest, an_unknown_command_is_reported_as_such) {
  EXPECT_EQ(pc_.send({0xa3, 0x0c, 0x01, 0xc0, 0, 0, 0, 0, 1, 0, 0, 0}).data[1], 1);
  EXPECT_EQ(pc_.send({0xa3, 0x0c, 0x02, 0x9e, 0, 0x1f, 0, 0, 1, 0, 0, 0}).data[1], 1);
}

TEST_F(ScsiTest, the_way_of_asking_must_fit_the_command) {
  EXPECT_EQ(pc_.send({0xa3, 0x0c, 0x01, 0x9e, 0, 0x10, 0, 0, 1, 0, 0, 0}).code(), 0x2400);
  EXPECT_EQ(pc_.send({0xa3, 0x0c, 0x02, 0x28, 0, 0, 0, 0, 1, 0, 0, 0}).code(), 0x2400);
  EXPECT_EQ(pc_.send({0xa3, 0x0c, 0x02, 0x9e, 0, 0x10, 0, 0, 1, 0, 0, 0}).data[1], 3);
  EXPECT_EQ(pc_.send({0xa3, 0x0c, 0x03, 0x28, 0, 0, 0, 0, 1, 0, 0, 0}).data[1], 3);
  EXPECT_EQ(pc_.send({0xa3, 0x0c, 0x04, 0, 0, 0, 0, 0, 1, 0, 0, 0}).code(), 0x2400);
}

// Whatever a command needs from the disk may fail, at each call: it must end, and say so unless the call did not
// matter.
TEST_F(ScsiTest, every_command_survives_a_failure_at_every_disk_call) {
  for (const CommandRow& row : command_table()) {
    for (std::size_t nth = 1; nth <= 4; ++nth) {
      std::array<std::uint8_t, 16> cdb{row.opcode};
      const Cdb shape({row.opcode});
      if (row.service_action != no_service_action) cdb[1] = static_cast<std::uint8_t>(row.service_action);
      cdb[shape.length() - 2] = row.opcode == 0x42 ? 24 : 1;  // a count or a length, wherever it stands
      if (shape.length() == 16) cdb[13] = 1, cdb[14] = 0;
      if (shape.length() == 12) cdb[9] = 1, cdb[10] = 0;
      device_->fail_call(nth);
      const Bytes data(row.opcode == 0x89 ? 1024 : row.opcode == 0x42 ? 24 : 512, 0);
      const auto reply = pc_.send(cdb, data);
      if (device_->calls().size() >= nth) {
        EXPECT_EQ(reply.status, Status::check_condition) << row.name << " call " << nth;
      }
    }
  }
}

}  // namespace
}  // namespace bootferry::iscsi::scsi
