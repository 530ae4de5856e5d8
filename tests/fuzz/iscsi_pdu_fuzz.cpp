// SPDX-License-Identifier: Apache-2.0
// Any bytes, cut anywhere, with every combination of digests: framing and header layouts must not read beyond them.
#include "iscsi/codec/ahs.hpp"
#include "iscsi/codec/pdu_reader.hpp"

using namespace bootferry;
using namespace bootferry::iscsi;

namespace {
template <class Pdu>
void there_and_back(const Bhs& bhs) {
  const Bhs once = encode(decode<Pdu>(bhs));
  if (encode(decode<Pdu>(once)) != once) __builtin_trap();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  PduReader reader;
  reader.set_limits({8192, (data[0] & 1) != 0, (data[0] & 2) != 0});
  const std::size_t step = std::size_t{data[1]} + 1;
  ByteView rest(data + 2, size - 2);
  Bytes place;
  while (!rest.empty()) {
    ByteView input = rest.first(std::min(step, rest.size()));
    rest = rest.subspan(input.size());
    for (;;) {
      const auto progress = reader.feed(input);
      if (!progress) return 0;
      if (*progress == PduReader::Progress::need_more) break;
      if (*progress == PduReader::Progress::header) {
        if ((data[0] & 4) != 0) {
          place.assign(data_length_of(reader.bhs()), 0);
          reader.set_destination(place);
        }
        continue;
      }
      const ReceivedPdu pdu = reader.pdu();
      (void)decode_additional_headers(pdu.ahs);
      there_and_back<ScsiCommand>(pdu.bhs);
      there_and_back<LoginRequest>(pdu.bhs);
      there_and_back<TextRequest>(pdu.bhs);
      there_and_back<DataOut>(pdu.bhs);
      there_and_back<TaskManagementRequest>(pdu.bhs);
    }
  }
  return 0;
}
