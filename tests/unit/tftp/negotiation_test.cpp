// SPDX-License-Identifier: Apache-2.0
#include "tftp/negotiation.hpp"

#include <gtest/gtest.h>

namespace bootferry::tftp {
namespace {

Terms terms_for(std::vector<Option> options) { return negotiate({"f", "octet", std::move(options)}, 74213, {}); }

TEST(TftpNegotiation, without_options_it_is_rfc_1350) {
  const Terms terms = terms_for({});
  EXPECT_EQ(terms.block_size, 512u);
  EXPECT_EQ(terms.window, 1u);
  EXPECT_TRUE(terms.accepted.empty());
}

TEST(TftpNegotiation, a_block_fits_the_frame) {
  EXPECT_EQ(terms_for({{"blksize", "1468"}}).accepted, (std::vector<Option>{{"blksize", "1468"}}));
  EXPECT_EQ(terms_for({{"blksize", "1432"}}).block_size, 1432u);
  EXPECT_EQ(terms_for({{"blksize", "65464"}}).accepted, (std::vector<Option>{{"blksize", "1468"}}));
  EXPECT_EQ(terms_for({{"blksize", "8"}}).block_size, 8u);
}

TEST(TftpNegotiation, an_option_without_sense_is_left_out) {
  for (const char* value : {"7", "0", "65465", "-5", "", "abc", "512x", " 512", "0x200", "99999999999999999999999"}) {
    EXPECT_TRUE(terms_for({{"blksize", value}}).accepted.empty()) << value;
    EXPECT_EQ(terms_for({{"blksize", value}}).block_size, 512u) << value;
  }
  for (const char* value : {"0", "65536", "-1", "4.0"})
    EXPECT_EQ(terms_for({{"windowsize", value}}).window, 1u) << value;
  for (const char* value : {"0", "61", "255", "256"})
    EXPECT_EQ(terms_for({{"timeout", value}}).timeout.count(), 0) << value;
  EXPECT_TRUE(terms_for({{"multicast", ""}, {"utimeout", "1"}, {"made-up", "x"}}).accepted.empty());
}

TEST(TftpNegotiation, tsize_is_answered_with_the_size) {
  EXPECT_EQ(terms_for({{"tsize", "0"}}).accepted, (std::vector<Option>{{"tsize", "74213"}}));
}

TEST(TftpNegotiation, timeout_is_echoed) {
  const Terms terms = terms_for({{"timeout", "5"}});
  EXPECT_EQ(terms.timeout.count(), 5);
  EXPECT_EQ(terms.accepted, (std::vector<Option>{{"timeout", "5"}}));
}

TEST(TftpNegotiation, the_answers_keep_the_order_of_the_questions) {
  const Terms terms = terms_for({{"windowsize", "4"}, {"x", "y"}, {"tsize", "0"}, {"blksize", "1432"}});
  EXPECT_EQ(terms.accepted, (std::vector<Option>{{"windowsize", "4"}, {"tsize", "74213"}, {"blksize", "1432"}}));
}

TEST(TftpNegotiation, a_window_is_bounded_in_blocks_and_in_bytes) {
  EXPECT_EQ(terms_for({{"windowsize", "65535"}}).accepted, (std::vector<Option>{{"windowsize", "64"}}));
  TransferLimits large;
  large.max_block_size = 65464;
  const Terms terms = negotiate({"f", "octet", {{"windowsize", "64"}, {"blksize", "65464"}}}, 1, large);
  EXPECT_EQ(terms.block_size, 65464u);
  EXPECT_EQ(terms.accepted, (std::vector<Option>{{"windowsize", "3"}, {"blksize", "65464"}}));
  EXPECT_EQ(terms.window, 3u);
}

}  // namespace
}  // namespace bootferry::tftp
