// SPDX-License-Identifier: Apache-2.0
// Any login text, in any stage and any number of steps: the answer stays below 8 KiB and nothing else happens.
#include "iscsi/session/login.hpp"

using namespace bootferry;
using namespace bootferry::iscsi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Login login({}, std::make_unique<NoAuthentication>());
  ByteReader reader(ByteView(data, size));
  while (!reader.done()) {
    LoginRequest request;
    const std::uint8_t flags = reader.u8();
    request.transit = (flags & 0x80) != 0;
    request.more = (flags & 0x40) != 0;
    request.current = static_cast<LoginStage>(flags >> 2 & 3);
    request.next = static_cast<LoginStage>(flags & 3);
    const std::size_t length = std::min<std::size_t>(reader.u16() % 8193, reader.remaining());
    auto next = login.on_request(request, reader.take(length));
    if (next == Login::Next::open_target) {
      next = (flags & 0x20) != 0 ? login.on_refused(LoginStatus::not_found) : login.on_opened(1);
    }
    if (login.text().size() > max_text_length) __builtin_trap();
    if (login.initiator_name().size() > 223 || login.target_name().size() > 223) __builtin_trap();
    if (next != Login::Next::respond || login.response().status != LoginStatus::success || login.finished()) return 0;
  }
  return 0;
}
