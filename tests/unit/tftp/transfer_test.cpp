// SPDX-License-Identifier: Apache-2.0
#include "tftp/transfer.hpp"

#include <gtest/gtest.h>

namespace bootferry::tftp {
namespace {

using Outcome = Transfer::Outcome;
using namespace std::chrono_literals;

constexpr const char* outcome_names[] = {"done", "probe", "refused", "unanswered"};

/// "OACK", "1-4", "end done": what the machine wants, in words.
std::string words(const Transfer::Actions& actions) {
  std::string out;
  if (actions.send_option_ack) out += "OACK ";
  if (actions.block_count > 0)
    out +=
        std::to_string(actions.first_block) + "-" + std::to_string(actions.first_block + actions.block_count - 1) + " ";
  if (actions.finish) out += std::string("end ") + outcome_names[static_cast<int>(*actions.finish)] + " ";
  if (!out.empty()) out.pop_back();
  return out;
}

struct TftpTransfer : testing::Test {
  SteadyTime now{1h};
  Bytes content = Bytes(10 * 512 + 100);

  Transfer make(std::vector<Option> options = {}) {
    return Transfer(content, negotiate({"f", "octet", std::move(options)}, content.size(), {}));
  }
};

TEST_F(TftpTransfer, without_options_goes_block_by_block) {
  content.resize(1000);
  Transfer transfer = make();
  EXPECT_EQ(words(transfer.start(now)), "1-1");
  EXPECT_EQ(transfer.block(1).size(), 512u);
  EXPECT_EQ(words(transfer.on_ack(1, now)), "2-2");
  EXPECT_EQ(transfer.block(2).size(), 488u);
  EXPECT_EQ(words(transfer.on_ack(2, now)), "end done");
  EXPECT_EQ(transfer.percent(), 100);
  EXPECT_EQ(words(transfer.on_ack(2, now)), "") << "after the end nothing";
  EXPECT_EQ(words(transfer.on_error()), "");
  EXPECT_EQ(words(transfer.on_tick(now + 1h)), "");
}

TEST_F(TftpTransfer, a_file_of_whole_blocks_ends_with_an_empty_one) {
  content.resize(1024);
  Transfer transfer = make();
  EXPECT_EQ(words(transfer.start(now)), "1-1");
  EXPECT_EQ(words(transfer.on_ack(1, now)), "2-2");
  EXPECT_EQ(words(transfer.on_ack(2, now)), "3-3");
  EXPECT_EQ(transfer.block(3).size(), 0u);
  EXPECT_EQ(words(transfer.on_ack(3, now)), "end done");
}

TEST_F(TftpTransfer, an_empty_file_is_one_empty_block) {
  content.clear();
  Transfer transfer = make();
  EXPECT_EQ(words(transfer.start(now)), "1-1");
  EXPECT_EQ(transfer.block(1).size(), 0u);
  EXPECT_EQ(words(transfer.on_ack(1, now)), "end done");
  EXPECT_EQ(transfer.percent(), 100);
}

TEST_F(TftpTransfer, options_are_acknowledged_before_data) {
  Transfer transfer = make({{"tsize", "0"}});
  EXPECT_EQ(words(transfer.start(now)), "OACK");
  EXPECT_FALSE(transfer.proven());
  EXPECT_EQ(words(transfer.on_ack(1, now)), "") << "nothing was sent that this could acknowledge";
  EXPECT_EQ(words(transfer.on_ack(0xffff, now)), "");
  EXPECT_EQ(words(transfer.on_ack(0, now)), "1-1");
  EXPECT_TRUE(transfer.proven());
  EXPECT_EQ(words(transfer.on_ack(0, now)), "") << "the same ACK again";
}

TEST_F(TftpTransfer, a_window_is_sent_at_once_and_slides) {
  Transfer transfer = make({{"windowsize", "4"}});
  EXPECT_EQ(words(transfer.start(now)), "OACK");
  EXPECT_EQ(words(transfer.on_ack(0, now)), "1-4");
  EXPECT_EQ(words(transfer.on_ack(4, now)), "5-8");
  EXPECT_EQ(words(transfer.on_ack(8, now)), "9-11");
  EXPECT_EQ(words(transfer.on_ack(11, now)), "end done");
}

TEST_F(TftpTransfer, an_ack_inside_the_window_restarts_it_behind_the_gap) {
  Transfer transfer = make({{"windowsize", "4"}});
  (void)transfer.start(now);
  (void)transfer.on_ack(0, now);
  EXPECT_EQ(words(transfer.on_ack(2, now)), "") << "the ACK of the whole window may be on its way";
  EXPECT_EQ(words(transfer.on_tick(now + 19ms)), "");
  EXPECT_EQ(words(transfer.on_tick(now + 20ms)), "3-6");
  EXPECT_EQ(transfer.deadline(), now + 20ms + 200ms);
}

TEST_F(TftpTransfer, a_client_that_acknowledges_every_block_of_a_window_gets_each_once) {
  Transfer transfer = make({{"windowsize", "4"}});
  (void)transfer.start(now);
  EXPECT_EQ(words(transfer.on_ack(0, now)), "1-4");
  for (std::uint16_t block = 1; block <= 3; ++block) EXPECT_EQ(words(transfer.on_ack(block, now)), "");
  EXPECT_EQ(words(transfer.on_ack(4, now)), "5-8");
  EXPECT_EQ(words(transfer.on_tick(now + 20ms)), "") << "the gap was none";
}

TEST_F(TftpTransfer, a_lost_first_block_of_a_window_is_repeated_once_per_ack_value) {
  Transfer transfer = make({{"windowsize", "4"}});
  (void)transfer.start(now);
  (void)transfer.on_ack(0, now);
  (void)transfer.on_ack(4, now);
  EXPECT_EQ(words(transfer.on_ack(4, now)), "") << "5 was lost, or the ACK was doubled";
  now += 20ms;
  EXPECT_EQ(words(transfer.on_tick(now)), "5-8") << "it was lost";
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(words(transfer.on_ack(4, now)), "") << "and no more, whatever is repeated";
    EXPECT_EQ(words(transfer.on_tick(now)), "") << "until the timeout";
    now += 20ms;
  }
  EXPECT_EQ(words(transfer.on_ack(8, now)), "9-11");
  EXPECT_EQ(words(transfer.on_ack(8, now)), "");
  EXPECT_EQ(words(transfer.on_tick(now + 20ms)), "9-11") << "the next window has its own";
}

TEST_F(TftpTransfer, the_sorcerers_apprentice_stays_jobless) {
  Transfer transfer = make();
  (void)transfer.start(now);
  EXPECT_EQ(words(transfer.on_ack(1, now)), "2-2");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(words(transfer.on_ack(1, now)), "");
  EXPECT_EQ(words(transfer.on_ack(0, now)), "") << "older still";
  EXPECT_EQ(words(transfer.on_ack(3, now)), "") << "not sent yet";
  EXPECT_EQ(words(transfer.on_ack(2, now)), "3-3");
}

TEST_F(TftpTransfer, silence_repeats_with_growing_patience_then_ends) {
  Transfer transfer = make();
  (void)transfer.start(now);
  (void)transfer.on_ack(1, now);
  for (const auto wait : {200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms}) {
    EXPECT_EQ(transfer.deadline() - now, wait);
    EXPECT_EQ(words(transfer.on_tick(transfer.deadline() - 1ns)), "");
    now = transfer.deadline();
    EXPECT_EQ(words(transfer.on_tick(now)), "2-2");
  }
  EXPECT_EQ(words(transfer.on_tick(transfer.deadline())), "end unanswered");
  EXPECT_EQ(transfer.bytes_acknowledged(), 512u);
  EXPECT_EQ(transfer.repeats(), 6u);
}

TEST_F(TftpTransfer, progress_gives_back_all_patience) {
  Transfer transfer = make();
  (void)transfer.start(now);
  for (std::uint16_t block = 1; block <= 10; ++block) {
    (void)transfer.on_ack(block, now);
    for (int i = 0; i < 4; ++i) {
      now = transfer.deadline();
      EXPECT_EQ(words(transfer.on_tick(now)), std::to_string(block + 1) + "-" + std::to_string(block + 1));
    }
  }
  EXPECT_EQ(words(transfer.on_ack(11, now)), "end done");
}

TEST_F(TftpTransfer, the_clients_timeout_is_kept) {
  Transfer transfer = make({{"timeout", "20"}});
  (void)transfer.start(now);
  EXPECT_EQ(transfer.deadline() - now, 20s);
}

TEST_F(TftpTransfer, an_address_that_never_answers_gets_one_window_and_few_repeats) {
  for (const bool with_options : {true, false}) {
    Transfer transfer = with_options ? make({{"windowsize", "64"}, {"blksize", "1468"}}) : make();
    const std::string first = with_options ? "OACK" : "1-1";
    EXPECT_EQ(words(transfer.start(now)), first);
    int sendings = 1;
    for (int i = 0; i < 100 && !transfer.ended(); ++i) {
      const std::string what = words(transfer.on_tick(transfer.deadline()));
      if (what == first) ++sendings;
    }
    EXPECT_EQ(sendings, Transfer::max_unproven_tries);
    EXPECT_TRUE(transfer.ended());
  }
}

TEST_F(TftpTransfer, a_repeated_request_gets_the_first_packet_again_but_not_for_ever) {
  Transfer transfer = make({{"tsize", "0"}});
  (void)transfer.start(now);
  EXPECT_EQ(words(transfer.on_repeated_request(now)), "OACK");
  EXPECT_EQ(words(transfer.on_repeated_request(now)), "OACK");
  EXPECT_EQ(words(transfer.on_repeated_request(now)), "");
  EXPECT_EQ(words(transfer.on_ack(0, now)), "1-1");
  EXPECT_EQ(words(transfer.on_repeated_request(now)), "") << "a late copy of the request";
}

TEST_F(TftpTransfer, an_error_right_after_the_oack_was_a_question_for_the_size) {
  Transfer probe = make({{"tsize", "0"}});
  (void)probe.start(now);
  EXPECT_EQ(words(probe.on_error()), "end probe");
  Transfer broken = make({{"tsize", "0"}});
  (void)broken.start(now);
  (void)broken.on_ack(0, now);
  EXPECT_EQ(words(broken.on_error()), "end refused");
}

TEST_F(TftpTransfer, a_rom_that_jumps_away_without_its_last_ack_was_served) {
  content.resize(700);
  Transfer transfer = make();
  (void)transfer.start(now);
  EXPECT_EQ(words(transfer.on_ack(1, now)), "2-2");
  std::string last;
  while (!transfer.ended()) last = words(transfer.on_tick(transfer.deadline()));
  EXPECT_EQ(last, "end done");
}

TEST_F(TftpTransfer, block_numbers_wrap) {
  content.resize(70'000 * 8 + 3);
  Transfer transfer = make({{"blksize", "8"}, {"windowsize", "10"}});
  (void)transfer.start(now);
  Transfer::Actions actions = transfer.on_ack(0, now);
  std::uint64_t blocks = 0;
  while (!actions.finish) {
    ASSERT_GT(actions.block_count, 0u) << "stuck at " << blocks;
    EXPECT_EQ(actions.first_block, blocks + 1);
    blocks += actions.block_count;
    actions = transfer.on_ack(static_cast<std::uint16_t>(blocks), now);
  }
  EXPECT_EQ(blocks, 70'001u);
  EXPECT_EQ(*actions.finish, Outcome::done);
}

TEST_F(TftpTransfer, an_old_ack_from_before_the_wrap_is_no_progress) {
  content.resize(66'000 * 8);
  Transfer transfer = make({{"blksize", "8"}});
  (void)transfer.start(now);
  for (std::uint32_t block = 0; block <= 65'536; ++block)
    ASSERT_NE(words(transfer.on_ack(static_cast<std::uint16_t>(block), now)), "") << block;
  EXPECT_EQ(words(transfer.on_ack(65'535, now)), "");
  EXPECT_EQ(words(transfer.on_ack(0, now)), "");
  EXPECT_EQ(words(transfer.on_ack(1, now)), "65538-65538");
}

}  // namespace
}  // namespace bootferry::tftp
