// SPDX-License-Identifier: Apache-2.0
// Any frames on the LAN: a capture keeps no more than it was given, and no proof of a login.
#include <cstdlib>
#include <string_view>

#include "capture/excerpt.hpp"

using namespace bootferry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  capture::Excerpt excerpt(MacAddress{{2, 0, 0, 0, 0, 1}}, {});
  ByteReader in({data, size});
  while (!in.done()) {
    const ByteView frame = in.take(std::min<std::size_t>(in.u16(), in.remaining()));
    const auto kept = excerpt.keep(frame);
    if (!kept) continue;
    if (kept->bytes.size() > frame.size()) std::abort();
    const std::string_view text = text_of(kept->bytes);
    const std::size_t proof = text.find("CHAP_R=");
    const auto decoded = capture::decode_frame(frame);
    const bool is_login = decoded && decoded->kind == capture::Frame::Kind::tcp &&
                          (decoded->from_port == 3260 || decoded->to_port == 3260);
    if (is_login && proof != std::string_view::npos && proof >= decoded->payload && proof + 7 < text.size() &&
        text[proof + 7] != 'x' && text[proof + 7] != '\0')
      std::abort();
  }
  return 0;
}
