// SPDX-License-Identifier: Apache-2.0
#include "tftp/codec.hpp"

#include <gtest/gtest.h>

namespace bootferry::tftp {
namespace {

using namespace std::string_literals;

Result<Message> decode_text(const std::string& packet) { return decode(bytes_of(packet)); }
ReadRequest request_of(const std::string& packet) {
  const auto message = decode_text(packet);
  return message && std::holds_alternative<ReadRequest>(*message) ? std::get<ReadRequest>(*message)
                                                                  : ReadRequest{"<none>", "", {}};
}

TEST(TftpCodec, reads_the_request_of_ovmf) {
  const ReadRequest request = request_of(
      "\0\1snponly.efi\0octet\0tsize\0"
      "0\0blksize\0"
      "1468\0windowsize\0"
      "4\0"s);
  EXPECT_EQ(request.file, "snponly.efi");
  EXPECT_EQ(request.mode, "octet");
  EXPECT_EQ(request.options, (std::vector<Option>{{"tsize", "0"}, {"blksize", "1468"}, {"windowsize", "4"}}));
}

TEST(TftpCodec, mode_and_option_names_have_no_case) {
  const ReadRequest request = request_of(
      "\0\1X\0OcTeT\0BLKSIZE\0"
      "512\0"s);
  EXPECT_EQ(request.file, "X");
  EXPECT_EQ(request.mode, "octet");
  EXPECT_EQ(request.options, (std::vector<Option>{{"blksize", "512"}}));
}

TEST(TftpCodec, a_request_without_its_nuls_is_refused) {
  for (const std::string& packet : {""s, "\0"s, "\0\1"s, "\0\1name"s, "\0\1name\0"s, "\0\1name\0octet"s, "\0\2name"s}) {
    const auto message = decode_text(packet);
    ASSERT_FALSE(message) << packet.size();
    EXPECT_EQ(message.error().kind, ErrorKind::invalid);
  }
}

TEST(TftpCodec, an_option_that_is_cut_empty_long_or_repeated_is_left_out) {
  EXPECT_EQ(request_of("\0\1f\0octet\0tsize\0"
                       "0\0blksize\0"
                       "14"s)
                .options,
            (std::vector<Option>{{"tsize", "0"}}))
      << "no NUL";
  EXPECT_EQ(request_of("\0\1f\0octet\0tsize"s).options.size(), 0u);
  EXPECT_EQ(request_of("\0\1f\0octet\0\0"
                       "5\0tsize\0"
                       "0\0"s)
                .options,
            (std::vector<Option>{{"tsize", "0"}}))
      << "no name";
  EXPECT_EQ(request_of("\0\1f\0octet\0"s + std::string(500, 'a') +
                       "\0"
                       "1\0tsize\0"
                       "0\0"s)
                .options,
            (std::vector<Option>{{"tsize", "0"}}));
  EXPECT_EQ(request_of("\0\1f\0octet\0tsize\0"s + std::string(500, '9') + "\0"s).options.size(), 0u);
  EXPECT_EQ(request_of("\0\1f\0octet\0blksize\0"
                       "512\0BLKSIZE\0"
                       "9999\0"s)
                .options,
            (std::vector<Option>{{"blksize", "512"}}))
      << "the first counts";
}

TEST(TftpCodec, a_thousand_options_cost_little) {
  std::string packet = "\0\1f\0octet\0"s;
  for (int i = 0; i < 1000; ++i)
    packet += "o" + std::to_string(i) +
              "\0"
              "1\0"s;
  EXPECT_LE(request_of(packet).options.size(), max_options);
}

TEST(TftpCodec, reads_ack_and_error) {
  const auto ack = decode_text("\0\4\xff\xfe"s);
  ASSERT_TRUE(ack);
  EXPECT_EQ(std::get<Ack>(*ack).block, 0xfffe);
  EXPECT_TRUE(decode_text("\0\4\0\1padding"s)) << "some ROMs pad it";
  EXPECT_FALSE(decode_text("\0\4\0"s));
  const auto error = decode_text("\0\5\0\10User aborted\0rest"s);
  ASSERT_TRUE(error);
  EXPECT_EQ(std::get<ErrorMessage>(*error).code, ErrorCode::option_refused);
  EXPECT_EQ(std::get<ErrorMessage>(*error).text, "User aborted");
  EXPECT_EQ(std::get<ErrorMessage>(*decode_text("\0\5\0\0no NUL"s)).text, "no NUL");
  EXPECT_EQ(std::get<ErrorMessage>(*decode_text("\0\5\0\0"s + std::string(5000, 'x'))).text.size(), 200u);
  EXPECT_FALSE(decode_text("\0\5\0"s));
}

TEST(TftpCodec, only_a_server_says_data_and_oack) {
  EXPECT_FALSE(decode_text("\0\3\0\1data"s));
  EXPECT_FALSE(
      decode_text("\0\6tsize\0"
                  "1\0"s));
  EXPECT_FALSE(decode_text("\0\7"s));
  EXPECT_FALSE(decode_text("\1\1f\0octet\0"s));
}

TEST(TftpCodec, writes_what_the_rfc_draws) {
  EXPECT_EQ(text_of(encode_option_ack({{"tsize", "74213"}, {"blksize", "1468"}})),
            "\0\6tsize\0"
            "74213\0blksize\0"
            "1468\0"s);
  EXPECT_EQ(text_of(encode_error(ErrorCode::file_not_found, "no such file")), "\0\5\0\1no such file\0"s);
  const auto header = encode_data_header(0x1234);
  EXPECT_EQ(text_of(header), "\0\3\x12\x34"s);
  const ReadRequest request{"f", "octet", {{"tsize", "0"}}};
  EXPECT_EQ(std::get<ReadRequest>(*decode(encode_read_request(request))), request);
}

}  // namespace
}  // namespace bootferry::tftp
