// SPDX-License-Identifier: Apache-2.0
// Lengths at and around their limits, from the reader to the session, as other targets and initiators met them (the
// names of tests tell where). Run under AddressSanitizer these show every byte too many.
#include <gtest/gtest.h>

#include "unit/iscsi_session/harness.hpp"

namespace bootferry::iscsi::testing {
namespace {

/// Feeds `stream` in one piece that ends where the allocation ends; true when the reader gave up.
bool refuses(PduReader& reader, Session& session, const Bytes& stream, Actions& actions) {
  const auto exact = std::make_unique<std::uint8_t[]>(stream.size());
  std::copy(stream.begin(), stream.end(), exact.get());
  ByteView input(exact.get(), stream.size());
  for (;;) {
    const auto progress = reader.feed(input);
    if (!progress) return true;
    if (*progress == PduReader::Progress::need_more) return false;
    if (*progress == PduReader::Progress::header) {
      reader.set_destination(session.destination_for(reader.bhs()));
    } else {
      session.on_pdu(reader.pdu(), actions);
      reader.set_limits(session.limits());
    }
  }
}

Bytes on_the_wire(const Bhs& bhs, const Bytes& ahs, const Bytes& data) {
  Bytes out(bhs.begin(), bhs.end());
  out.insert(out.end(), ahs.begin(), ahs.end());
  out.insert(out.end(), data.begin(), data.end());
  out.resize(out.size() + padding_of(static_cast<std::uint32_t>(data.size())));
  return out;
}

// Linux' target took what was left after the header for a length, and that was negative.
TEST(HostileLengths, CVE_2026_53176_APduThatEndsInsideItsHeader) {
  for (const bool digest : {false, true}) {
    for (int ahs_words = 0; ahs_words < 256; ahs_words += 51) {
      Bhs bhs = encode(ScsiCommand{.read = true, .task_tag = 1, .cmd_sn = 100}, 512);
      bhs[4] = static_cast<std::uint8_t>(ahs_words);
      const Bytes whole = on_the_wire(bhs, Bytes(static_cast<std::size_t>(ahs_words) * 4), Bytes(512));
      for (std::size_t length = 0; length < whole.size(); length += length < 64 ? 1 : 97) {
        Harness h;
        h.log_in();
        PduReader reader;
        reader.set_limits({262144, digest, false});
        (void)refuses(reader, h.session, Bytes(whole.begin(), whole.begin() + static_cast<long>(length)), h.actions);
        EXPECT_FALSE(h.has<StartCommand>()) << length;
      }
    }
  }
}

// A login of 8189 to 8192 bytes left no room for the NUL that a C string wants.
TEST(HostileLengths, CVE_2026_90011_LoginTextThatFillsItsSegment) {
  for (std::size_t length = 8180; length <= 8196; ++length) {
    for (const bool ends_with_nul : {false, true}) {
      Harness h;
      Bytes body = text({"InitiatorName=iqn.2020-01.test:pc", "TargetName=iqn.2020-01.test:disk"});
      body.insert(body.end(), {'X', '-', 'a', '='});
      body.resize(length, 'x');
      if (ends_with_nul) body.back() = 0;
      const auto request = Harness::login_request(LoginStage::operational, LoginStage::full_feature);
      PduReader reader;
      reader.set_limits(h.session.limits());
      const Bhs bhs = encode(request, static_cast<std::uint32_t>(length));
      EXPECT_EQ(refuses(reader, h.session, on_the_wire(bhs, {}, body), h.actions), length > 8192) << length;
      if (length > 8192) continue;
      if (h.has<OpenTarget>()) h.session.on_target_opened(3, h.actions);
      const Sent answer = h.sent_one();
      EXPECT_LE(answer.data.size(), 8192u);
      (void)answer.as<LoginResponse>();
    }
  }
}

// Answers that repeat what came must not outgrow what an initiator takes, however long it was.
TEST(HostileLengths, CVE_2026_74556_WhatWeSendStaysWithinEightKilobytes) {
  for (const std::uint32_t segment : {512u, 8192u, 262144u, 16777215u}) {
    Harness h;
    h.log_in({"MaxRecvDataSegmentLength=" + std::to_string(segment)});
    const std::uint32_t limit = std::min(segment, 8192u);
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{511}, std::size_t{8191},
                                     std::size_t{8192}, std::size_t{8193}, std::size_t{262144}}) {
      h.send(NopOut{.immediate = true, .task_tag = 5}, Bytes(length, 0x55));
      const Sent pong = h.sent_one();
      EXPECT_EQ(pong.data.size(), std::min<std::size_t>(length, limit));
    }
    CommandAnswer failed;
    failed.status = 2;
    failed.sense = Bytes(252, 0x70);  // the longest sense data there are (SPC-4 4.5.1)
    h.send(h.read_command(1, 1 << 20));
    h.session.on_answer(h.take<StartCommand>().id, std::move(failed), h.actions);
    EXPECT_LE(h.sent_one().data.size(), 254u);
    h.send(TextRequest{.immediate = true, .task_tag = 5}, text({"SendTargets="}));
    std::vector<std::string> portals(500, "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535,1");
    (void)h.take<ListTargets>();
    h.session.on_targets({}, portals, h.actions);
    for (int parts = 0; parts < 100; ++parts) {
      const Sent part = h.sent_one();
      EXPECT_LE(part.data.size(), limit);
      const auto response = part.as<TextResponse>();
      if (response.final) break;
      h.send(TextRequest{.immediate = true, .task_tag = 5, .transfer_tag = response.transfer_tag});
    }
  }
}

TEST(HostileLengths, AdditionalHeadersOfEveryLengthAndContent) {
  for (std::size_t words = 1; words <= 255; ++words) {
    for (const std::uint8_t fill : {0x00, 0x01, 0x02, 0xff}) {
      for (const std::uint16_t inner : {std::uint16_t{0}, std::uint16_t{1}, static_cast<std::uint16_t>(words * 4 - 3),
                                        static_cast<std::uint16_t>(words * 4 - 2), std::uint16_t{0xffff}}) {
        Harness h;
        h.log_in();
        Bytes ahs(words * 4, fill);
        ahs[0] = static_cast<std::uint8_t>(inner >> 8);
        ahs[1] = static_cast<std::uint8_t>(inner);
        PduReader reader;
        reader.set_limits(h.session.limits());
        const Bhs bhs = encode(h.read_command(1, 512), 0, static_cast<std::uint32_t>(ahs.size()));
        EXPECT_FALSE(refuses(reader, h.session, on_the_wire(bhs, ahs, {}), h.actions));
        const auto pdus = h.sent();
        EXPECT_TRUE(h.has<StartCommand>() || (pdus.size() == 1 && pdus[0].opcode() == Opcode::reject));
      }
    }
  }
}

TEST(HostileLengths, DataOutOfEveryLengthAroundItsBurst) {
  for (const std::uint32_t wanted : {1u, 511u, 512u, 4096u, 65536u}) {
    for (const long more : {-1L, 0L, 1L, 511L, 4096L}) {
      Harness h;
      h.log_in({"InitialR2T=Yes", "ImmediateData=No", "MaxBurstLength=65536"});
      h.send(h.write_command(1, wanted));
      const auto id = h.take<StartCommand>().id;
      h.session.on_need_data(id, wanted, h.actions);
      const auto r2t = h.sent_one().as<ReadyToTransfer>();
      const Bytes data(static_cast<std::size_t>(wanted + more), 0x77);
      PduReader reader;
      reader.set_limits(h.session.limits());
      const Bhs bhs = encode(DataOut{.final = true, .task_tag = 1, .transfer_tag = r2t.transfer_tag},
                             static_cast<std::uint32_t>(data.size()));
      EXPECT_FALSE(refuses(reader, h.session, on_the_wire(bhs, {}, data), h.actions));
      EXPECT_EQ(h.has<DataArrived>(), more == 0);
      if (more != 0) {
        EXPECT_EQ(h.sent_one().as<ScsiResponse>().status, 2);
      }
    }
  }
}

TEST(HostileLengths, DataOutsBeforeTheBeginningAndBehindTheEnd) {
  for (const std::uint32_t offset : {1u, 511u, 512u, 1024u, 0x7fffffffu, 0x80000000u, 0xfffffe00u, 0xffffffffu}) {
    for (const bool solicited : {false, true}) {
      Harness h;
      h.log_in({solicited ? "InitialR2T=Yes" : "InitialR2T=No"});
      h.send(h.write_command(1, 1024, solicited));
      h.session.on_need_data(h.take<StartCommand>().id, 1024, h.actions);
      std::uint32_t tag = no_tag;
      if (solicited) tag = h.sent_one().as<ReadyToTransfer>().transfer_tag;
      h.send(DataOut{.final = true, .task_tag = 1, .transfer_tag = tag, .offset = offset}, Bytes(512, 1));
      EXPECT_FALSE(h.has<DataArrived>());
      EXPECT_EQ(h.sent_one().as<ScsiResponse>().status, 2);
    }
  }
}

/// All four combinations of InitialR2T and ImmediateData, with several R2Ts at once: the device server gets the same
/// bytes (RFC 7143 13.10, 13.11, 13.17).
TEST(Transfers, AllWaysOfSendingAWriteBringTheSameBytes) {
  Bytes payload(50'000);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::uint8_t>(i * 7 + i / 512);
  const auto slice = [&](std::size_t from, std::size_t size) {
    return Bytes(payload.begin() + static_cast<long>(from), payload.begin() + static_cast<long>(from + size));
  };
  for (int way = 0; way < 8; ++way) {
    const bool r2t_first = (way & 1) != 0, immediate = (way & 2) != 0;
    const std::uint32_t outstanding = (way & 4) != 0 ? 3 : 1;
    Harness h;
    h.log_in({std::string("InitialR2T=") + (r2t_first ? "Yes" : "No"),
              std::string("ImmediateData=") + (immediate ? "Yes" : "No"), "FirstBurstLength=8192",
              "MaxBurstLength=16384", "MaxOutstandingR2T=" + std::to_string(outstanding)});
    const std::size_t with_command = immediate ? 2048 : 0;
    h.send(h.write_command(1, 50'000, r2t_first), slice(0, with_command));
    const auto id = h.take<StartCommand>().id;
    h.session.on_need_data(id, 50'000, h.actions);
    if (!r2t_first) {  // the rest of the first burst comes unasked, in two pieces
      EXPECT_TRUE(h.sent().empty());
      h.send(DataOut{.final = false, .task_tag = 1, .offset = static_cast<std::uint32_t>(with_command)},
             slice(with_command, 1000));
      const auto rest = static_cast<std::uint32_t>(with_command + 1000);
      h.send(DataOut{.final = true, .task_tag = 1, .data_sn = 1, .offset = rest}, slice(rest, 8192 - rest));
    }
    std::size_t most = 0;
    std::vector<ReadyToTransfer> asked;
    std::uint32_t next_r2t_sn = 0;
    for (int round = 0; round < 20 && !h.has<DataArrived>(); ++round) {
      for (const Sent& sent : h.sent()) {
        asked.push_back(sent.as<ReadyToTransfer>());
        EXPECT_EQ(asked.back().r2t_sn, next_r2t_sn++);
        EXPECT_LE(asked.back().length, 16384u);
      }
      most = std::max(most, asked.size());
      ASSERT_FALSE(asked.empty()) << way;
      const ReadyToTransfer r2t = asked.front();
      asked.erase(asked.begin());
      h.send(DataOut{.final = true, .task_tag = 1, .transfer_tag = r2t.transfer_tag, .offset = r2t.offset},
             slice(r2t.offset, r2t.length));
    }
    EXPECT_EQ(most, outstanding) << way;
    const auto arrived = h.take<DataArrived>();
    ASSERT_EQ(arrived.length, 50'000u);
    const ByteView got = arrived.data.first(arrived.length);
    EXPECT_TRUE(std::equal(got.begin(), got.end(), payload.begin())) << way;
  }
}

}  // namespace
}  // namespace bootferry::iscsi::testing
