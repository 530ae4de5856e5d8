// SPDX-License-Identifier: Apache-2.0
// A hostile client drives one download: any ACKs, errors, repeats and silences in any order. The machine must stay
// inside the file, never send more than a window at once, send little to an address that is not proven, and end.
#include <cstdlib>

#include "tftp/transfer.hpp"

using namespace bootferry;

namespace {

void check(bool true_always) {
  if (!true_always) std::abort();
}

struct Judge {
  tftp::Transfer& transfer;
  std::size_t unproven_packets = 0;

  void see(const tftp::Transfer::Actions& actions) {
    check(actions.block_count <= transfer.terms().window);
    for (std::uint64_t block = actions.first_block; block < actions.first_block + actions.block_count; ++block) {
      check(block >= 1 && block <= transfer.last_block());
      check(transfer.block(block).size() <= transfer.terms().block_size);
    }
    if (!transfer.proven()) unproven_packets += actions.block_count + actions.send_option_ack;
    check(unproven_packets <= tftp::Transfer::max_unproven_tries);
    check(actions.finish.has_value() ? transfer.ended() : true);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader({data, size});
  Bytes content(reader.u16());
  tftp::ReadRequest request{"f", "octet", {}};
  const std::uint8_t asked = reader.u8();
  if (asked & 1) request.options.push_back({"blksize", std::to_string(8 + reader.u8())});
  if (asked & 2) request.options.push_back({"windowsize", std::to_string(1 + reader.u8())});
  if (asked & 4) request.options.push_back({"timeout", std::to_string(reader.u8())});
  SteadyTime now{std::chrono::hours{1}};
  tftp::Transfer transfer(content, tftp::negotiate(request, content.size(), {}));
  Judge judge{transfer};
  judge.see(transfer.start(now));
  while (!reader.done()) {
    switch (reader.u8() % 6) {
      case 0:
      case 1:
      case 2:
        judge.see(transfer.on_ack(reader.u16(), now));
        break;
      case 3:
        now += std::chrono::milliseconds{reader.u16()};
        judge.see(transfer.on_tick(now));
        break;
      case 4:
        judge.see(transfer.on_repeated_request(now));
        break;
      case 5:
        if (reader.u8() == 0) judge.see(transfer.on_error());
        break;
    }
  }
  for (int i = 0; i < 100 && !transfer.ended(); ++i) judge.see(transfer.on_tick(transfer.deadline()));
  check(transfer.ended());
  return 0;
}
