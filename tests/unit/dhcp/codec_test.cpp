// SPDX-License-Identifier: Apache-2.0
#include "dhcp/codec.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using testing::ip;
using testing::make_request;
using testing::with_ipxe;

/// The fixed fields of a request, and the cookie; options follow.
Bytes fixed_fields() {
  Bytes bytes(236, 0);
  bytes[0] = 1;
  bytes[1] = 1;
  bytes[2] = 6;
  ByteWriter(bytes).u32(0x63825363);
  return bytes;
}

Bytes with_options(std::initializer_list<std::uint8_t> options) {
  Bytes bytes = fixed_fields();
  bytes.insert(bytes.end(), options.begin(), options.end());
  return bytes;
}

TEST(DhcpCodec, every_field_survives_the_round_trip) {
  Message message = with_ipxe(make_request(MessageType::request));
  message.op = Message::boot_reply;
  message.hops = 3;
  message.secs = 513;
  message.flags = Message::broadcast_flag;
  message.ciaddr = ip("10.0.0.1");
  message.yiaddr = ip("10.0.0.2");
  message.siaddr = ip("10.0.0.3");
  message.giaddr = ip("10.0.0.4");
  message.server_name = "boot.example";
  message.file = "undionly.kpxe";
  message.set(82, Bytes(200, 7));
  message.set(43, {});
  const Result<Bytes> bytes = encode(message);
  ASSERT_TRUE(bytes);
  const Result<Message> back = decode(*bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, message);
}

TEST(DhcpCodec, random_messages_survive_the_round_trip) {
  SeededRandom random(7);
  for (int round = 0; round < 300; ++round) {
    Message message = make_request(MessageType::discover);
    message.xid = random.u32();
    message.file = std::string(random.u32() % 129, 'f');
    message.server_name = std::string(random.u32() % 65, 's');
    for (std::uint32_t i = 0, count = random.u32() % 12; i < count; ++i) {
      const auto code = static_cast<std::uint8_t>(1 + random.u32() % 254);
      if (code == option::overload) continue;
      Bytes data(random.u32() % 90);
      random.fill(data);
      message.set(code, data);
    }
    const Result<Bytes> bytes = encode(message, 4096);
    ASSERT_TRUE(bytes);
    const Result<Message> back = decode(*bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, message);
  }
}

TEST(DhcpCodec, is_padded_to_the_300_bytes_that_old_relays_want) {
  EXPECT_EQ(encode(make_request(MessageType::discover))->size(), 300u);
}

TEST(DhcpCodec, long_option_is_split_and_put_together_again) {  // RFC 3396
  Message message = make_request(MessageType::discover);
  Bytes data(600);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  message.set(77, data);
  const Result<Bytes> bytes = encode(message);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*decode(*bytes)->find(77), data);
}

TEST(DhcpCodec, pieces_of_an_option_are_joined_though_others_lie_between) {
  const Result<Message> message = decode(with_options({77, 2, 'i', 'P', 53, 1, 1, 77, 2, 'X', 'E', 255}));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text(77), "iPXE");
  EXPECT_EQ(message->type(), MessageType::discover);
}

TEST(DhcpCodec, overload_takes_options_from_file_then_from_sname) {  // RFC 2132 9.3, RFC 3396 5
  Bytes bytes = with_options({53, 1, 1, 52, 1, 3, 12, 1, 'a', 255});
  const Bytes in_file{12, 1, 'b', 60, 3, 'P', 'X', 'E', 255, 9, 9, 9}, in_sname{12, 1, 'c', 255};
  std::copy(in_file.begin(), in_file.end(), bytes.begin() + 108);
  std::copy(in_sname.begin(), in_sname.end(), bytes.begin() + 44);
  const Result<Message> message = decode(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text(12), "abc");
  EXPECT_EQ(message->text(60), "PXE");
  EXPECT_TRUE(message->file.empty());
  EXPECT_TRUE(message->server_name.empty());
  EXPECT_EQ(message->find(option::overload), nullptr);
}

TEST(DhcpCodec, overload_inside_an_overloaded_field_changes_nothing) {
  Bytes bytes = with_options({53, 1, 1, 52, 1, 1, 255});
  const Bytes in_file{52, 1, 3, 255};
  std::copy(in_file.begin(), in_file.end(), bytes.begin() + 108);
  bytes[44] = 'n';
  const Result<Message> message = decode(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->server_name, "n");
  EXPECT_EQ(message->find(option::overload), nullptr);
}

TEST(DhcpCodec, a_missing_end_option_and_rubbish_behind_it_are_tolerated) {
  EXPECT_TRUE(decode(with_options({53, 1, 1})));
  EXPECT_TRUE(decode(with_options({53, 1, 1, 255, 53, 200, 7})));
  EXPECT_EQ(decode(with_options({53, 1, 1, 255, 53, 1, 7}))->type(), MessageType::discover);
}

TEST(DhcpCodec, file_name_of_0xff_bytes_is_kept_as_it_is) {
  Bytes bytes = with_options({53, 1, 1, 255});
  std::fill(bytes.begin() + 108, bytes.begin() + 236, 0xff);
  EXPECT_EQ(decode(bytes)->file, std::string(128, '\xff'));
}

TEST(DhcpCodec, an_option_longer_than_the_message_is_refused) {
  EXPECT_FALSE(decode(with_options({53, 2, 1})));
  EXPECT_FALSE(decode(with_options({53})));
  EXPECT_FALSE(decode(with_options({53, 255})));
}

TEST(DhcpCodec, every_cut_of_a_message_is_an_error_or_a_message) {
  const Bytes whole = *encode(with_ipxe(make_request(MessageType::discover)));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const Bytes cut(whole.begin(),
                    whole.begin() + static_cast<std::ptrdiff_t>(size));  // an exact buffer: over-reads are seen by ASan
    const Result<Message> message = decode(cut);
    EXPECT_TRUE(size >= 240 || !message) << size;
  }
}

TEST(DhcpCodec, wrong_op_cookie_and_hardware_length_are_refused) {
  for (const auto& [offset, value] : {std::pair{0, 0}, {0, 3}, {2, 17}, {2, 255}, {236, 0}}) {
    Bytes bytes = with_options({53, 1, 1, 255});
    bytes[static_cast<std::size_t>(offset)] = static_cast<std::uint8_t>(value);
    EXPECT_FALSE(decode(bytes)) << offset;
  }
}

TEST(DhcpCodec, too_long_names_and_messages_are_not_encoded) {
  Message message = make_request(MessageType::discover);
  message.file = std::string(129, 'x');
  EXPECT_FALSE(encode(message));
  message.file.clear();
  message.server_name = std::string(65, 'x');
  EXPECT_FALSE(encode(message));
  message.server_name.clear();
  message.set(82, Bytes(2000));
  EXPECT_FALSE(encode(message));
}

TEST(DhcpMessage, options_of_a_wrong_length_count_as_absent) {
  Message message;
  message.set(53, Bytes{1, 1});
  message.set(50, Bytes{1, 2, 3});
  message.set(57, Bytes{1});
  EXPECT_FALSE(message.type());
  EXPECT_FALSE(message.find_address(50));
  EXPECT_FALSE(message.find_u16(57));
  message.set(53, Bytes{9});
  EXPECT_FALSE(message.type());
  message.set(53, Bytes{});
  EXPECT_FALSE(message.type());
}

}  // namespace
}  // namespace bootferry::dhcp
