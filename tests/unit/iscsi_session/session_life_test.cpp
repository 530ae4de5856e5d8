// SPDX-License-Identifier: Apache-2.0
// A session's life beside its commands: pings and silence, the command window under load, functions that meet commands
// out of their turn, asynchronous messages.
#include <gtest/gtest.h>

#include "unit/iscsi_session/harness.hpp"

namespace bootferry::iscsi::testing {
namespace {

using std::chrono::seconds;

/// Ticks once a second until `second`.
struct Hours {
  Harness& h;
  long now = 0;
  void until(long second) {
    while (now < second) h.session.on_tick(SteadyTime{seconds(++now)}, h.actions);
  }
};

NopOut answer_to(const Sent& ping) {
  return {.immediate = true, .task_tag = no_tag, .transfer_tag = ping.as<NopIn>().transfer_tag, .cmd_sn = 100};
}

TEST(Keepalive, PingsAfterSilenceAndCutsTheDead) {
  Harness h;
  h.log_in();
  Hours time{h};
  time.until(15);
  EXPECT_TRUE(h.sent().empty());
  time.until(16);
  const Sent ping = h.sent_one();
  const auto nop = ping.as<NopIn>();
  EXPECT_EQ(nop.task_tag, no_tag);
  EXPECT_NE(nop.transfer_tag, no_tag);
  EXPECT_EQ(nop.stat_sn, 2u);
  time.until(45);
  EXPECT_TRUE(h.sent().empty());
  EXPECT_TRUE(h.actions.empty());
  time.until(46);
  EXPECT_FALSE(h.take<CloseConnection>().flush);
}

TEST(Keepalive, APingTakesNoStatSn) {
  Harness h;
  h.log_in();
  Hours{h}.until(16);
  EXPECT_EQ(h.sent_one().as<NopIn>().stat_sn, 2u);
  h.send(NopOut{.immediate = true, .task_tag = 5});
  EXPECT_EQ(h.sent_one().as<NopIn>().stat_sn, 2u);
}

TEST(Keepalive, WhoAnswersIsPingedAgain) {
  Harness h;
  h.log_in();
  Hours time{h};
  for (int i = 1; i <= 5; ++i) {
    time.until(time.now + 16);
    h.send(answer_to(h.sent_one()));
    time.until(time.now + 1);
  }
  EXPECT_TRUE(h.actions.empty());
  time.until(time.now + 15);
  EXPECT_EQ(h.sent().size(), 1u);
  time.until(time.now + 30);
  EXPECT_TRUE(h.has<CloseConnection>());
}

TEST(Keepalive, TalkingInitiatorsAreNotPinged) {
  Harness h;
  h.log_in();
  Hours time{h};
  while (time.now < 100) {
    time.until(time.now + 10);
    h.send(NopOut{.immediate = true, .task_tag = 5});
    EXPECT_EQ(h.sent().size(), 1u);
  }
}

TEST(Keepalive, WhoTalksOnWithoutAnsweringIsLeftToTcp) {
  Harness h;
  h.log_in();
  Hours time{h};
  time.until(20);
  EXPECT_EQ(h.sent().size(), 1u);
  h.send(h.read_command(1, 0));
  h.session.on_answer(h.take<StartCommand>().id, {}, h.actions);
  (void)h.sent();
  time.until(100'000);
  EXPECT_TRUE(h.sent().empty());
  EXPECT_FALSE(h.has<CloseConnection>());
}

TEST(Keepalive, ALateAnswerIsAnAnswer) {
  Harness h;
  h.log_in();
  Hours time{h};
  time.until(16);
  const Sent ping = h.sent_one();
  h.send(NopOut{.immediate = true, .task_tag = 5});
  (void)h.sent();
  time.until(17);  // it talked, but not of the ping
  h.send(answer_to(ping));
  time.until(33);
  EXPECT_EQ(h.sent().size(), 1u);
}

TEST(Keepalive, IpxeIsNeverPinged) {
  Harness h;
  LoginRequest request = Harness::login_request(LoginStage::operational, LoginStage::full_feature);
  request.isid = {0x40, 0x00, 0x27, 0x23, 0x12, 0x34};
  h.send(request, text({"InitiatorName=iqn.a", "TargetName=iqn.b"}));
  h.session.on_target_opened(3, h.actions);
  (void)h.sent();
  h.actions.clear();
  Hours{h}.until(100'000);
  EXPECT_TRUE(h.sent().empty());
  EXPECT_TRUE(h.actions.empty());
}

TEST(Keepalive, WhoTakesBytesLives) {
  Harness h;
  h.log_in();
  Hours time{h};
  while (time.now < 100) {
    time.until(time.now + 10);
    h.session.on_progress();
  }
  EXPECT_TRUE(h.sent().empty());
}

TEST(Keepalive, CanBeSwitchedOff) {
  SessionSettings settings = Harness::make_settings();
  settings.keepalive.ping_after = {};
  Harness h(settings);
  h.log_in();
  Hours{h}.until(100'000);
  EXPECT_TRUE(h.sent().empty());
}

std::uint32_t window_of(Harness& h) {
  h.send(NopOut{.immediate = true, .task_tag = 50});
  const auto pong = h.sent_one().as<NopIn>();
  return pong.max_cmd_sn - pong.exp_cmd_sn + 1;
}

TEST(WindowUnderLoad, ManyBusySessionsGetSmallOnes) {
  SessionSettings settings = Harness::make_settings();
  settings.budget = std::make_shared<CommandBudget>(256, 8);
  std::vector<std::unique_ptr<Harness>> all;
  for (int i = 0; i < 64; ++i) {
    all.push_back(std::make_unique<Harness>(settings));
    all.back()->log_in();
    all.back()->send(all.back()->read_command(1, 0));
    all.back()->session.on_answer(all.back()->take<StartCommand>().id, {}, all.back()->actions);
    (void)all.back()->sent();
  }
  EXPECT_EQ(settings.budget->depth(128), 8u);  // not 4: some are left to each
  Harness late(settings);
  late.log_in();
  EXPECT_EQ(window_of(late), 8u);
  all.resize(1);  // a session that ends leaves its share to the others
  EXPECT_EQ(window_of(late), 128u);
  // ... and so does one that rests.
  Harness& other = *all.front();
  EXPECT_EQ(settings.budget->depth(1000), 256u);
  other.send(other.read_command(2, 0));
  (void)other.take<StartCommand>();
  other.session.on_tick(SteadyTime{seconds(1)}, other.actions);
  other.session.on_tick(SteadyTime{seconds(2)}, other.actions);
  late.send(late.read_command(9, 0));
  EXPECT_EQ(settings.budget->depth(1000), 128u);  // a command is open: not resting
}

TEST(WindowUnderLoad, ShrinksOnlyAsCommandsCome) {
  SessionSettings settings = Harness::make_settings();
  settings.budget = std::make_shared<CommandBudget>(64, 4);
  Harness h(settings);
  h.log_in();
  EXPECT_EQ(window_of(h), 64u);
  for (int i = 0; i < 15; ++i) settings.budget->enter();
  std::uint32_t highest = 163;
  for (std::uint32_t tag = 1; tag <= 100; ++tag) {  // what was granted stays granted
    h.send(h.read_command(tag, 0));
    h.session.on_answer(h.take<StartCommand>().id, {}, h.actions);
    const auto response = h.sent_one().as<ScsiResponse>();
    EXPECT_GE(response.max_cmd_sn, highest);
    highest = response.max_cmd_sn;
    EXPECT_EQ(highest - response.exp_cmd_sn + 1, tag <= 60 ? 64 - tag : 4u) << tag;
  }
  for (int i = 0; i < 15; ++i) settings.budget->leave();
  EXPECT_EQ(window_of(h), 64u);
}

TEST(WindowUnderLoad, ARestingSessionGivesItsShareBack) {
  SessionSettings settings = Harness::make_settings();
  settings.budget = std::make_shared<CommandBudget>(256, 8);
  settings.budget->enter();
  Harness h(settings);
  h.log_in();
  h.send(h.read_command(1, 0));
  EXPECT_EQ(settings.budget->depth(1000), 128u);
  h.session.on_answer(h.take<StartCommand>().id, {}, h.actions);
  (void)h.sent();
  Hours time{h};
  time.until(1);
  EXPECT_EQ(settings.budget->depth(1000), 128u);
  EXPECT_FALSE(h.session.idle());
  time.until(2);
  EXPECT_EQ(settings.budget->depth(1000), 256u);
  EXPECT_TRUE(h.session.idle());
  h.send(h.read_command(2, 0));  // idle memory was given back: all begins again, ids of before stay stale
  const auto id = h.take<StartCommand>().id;
  EXPECT_EQ(id, (CommandId{0, 2}));
  EXPECT_FALSE(h.session.idle());
}

TEST(WindowUnderLoad, OpensWithAWordWhenCommandsEndWithoutAnswers) {
  SessionSettings settings = Harness::make_settings();
  settings.window = 2;
  Harness h(settings);
  h.log_in();
  h.send(h.read_command(1, 0));
  h.send(h.read_command(2, 0));
  EXPECT_EQ(window_of(h), 0u);
  h.session.on_foreign_reset(h.actions);
  EXPECT_TRUE(h.sent().empty());
  h.session.on_command_gone(h.take<ForgetCommand>().id, h.actions);
  const auto word = h.sent_one().as<NopIn>();
  EXPECT_EQ(word.task_tag, no_tag);
  EXPECT_EQ(word.transfer_tag, no_tag);
  EXPECT_EQ(word.max_cmd_sn, word.exp_cmd_sn);
}

TEST(TasksAhead, AnAbortMeetsACommandThatCameEarly) {
  Harness h;
  h.log_in();
  const ScsiCommand first = h.read_command(1, 512), second = h.read_command(2, 512), third = h.read_command(3, 512);
  h.send(second);
  h.send(third);
  h.send(TaskManagementRequest{.function = TaskManagement::abort_task,
                               .task_tag = 9,
                               .referenced_tag = 2,
                               .cmd_sn = 103,
                               .referenced_cmd_sn = 101});
  EXPECT_EQ(h.sent_one().as<TaskManagementResponse>().result, TaskManagementResult::complete);
  h.send(first);
  (void)h.take<StartCommand>();
  (void)h.take<StartCommand>();
  EXPECT_TRUE(h.actions.empty());  // the second never began
  h.send(NopOut{.immediate = true, .task_tag = 50});
  EXPECT_EQ(h.sent_one().as<NopIn>().exp_cmd_sn, 103u);
}

TEST(TasksAhead, AnAbortOvertakesItsCommand) {
  Harness h;
  h.log_in();
  const ScsiCommand first = h.read_command(1, 512), second = h.read_command(2, 512);
  const auto abort = [&](std::uint32_t tag, std::uint32_t number) {
    h.send(TaskManagementRequest{.function = TaskManagement::abort_task,
                                 .task_tag = 9,
                                 .referenced_tag = tag,
                                 .cmd_sn = 102,
                                 .referenced_cmd_sn = number});
    return h.sent_one().as<TaskManagementResponse>().result;
  };
  EXPECT_EQ(abort(7, 102), TaskManagementResult::no_such_task);  // not older than the function
  EXPECT_EQ(abort(7, 99), TaskManagementResult::no_such_task);
  EXPECT_EQ(abort(2, 101), TaskManagementResult::complete);
  EXPECT_EQ(abort(1, 100), TaskManagementResult::complete);
  h.send(first);
  h.send(second);
  EXPECT_TRUE(h.actions.empty());
  h.send(h.read_command(3, 512));
  EXPECT_TRUE(h.has<StartCommand>());
}

TEST(TasksAhead, AResetTakesThemToo) {
  Harness h;
  h.log_in();
  const ScsiCommand first = h.read_command(1, 512), second = h.read_command(2, 512), third = h.read_command(3, 512);
  h.send(second);
  h.send(third);
  h.send(TaskManagementRequest{.function = TaskManagement::logical_unit_reset, .task_tag = 9, .cmd_sn = 102});
  (void)h.take<ResetUnit>();
  h.session.on_reset_done(h.actions);
  (void)h.sent();
  h.send(first);
  EXPECT_EQ(h.actions.size(), 2u);  // the first, and the third, which is younger than the reset
}

TEST(Resets, WaitForTheCommandsOfAllSessions) {
  Harness a, b;
  a.log_in();
  b.log_in();
  b.send(b.read_command(1, 512));
  const auto id = b.take<StartCommand>().id;
  a.send(TaskManagementRequest{.function = TaskManagement::logical_unit_reset, .task_tag = 9, .cmd_sn = 100});
  (void)a.take<ResetUnit>();
  bool through = false;
  b.session.on_foreign_reset(b.actions, std::shared_ptr<void>(nullptr, [&](void*) { through = true; }));
  EXPECT_FALSE(through);
  // B resets too: each waits for the other's commands, not for the other's reset.
  b.send(TaskManagementRequest{.function = TaskManagement::logical_unit_reset, .task_tag = 9, .cmd_sn = 101});
  EXPECT_FALSE(b.has<ResetUnit>());
  b.session.on_command_gone(id, b.actions);
  EXPECT_TRUE(through);
  EXPECT_TRUE(b.has<ResetUnit>());
  EXPECT_TRUE(a.sent().empty());
  a.session.on_reset_done(a.actions);
  EXPECT_EQ(a.sent_one().as<TaskManagementResponse>().result, TaskManagementResult::complete);
}

TEST(Resets, AnAbortWaitsForWhatAnotherSessionsResetLeftOnTheDisk) {
  Harness h;
  h.log_in();
  h.send(h.write_command(1, 512), Bytes(512, 1));
  const auto id = h.take<StartCommand>().id;
  h.session.on_foreign_reset(h.actions);
  h.send(
      TaskManagementRequest{.function = TaskManagement::abort_task, .task_tag = 2, .referenced_tag = 1, .cmd_sn = 101});
  EXPECT_TRUE(h.sent().empty());  // the old write could still land on a newer one
  h.session.on_command_gone(id, h.actions);
  EXPECT_EQ(h.sent_one().as<TaskManagementResponse>().result, TaskManagementResult::complete);
}

TEST(Resets, AFloodOfFunctionsIsRejected) {
  Harness h;
  h.log_in();
  h.send(h.read_command(1, 512));
  for (int i = 0; i < 100; ++i)
    h.send(TaskManagementRequest{.function = TaskManagement::abort_task_set, .task_tag = 2, .cmd_sn = 101});
  const auto pdus = h.sent();
  ASSERT_EQ(pdus.size(), 36u);
  EXPECT_EQ(pdus.back().as<Reject>().reason, RejectReason::too_many_immediate);
}

TEST(AsyncMessages, ADropIsAnnounced) {
  Harness h;
  h.log_in({"DefaultTime2Wait=3"});
  h.session.announce_drop();
  const auto message = h.sent_one().as<AsyncMessage>();
  EXPECT_EQ(message.event, AsyncEvent::session_drop);
  EXPECT_EQ(message.parameter2, 3);
  EXPECT_EQ(message.parameter3, 0);
  EXPECT_EQ(message.task_tag, no_tag);
  EXPECT_EQ(message.stat_sn, 2u);
}

TEST(AsyncMessages, NothingFollowsTheAnswerToALogout) {
  Harness h;
  h.log_in();
  h.send(h.read_command(1, 512));
  const auto id = h.take<StartCommand>().id;
  h.send(LogoutRequest{.task_tag = 8});
  EXPECT_EQ(h.sent_one().as<LogoutResponse>().result, LogoutResult::closed);
  h.session.on_answer(id, h.good(512), h.actions);
  h.session.request_logout(3);
  h.session.announce_drop();
  EXPECT_TRUE(h.sent().empty());
}

}  // namespace
}  // namespace bootferry::iscsi::testing
