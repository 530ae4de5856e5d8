// SPDX-License-Identifier: Apache-2.0
#include "iscsi/codec/pdu.hpp"

#include <gtest/gtest.h>

namespace bootferry::iscsi {
namespace {

TEST(Pdu, ScsiCommandHasItsFieldsWhereRfc7143Says) {
  ScsiCommand command;
  command.final = true;
  command.read = true;
  command.attribute = 1;
  command.lun = 0x0001000000000000;
  command.task_tag = 0x11223344;
  command.expected_length = 0x00010000;
  command.cmd_sn = 0x55667788;
  command.exp_stat_sn = 0x99aabbcc;
  command.cdb = {0x28, 0, 0, 0, 0, 7, 0, 0, 128, 0};
  const Bhs bhs = encode(command);
  const Bhs expected{0x01, 0xc1, 0,    0,    0, 0, 0, 0, 0,    1,    0,    0,    0,    0,    0,    0,
                     0x11, 0x22, 0x33, 0x44, 0, 1, 0, 0, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc,
                     0x28, 0,    0,    0,    0, 7, 0, 0, 128,  0,    0,    0,    0,    0,    0,    0};
  EXPECT_EQ(bhs, expected);
}

TEST(Pdu, LengthsAndTagsOfAHeader) {
  const Bhs bhs = encode(NopOut{.immediate = true, .task_tag = 5}, 0x012345, 8);
  EXPECT_EQ(data_length_of(bhs), 0x012345u);
  EXPECT_EQ(ahs_length_of(bhs), 8u);
  EXPECT_EQ(task_tag_of(bhs), 5u);
  EXPECT_TRUE(is_immediate(bhs));
  EXPECT_EQ(opcode_of(bhs), Opcode::nop_out);
  EXPECT_EQ(bhs[1], 0x80);
  EXPECT_EQ(padding_of(5), 3u);
  EXPECT_EQ(padding_of(8), 0u);
}

/// Whatever bytes come, what was decoded encodes to a header that decodes to the same.
template <class Pdu>
void expect_stable() {
  Bhs noise;
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::uint8_t>(37 * i + 11);
  noise[0] = static_cast<std::uint8_t>(Pdu::opcode) | 0x40;
  const Bhs once = encode(decode<Pdu>(noise));
  EXPECT_EQ(encode(decode<Pdu>(once)), once);
  EXPECT_EQ(opcode_of(once), Pdu::opcode);
  EXPECT_NE(once, encode(Pdu{}));
}

TEST(Pdu, EveryPduSurvivesThereAndBack) {
  expect_stable<NopOut>();
  expect_stable<NopIn>();
  expect_stable<ScsiCommand>();
  expect_stable<ScsiResponse>();
  expect_stable<TaskManagementRequest>();
  expect_stable<TaskManagementResponse>();
  expect_stable<DataOut>();
  expect_stable<DataIn>();
  expect_stable<ReadyToTransfer>();
  expect_stable<AsyncMessage>();
  expect_stable<TextRequest>();
  expect_stable<TextResponse>();
  expect_stable<LoginRequest>();
  expect_stable<LoginResponse>();
  expect_stable<LogoutRequest>();
  expect_stable<LogoutResponse>();
  expect_stable<SnackRequest>();
  expect_stable<Reject>();
}

}  // namespace
}  // namespace bootferry::iscsi
