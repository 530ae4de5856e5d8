// SPDX-License-Identifier: Apache-2.0
// Memory that the socket still writes to, or that a PDU still stands in, is nobody else's meanwhile.
#include <algorithm>

#include "unit/iscsi_session/harness.hpp"

namespace bootferry::iscsi::testing {
namespace {

/// The BHS goes ahead of its data, as from a socket: where the session wants the data.
template <class Pdu>
MutableByteView place_for(Harness& h, const Pdu& pdu, std::uint32_t length) {
  return h.session.destination_for(encode(pdu, length));
}

TEST(Destinations, OutliveAResetThatComesWhileTheDataDoes) {
  Harness h;
  h.log_in({"InitialR2T=Yes", "ImmediateData=No"});
  h.send(h.write_command(1, 4096));
  const auto id = h.take<StartCommand>().id;
  h.session.on_need_data(id, 4096, h.actions);
  const auto r2t = h.sent_one().as<ReadyToTransfer>();
  const DataOut data{.final = true, .task_tag = 1, .transfer_tag = r2t.transfer_tag};
  const MutableByteView place = place_for(h, data, 4096);
  ASSERT_EQ(place.size(), 4096u);
  h.session.on_foreign_reset(h.actions);
  EXPECT_EQ(h.take<ForgetCommand>().id, id);
  h.session.on_command_gone(id, h.actions);
  EXPECT_EQ(h.session.open_commands(), 0u);
  // The rest of the data is still to be received into `place`: it must not be anyone else's by now.
  const Buffer other = h.session_pool->take(4096);
  EXPECT_NE(other.data(), place.data());
  const Bhs bhs = encode(data, 4096);
  h.session.on_pdu({bhs, {}, place}, h.actions);
  EXPECT_FALSE(h.has<DataArrived>());
  EXPECT_TRUE(h.sent().empty());
  // And then it is free again.
  EXPECT_EQ(h.session_pool->take(4096).data(), place.data());
}

TEST(Destinations, OutliveTheCopyOfWhatComesEarly) {
  constexpr std::uint32_t size = 65536;
  Harness h;
  h.log_in({"InitialR2T=No", "ImmediateData=Yes", "FirstBurstLength=65536"});
  const ScsiCommand first = h.read_command(1, 512);
  ScsiCommand early = h.write_command(2, 1u << 20);
  std::vector<Buffer> others;  // a pool that is full frees what comes back: a stale view cannot look right
  for (int i = 0; i < 8; ++i) others.push_back(h.session_pool->take(1u << 20));
  const MutableByteView place = place_for(h, early, size);
  ASSERT_EQ(place.size(), size);
  std::fill(place.begin(), place.end(), std::uint8_t{0x5a});
  others.clear();
  const Bhs bhs = encode(early, size);
  h.session.on_pdu({bhs, {}, place}, h.actions);
  h.send(first);
  (void)h.take<StartCommand>();
  const auto id = h.take<StartCommand>().id;
  h.session.on_need_data(id, size, h.actions);
  const auto arrived = h.take<DataArrived>();
  ASSERT_EQ(arrived.length, size);
  const ByteView bytes = arrived.data.first(size);
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0x5a; }));
}

TEST(Window, WhatComesEarlyTwiceIsCountedOnce) {
  Harness h;
  h.log_in({"InitialR2T=No", "ImmediateData=Yes"});
  const ScsiCommand first = h.read_command(1, 512), early = h.write_command(2, 8192);
  for (int i = 0; i < 200; ++i) h.send(early, Bytes(8192, 1));
  EXPECT_FALSE(h.has<CloseConnection>());
  h.send(first);
  EXPECT_EQ(h.actions.size(), 2u);
}

}  // namespace
}  // namespace bootferry::iscsi::testing
