// SPDX-License-Identifier: Apache-2.0
// Commands in the full-feature phase: windows, data both ways, residuals, aborts, texts, the end.
#include "unit/iscsi_session/harness.hpp"

namespace bootferry::iscsi::testing {
namespace {

const std::vector<std::string> linux_keys{"InitialR2T=No",        "ImmediateData=Yes",
                                          "MaxBurstLength=16384", "FirstBurstLength=8192",
                                          "MaxOutstandingR2T=2",  "MaxRecvDataSegmentLength=4096"};

TEST(Reads, AreCutAtTheInitiatorsSegmentAndAtTheBurst) {
  Harness h;
  h.log_in(linux_keys);
  h.send(h.read_command(9, 20000));
  const auto start = h.take<StartCommand>();
  EXPECT_TRUE(start.read);
  h.session.on_answer(start.id, h.good(20000), h.actions);
  const auto pdus = h.sent();
  ASSERT_EQ(pdus.size(), 5u);
  std::uint32_t offset = 0;
  for (std::size_t i = 0; i < pdus.size(); ++i) {
    const auto data = pdus[i].as<DataIn>();
    EXPECT_EQ(data.data_sn, i);
    EXPECT_EQ(data.offset, offset);
    EXPECT_EQ(data.task_tag, 9u);
    EXPECT_EQ(data.transfer_tag, no_tag);
    EXPECT_EQ(data.final, i == 3 || i == 4);  // the burst of 16384 ends, then the transfer
    EXPECT_EQ(data.has_status, i == 4);
    offset += static_cast<std::uint32_t>(pdus[i].data.size());
  }
  EXPECT_EQ(offset, 20000u);
  EXPECT_EQ(pdus.back().as<DataIn>().stat_sn, 2u);
  EXPECT_EQ(pdus.back().as<DataIn>().exp_cmd_sn, 101u);
}

TEST(Reads, CountTheirPdusWhenSegmentsDoNotFillABurst) {
  Harness h;
  h.log_in({"MaxBurstLength=10000", "MaxRecvDataSegmentLength=4096"});
  h.send(h.read_command(9, 30000));
  h.session.on_answer(h.take<StartCommand>().id, h.good(20000), h.actions);
  const auto pdus = h.sent();
  ASSERT_EQ(pdus.size(), 7u);  // 4096, 4096, 1808, and again, and the status
  EXPECT_EQ(pdus.back().as<ScsiResponse>().exp_data_sn, 6u);
}

struct ResidualRow {
  std::uint32_t expected, have;
  bool overflow, underflow;
  std::uint32_t residual;
};
class Residuals : public ::testing::TestWithParam<ResidualRow> {};

TEST_P(Residuals, OfReadsAreExact) {
  const auto row = GetParam();
  Harness h;
  h.log_in();
  ScsiCommand command = h.read_command(9, row.expected);
  command.read = row.expected != 0;
  h.send(command);
  h.session.on_answer(h.take<StartCommand>().id, h.good(row.have), h.actions);
  const auto pdus = h.sent();
  const auto response = pdus.back().as<ScsiResponse>();
  EXPECT_EQ(response.status, 0);
  EXPECT_EQ(response.overflow, row.overflow);
  EXPECT_EQ(response.underflow, row.underflow);
  EXPECT_EQ(response.residual, row.residual);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i + 1 < pdus.size(); ++i) bytes += pdus[i].data.size();
  EXPECT_EQ(bytes, std::min(row.expected, row.have));
}

TEST_P(Residuals, OfWritesAreExact) {
  const auto row = GetParam();
  Harness h;
  h.log_in({"ImmediateData=Yes", "InitialR2T=Yes"});
  ScsiCommand command = h.write_command(9, row.expected);
  command.write = row.expected != 0;
  h.send(command, Bytes(row.expected, 1));
  const auto id = h.take<StartCommand>().id;
  h.session.on_need_data(id, row.have, h.actions);
  const auto arrived = h.take<DataArrived>();
  EXPECT_EQ(arrived.length, std::min(row.expected, row.have));
  h.session.on_answer(id, {}, h.actions);
  const auto response = h.sent_one().as<ScsiResponse>();
  EXPECT_EQ(response.overflow, row.overflow);
  EXPECT_EQ(response.underflow, row.underflow);
  EXPECT_EQ(response.residual, row.residual);
}

INSTANTIATE_TEST_SUITE_P(All, Residuals,
                         ::testing::Values(ResidualRow{512, 1024, true, false, 512},
                                           ResidualRow{1024, 512, false, true, 512},
                                           ResidualRow{0, 512, true, false, 512},
                                           ResidualRow{1, 512, true, false, 511}));

TEST(Writes, AreSolicitedWithinTheAgreedLimits) {
  Harness h;
  h.log_in(linux_keys);
  h.send(h.write_command(9, 50000), Bytes(8192, 1));
  const auto id = h.take<StartCommand>().id;
  EXPECT_TRUE(h.sent().empty());
  h.session.on_need_data(id, 50000, h.actions);
  auto r2ts = h.sent();
  ASSERT_EQ(r2ts.size(), 2u);  // MaxOutstandingR2T
  std::uint32_t next_r2t_sn = 0, offset = 8192;
  while (offset < 50000) {
    ASSERT_FALSE(r2ts.empty());
    const auto r2t = r2ts.front().as<ReadyToTransfer>();
    r2ts.erase(r2ts.begin());
    EXPECT_EQ(r2t.r2t_sn, next_r2t_sn++);
    EXPECT_EQ(r2t.offset, offset);
    EXPECT_LE(r2t.length, 16384u);
    EXPECT_EQ(r2t.stat_sn, 2u);                                      // shown, not used up
    for (std::uint32_t sent = 0, sn = 0; sent < r2t.length; ++sn) {  // as iPXE: 512 bytes each
      const std::uint32_t size = std::min(512u, r2t.length - sent);
      DataOut data{.final = sent + size == r2t.length,
                   .task_tag = 9,
                   .transfer_tag = r2t.transfer_tag,
                   .data_sn = sn,
                   .offset = r2t.offset + sent};
      h.send(data, Bytes(size, static_cast<std::uint8_t>((r2t.offset + sent) / 512)));
      sent += size;
    }
    offset += r2t.length;
    for (Sent& more : h.sent()) r2ts.push_back(std::move(more));
  }
  const auto arrived = h.take<DataArrived>();
  ASSERT_EQ(arrived.length, 50000u);
  for (std::uint32_t i = 8192; i < 50000; ++i)
    ASSERT_EQ(arrived.data.data()[i], static_cast<std::uint8_t>((i & ~511u) / 512)) << i;
  EXPECT_EQ(arrived.data.data()[8191], 1);
  h.session.on_answer(id, {}, h.actions);
  EXPECT_EQ(h.sent_one().as<ScsiResponse>().status, 0);
}

TEST(Writes, UnsolicitedDataComesWithoutR2t) {
  Harness h;
  h.log_in(linux_keys);
  h.send(h.write_command(9, 8192, false), Bytes(4096, 1));
  const auto id = h.take<StartCommand>().id;
  h.session.on_need_data(id, 8192, h.actions);
  EXPECT_TRUE(h.sent().empty());
  h.send(DataOut{.final = true, .task_tag = 9, .offset = 4096}, Bytes(4096, 2));
  const auto arrived = h.take<DataArrived>();
  EXPECT_EQ(arrived.data.data()[4095], 1);
  EXPECT_EQ(arrived.data.data()[4096], 2);
}

TEST(Writes, AnAnswerWaitsForTheEndOfUnsolicitedData) {
  Harness h;
  h.log_in(linux_keys);
  h.send(h.write_command(9, 8192, false), Bytes(4096, 1));
  const auto id = h.take<StartCommand>().id;
  CommandAnswer refused;
  refused.status = 2;
  refused.sense = Bytes(18, 0x70);
  h.session.on_answer(id, refused, h.actions);
  EXPECT_TRUE(h.sent().empty());
  h.send(DataOut{.final = true, .task_tag = 9, .offset = 4096}, Bytes(4096, 2));
  const Sent sent = h.sent_one();
  EXPECT_EQ(sent.as<ScsiResponse>().status, 2);
  EXPECT_EQ(sent.data.size(), 20u);
  EXPECT_EQ(sent.data[1], 18);
}

std::uint16_t failure_of(Harness& h) {
  const Sent sent = h.sent_one();
  EXPECT_EQ(sent.as<ScsiResponse>().status, 2);
  EXPECT_GE(sent.data.size(), 16u);
  return sent.data.size() < 16 ? 0 : static_cast<std::uint16_t>(sent.data[14] << 8 | sent.data[15]);
}

TEST(Writes, WrongDataNumbersFailTheCommand) {
  for (const std::uint32_t wrong : {1u, 27u, 0xffffffffu}) {
    Harness h;
    h.log_in(linux_keys);
    h.send(h.write_command(9, 1024, false));
    h.session.on_need_data(h.take<StartCommand>().id, 1024, h.actions);
    h.send(DataOut{.final = true, .task_tag = 9, .data_sn = wrong}, Bytes(1024, 2));
    EXPECT_EQ(failure_of(h), 0x4705);
    EXPECT_FALSE(h.has<DataArrived>());
  }
}

TEST(Writes, DataThatDoesNotFitFailsTheCommand) {
  const auto with = [](std::uint32_t offset, std::size_t size, bool final) {
    Harness h;
    h.log_in(linux_keys);
    h.send(h.write_command(9, 1024));
    h.session.on_need_data(h.take<StartCommand>().id, 1024, h.actions);
    const auto r2t = h.sent_one().as<ReadyToTransfer>();
    h.send(DataOut{.final = final, .task_tag = 9, .transfer_tag = r2t.transfer_tag, .offset = offset}, Bytes(size, 2));
    EXPECT_FALSE(h.has<DataArrived>());
    return failure_of(h);
  };
  EXPECT_EQ(with(512, 512, true), 0x0c0d);
  EXPECT_EQ(with(0, 1025, true), 0x0c0d);
  EXPECT_EQ(with(0, 512, true), 0x0c0d);
  EXPECT_EQ(with(0xffffff00, 512, true), 0x0c0d);
}

TEST(Writes, UnexpectedImmediateOrUnsolicitedDataFails) {
  Harness h;
  h.log_in({"ImmediateData=No", "InitialR2T=Yes"});
  h.send(h.write_command(9, 1024), Bytes(512, 1));
  EXPECT_EQ(failure_of(h), 0x0c0c);
  h.send(h.write_command(10, 1024, false));
  EXPECT_TRUE(h.sent().empty());
  h.send(DataOut{.final = true, .task_tag = 10}, Bytes(512, 1));
  EXPECT_EQ(failure_of(h), 0x0c0c);
  Harness more;
  more.log_in(linux_keys);
  more.send(more.write_command(9, 100), Bytes(101, 1));
  EXPECT_EQ(failure_of(more), 0x0c0d);
}

TEST(Writes, ABudgetBoundsWhatIsSolicited) {
  SessionSettings settings = Harness::make_settings();
  settings.write_budget = 10000;
  Harness h(settings);
  h.log_in({"InitialR2T=Yes", "ImmediateData=No"});
  h.send(h.write_command(1, 8000));
  const auto first = h.take<StartCommand>().id;
  h.send(h.write_command(2, 8000));
  const auto second = h.take<StartCommand>().id;
  h.session.on_need_data(first, 8000, h.actions);
  h.session.on_need_data(second, 8000, h.actions);
  const auto r2t = h.sent_one().as<ReadyToTransfer>();
  EXPECT_EQ(r2t.task_tag, 1u);
  h.send(DataOut{.final = true, .task_tag = 1, .transfer_tag = r2t.transfer_tag}, Bytes(8000, 1));
  (void)h.take<DataArrived>();
  EXPECT_TRUE(h.sent().empty());  // a slow disk must not fill the memory: it counts until it is written
  h.session.on_answer(first, {}, h.actions);
  const auto pdus = h.sent();
  ASSERT_EQ(pdus.size(), 2u);
  EXPECT_EQ(pdus[0].as<ScsiResponse>().task_tag, 1u);
  EXPECT_EQ(pdus[1].as<ReadyToTransfer>().task_tag, 2u);
}

TEST(Writes, SmallOnesDoNotOvertakeABigOneThatWaitsForBudget) {
  SessionSettings settings = Harness::make_settings();
  settings.write_budget = 10000;
  Harness h(settings);
  h.log_in({"InitialR2T=Yes", "ImmediateData=No"});
  const std::uint32_t lengths[] = {4000, 8000, 4000};  // the third would fit beside the first
  for (std::uint32_t tag = 1; tag <= 3; ++tag) {
    h.send(h.write_command(tag, lengths[tag - 1]));
    h.session.on_need_data(h.take<StartCommand>().id, lengths[tag - 1], h.actions);
  }
  for (std::uint32_t tag = 1; tag <= 3; ++tag) {
    const auto pdus = h.sent();  // the answer of the one before, and one R2T
    ASSERT_EQ(pdus.size(), tag == 1 ? 1u : 2u);
    const auto r2t = pdus.back().as<ReadyToTransfer>();
    ASSERT_EQ(r2t.task_tag, tag);
    h.send(DataOut{.final = true, .task_tag = tag, .transfer_tag = r2t.transfer_tag}, Bytes(lengths[tag - 1], 1));
    h.session.on_answer(h.take<DataArrived>().id, {}, h.actions);
  }
}

TEST(Window, CommandsOutsideAreMetWithSilence) {
  Harness h;
  h.log_in();
  ScsiCommand low = h.read_command(1, 0);
  low.cmd_sn = 99;
  h.send(low);
  ScsiCommand high = low;
  high.cmd_sn = 100 + 128;
  h.send(high);
  EXPECT_TRUE(h.actions.empty());
  EXPECT_TRUE(h.sent().empty());
}

TEST(Window, WhatComesEarlyWaitsForItsTurn) {
  Harness h;
  h.log_in();
  const ScsiCommand first = h.read_command(1, 512), second = h.read_command(2, 512), third = h.read_command(3, 512);
  h.send(third);
  h.send(second);
  EXPECT_TRUE(h.actions.empty());
  h.send(first);
  ASSERT_EQ(h.actions.size(), 3u);
  EXPECT_EQ(h.take<StartCommand>().id, (CommandId{0, 0}));
}

TEST(Window, ClosesWithOpenCommandsAndOpensAgain) {
  SessionSettings settings = Harness::make_settings();
  settings.window = 2;
  Harness h(settings);
  h.log_in();
  h.send(h.read_command(1, 0));
  const auto id = h.take<StartCommand>().id;
  h.send(h.read_command(2, 0));
  h.send(NopOut{.immediate = true, .task_tag = 50});
  auto pong = h.sent_one().as<NopIn>();
  EXPECT_EQ(pong.exp_cmd_sn, 102u);
  EXPECT_EQ(pong.max_cmd_sn, 101u);  // closed
  h.send(h.read_command(3, 0));
  h.take<StartCommand>();
  EXPECT_FALSE(h.has<StartCommand>());
  h.session.on_answer(id, {}, h.actions);
  EXPECT_EQ(h.sent_one().as<ScsiResponse>().max_cmd_sn, 102u);
}

TEST(Window, ImmediateCommandsCountForNothing) {
  Harness h;
  h.log_in();
  ScsiCommand command = h.read_command(1, 0);
  command.immediate = true;
  h.send(command);
  const auto id = h.take<StartCommand>().id;
  h.session.on_answer(id, {}, h.actions);
  const auto response = h.sent_one().as<ScsiResponse>();
  EXPECT_EQ(response.exp_cmd_sn, 100u);
  EXPECT_EQ(response.max_cmd_sn, 227u);
}

TEST(Window, TagsInUseAreRejected) {
  Harness h;
  h.log_in();
  h.send(h.read_command(1, 0));
  h.send(h.read_command(1, 0));
  const Sent sent = h.sent_one();
  EXPECT_EQ(sent.as<Reject>().reason, RejectReason::task_in_progress);
  EXPECT_EQ(sent.data.size(), 48u);
}

TEST(Pings, AreAnsweredAheadOfQueuedData) {
  Harness h;
  h.log_in(linux_keys);
  h.send(h.read_command(9, 20000));
  h.session.on_answer(h.take<StartCommand>().id, h.good(20000), h.actions);
  h.send(NopOut{.immediate = true, .task_tag = 5}, {1, 2, 3});
  const auto pdus = h.sent();
  EXPECT_EQ(pdus.front().as<NopIn>().task_tag, 5u);
  EXPECT_EQ(pdus.front().data, (Bytes{1, 2, 3}));
  EXPECT_EQ(pdus.front().as<NopIn>().stat_sn, 2u);
  EXPECT_EQ(pdus.back().as<DataIn>().stat_sn, 3u);  // numbers follow the order of the wire
  h.send(NopOut{.immediate = true, .task_tag = no_tag});
  EXPECT_TRUE(h.sent().empty());
}

TEST(TaskManagementFunctions, AnAbortAnswersWhenTheCommandIsGone) {
  Harness h;
  h.log_in();
  h.send(h.read_command(1, 512));
  const auto id = h.take<StartCommand>().id;
  h.send(
      TaskManagementRequest{.function = TaskManagement::abort_task, .task_tag = 2, .referenced_tag = 1, .cmd_sn = 101});
  EXPECT_EQ(h.take<ForgetCommand>().id, id);
  EXPECT_TRUE(h.sent().empty());
  h.session.on_command_gone(id, h.actions);
  EXPECT_EQ(h.sent_one().as<TaskManagementResponse>().result, TaskManagementResult::complete);
  h.session.on_answer(id, h.good(512), h.actions);  // stale
  EXPECT_TRUE(h.sent().empty());
  EXPECT_EQ(h.session.open_commands(), 0u);
}

TEST(TaskManagementFunctions, AnAnswerThatComesAfterTheAbortCountsAsGone) {
  Harness h;
  h.log_in();
  h.send(h.read_command(1, 512));
  const auto id = h.take<StartCommand>().id;
  h.send(TaskManagementRequest{.function = TaskManagement::abort_task_set, .task_tag = 2, .cmd_sn = 101});
  h.session.on_answer(id, h.good(512), h.actions);
  EXPECT_EQ(h.sent_one().as<TaskManagementResponse>().result, TaskManagementResult::complete);
}

TEST(TaskManagementFunctions, Results) {
  Harness h;
  h.log_in();
  const auto result = [&](TaskManagement function, std::uint64_t lun) {
    h.send(TaskManagementRequest{.function = function, .lun = lun, .task_tag = 2, .referenced_tag = 99, .cmd_sn = 100});
    return h.sent_one().as<TaskManagementResponse>().result;
  };
  EXPECT_EQ(result(TaskManagement::abort_task, 0), TaskManagementResult::no_such_task);
  EXPECT_EQ(result(TaskManagement::abort_task_set, 0), TaskManagementResult::complete);
  EXPECT_EQ(result(TaskManagement::task_reassign, 0), TaskManagementResult::no_reassign);
  EXPECT_EQ(result(TaskManagement::clear_aca, 0), TaskManagementResult::not_supported);
  EXPECT_EQ(result(static_cast<TaskManagement>(77), 0), TaskManagementResult::rejected);
  EXPECT_EQ(result(TaskManagement::logical_unit_reset, 0x0001000000000000), TaskManagementResult::no_such_lun);
  EXPECT_FALSE(h.has<ResetUnit>());
  const auto reset = [&](TaskManagement function) {  // answered when all sessions are through with it
    h.send(TaskManagementRequest{.function = function, .task_tag = 2, .cmd_sn = 100});
    EXPECT_TRUE(h.sent().empty());
    const auto asked = h.take<ResetUnit>();
    h.session.on_reset_done(h.actions);
    EXPECT_EQ(h.sent_one().as<TaskManagementResponse>().result, TaskManagementResult::complete);
    return asked;
  };
  EXPECT_TRUE(reset(TaskManagement::clear_task_set).tasks_only);
  EXPECT_FALSE(reset(TaskManagement::logical_unit_reset).whole_target);
  EXPECT_FALSE(reset(TaskManagement::target_warm_reset).drop_sessions);
  EXPECT_FALSE(h.has<CloseConnection>());
  EXPECT_TRUE(reset(TaskManagement::target_cold_reset).drop_sessions);
  EXPECT_TRUE(h.has<CloseConnection>());
}

TEST(TaskManagementFunctions, DataOfAnAbortedWriteIsIgnored) {
  Harness h;
  h.log_in({"InitialR2T=Yes", "ImmediateData=No"});
  h.send(h.write_command(1, 512));
  const auto id = h.take<StartCommand>().id;
  h.session.on_need_data(id, 512, h.actions);
  const auto r2t = h.sent_one().as<ReadyToTransfer>();
  h.send(
      TaskManagementRequest{.function = TaskManagement::abort_task, .task_tag = 2, .referenced_tag = 1, .cmd_sn = 101});
  h.session.on_command_gone(id, h.actions);
  (void)h.sent();
  h.send(DataOut{.final = true, .task_tag = 1, .transfer_tag = r2t.transfer_tag}, Bytes(512, 1));
  EXPECT_TRUE(h.sent().empty());
  EXPECT_FALSE(h.has<DataArrived>());
}

TEST(Texts, DiscoveryListsTargetsInParts) {
  Harness h;
  h.log_in_discovery();
  h.send(TextRequest{.immediate = true, .task_tag = 5}, text({"SendTargets=All"}));
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) names.push_back("iqn.2026-11.org.bootferry:" + std::to_string(i));
  h.answer_targets(names);
  Bytes whole;
  for (;;) {
    const Sent part = h.sent_one();
    const auto response = part.as<TextResponse>();
    EXPECT_LE(part.data.size(), 8192u);
    whole.insert(whole.end(), part.data.begin(), part.data.end());
    if (response.final) {
      EXPECT_EQ(response.transfer_tag, no_tag);
      break;
    }
    EXPECT_TRUE(response.more);
    ASSERT_NE(response.transfer_tag, no_tag);
    h.send(TextRequest{.immediate = true, .task_tag = 6, .transfer_tag = response.transfer_tag});
  }
  std::string_view all = text_of(whole);
  EXPECT_TRUE(
      all.starts_with(std::string_view("TargetName=iqn.2026-11.org.bootferry:0\0TargetAddress=10.0.0.1:3260,1\0"
                                       "TargetAddress=[fd00::1]:3260,1\0",
                                       100)));
  EXPECT_NE(all.find("bootferry:299"), std::string_view::npos);
}

TEST(Texts, ANormalSessionSeesOnlyItsOwnTarget) {
  Harness h;
  h.log_in();
  h.send(TextRequest{.immediate = true, .task_tag = 5}, text({"SendTargets=", "X-odd=1", "MaxBurstLength=512"}));
  h.answer_targets({"iqn.of.another"});
  Sent sent = h.sent_one();
  EXPECT_EQ(sent.value("TargetName"), "iqn.2020-01.test:disk");
  EXPECT_EQ(sent.value("X-odd"), "NotUnderstood");
  EXPECT_EQ(sent.value("MaxBurstLength"), "Reject");
  h.send(TextRequest{.immediate = true, .task_tag = 5}, text({"SendTargets=All"}));
  h.answer_targets();
  sent = h.sent_one();
  EXPECT_EQ(sent.value("TargetName"), "(absent)");
  EXPECT_EQ(sent.value("SendTargets"), "Reject");
}

TEST(Texts, AContinuedRequestIsPutTogether) {
  Harness h;
  h.log_in();
  h.send(TextRequest{.immediate = true, .final = false, .more = true, .task_tag = 5},
         Bytes{'S', 'e', 'n', 'd', 'T', 'a'});
  const auto more = h.sent_one().as<TextResponse>();
  ASSERT_NE(more.transfer_tag, no_tag);
  h.send(TextRequest{.immediate = true, .task_tag = 5, .transfer_tag = more.transfer_tag},
         Bytes{'r', 'g', 'e', 't', 's', '=', 0});
  h.answer_targets();
  EXPECT_EQ(h.sent_one().value("TargetName"), "iqn.2020-01.test:disk");
}

TEST(Rejects, WhatLevelZeroDoesNotKnow) {
  Harness h;
  h.log_in();
  h.send(SnackRequest{.task_tag = 1});
  EXPECT_EQ(h.sent_one().as<Reject>().reason, RejectReason::snack_reject);
  h.send(LoginRequest{});
  EXPECT_EQ(h.sent_one().as<Reject>().reason, RejectReason::protocol_error);
  Bhs odd = encode(NopOut{});
  odd[0] = 0x1f;
  h.session.on_pdu({odd, {}, {}}, h.actions);
  EXPECT_EQ(h.sent_one().as<Reject>().reason, RejectReason::command_not_supported);
  ScsiCommand command = h.read_command(1, 0);
  h.send(command, {}, Bytes{0xff, 0xff, 1, 0});
  EXPECT_EQ(h.sent_one().as<Reject>().reason, RejectReason::invalid_pdu_field);
  EXPECT_TRUE(h.actions.empty());
}

TEST(Rejects, DiscoverySessionsHaveNoDisk) {
  Harness h;
  h.log_in_discovery();
  h.send(h.read_command(1, 0));
  EXPECT_EQ(h.sent_one().as<Reject>().reason, RejectReason::protocol_error);
}

TEST(Digests, AWrongOneOnACommandEndsTheConnection) {
  Harness h;
  h.log_in({"DataDigest=CRC32C"});
  h.send(h.write_command(1, 512), Bytes(512, 1), {}, false);
  EXPECT_EQ(h.sent_one().as<Reject>().reason, RejectReason::data_digest_error);
  EXPECT_TRUE(h.take<CloseConnection>().flush);
}

TEST(Digests, AWrongOneOnDataFailsItsCommand) {
  Harness h;
  h.log_in({"DataDigest=CRC32C", "InitialR2T=Yes", "ImmediateData=No"});
  h.send(h.write_command(1, 512));
  h.session.on_need_data(h.take<StartCommand>().id, 512, h.actions);
  const auto r2t = h.sent_one().as<ReadyToTransfer>();
  h.send(DataOut{.final = true, .task_tag = 1, .transfer_tag = r2t.transfer_tag}, Bytes(512, 1), {}, false);
  const auto pdus = h.sent();
  ASSERT_EQ(pdus.size(), 2u);
  EXPECT_EQ(pdus[0].as<Reject>().reason, RejectReason::data_digest_error);
  EXPECT_EQ(pdus[1].as<ScsiResponse>().status, 2);
}

TEST(Logouts, EndTheSession) {
  Harness h;
  h.log_in();
  h.session.request_logout(5);
  const auto message = h.sent_one().as<AsyncMessage>();
  EXPECT_EQ(message.event, AsyncEvent::logout_request);
  EXPECT_EQ(message.parameter3, 5);
  h.send(LogoutRequest{.reason = LogoutReason::remove_for_recovery, .task_tag = 8});
  EXPECT_EQ(h.sent_one().as<LogoutResponse>().result, LogoutResult::no_recovery);
  h.send(LogoutRequest{.reason = LogoutReason::close_connection, .task_tag = 8, .cid = 9});
  EXPECT_EQ(h.sent_one().as<LogoutResponse>().result, LogoutResult::no_such_connection);
  h.send(LogoutRequest{.reason = LogoutReason::close_session, .task_tag = 8});
  EXPECT_EQ(h.sent_one().as<LogoutResponse>().result, LogoutResult::closed);
  EXPECT_TRUE(h.take<CloseConnection>().flush);
  h.send(NopOut{.immediate = true, .task_tag = 1});
  EXPECT_TRUE(h.sent().empty());
}

/// Whatever step of a command the abort meets, one answer to it comes and nothing of the command stays.
TEST(TaskManagementFunctions, AnAbortAtEveryStepOfAWrite) {
  for (int step = 0; step < 5; ++step) {
    Harness h;
    h.log_in(linux_keys);
    h.send(h.write_command(1, 30000, false), Bytes(4096, 1));
    const auto id = h.take<StartCommand>().id;
    if (step >= 1) h.session.on_need_data(id, 30000, h.actions);
    if (step >= 2) h.send(DataOut{.final = true, .task_tag = 1, .offset = 4096}, Bytes(4096, 1));
    for (const Sent& sent : h.sent()) {
      const auto r2t = sent.as<ReadyToTransfer>();
      if (step >= 3) {
        h.send(DataOut{.final = false, .task_tag = 1, .transfer_tag = r2t.transfer_tag, .offset = r2t.offset},
               Bytes(1024, 1));
      }
      if (step >= 4) {
        h.send(DataOut{.final = true,
                       .task_tag = 1,
                       .transfer_tag = r2t.transfer_tag,
                       .data_sn = 1,
                       .offset = r2t.offset + 1024},
               Bytes(r2t.length - 1024, 1));
      }
    }
    h.send(TaskManagementRequest{.function = TaskManagement::logical_unit_reset, .task_tag = 2, .cmd_sn = 101});
    EXPECT_EQ(h.take<ForgetCommand>().id, id);
    h.session.on_command_gone(id, h.actions);
    h.session.on_reset_done(h.actions);
    EXPECT_EQ(h.sent_one().as<TaskManagementResponse>().result, TaskManagementResult::complete) << step;
    EXPECT_EQ(h.session.open_commands(), 0u);
    h.send(h.write_command(1, 512), Bytes(512, 3));  // the tag is free again
    EXPECT_TRUE(h.has<StartCommand>());
  }
}

}  // namespace
}  // namespace bootferry::iscsi::testing
