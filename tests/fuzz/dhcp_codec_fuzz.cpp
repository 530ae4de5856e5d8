// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes are, decode gives an Error or a message that encodes and decodes to itself.
#include <cstdint>
#include <cstdlib>

#include "dhcp/client_facts.hpp"
#include "dhcp/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bootferry;
  const Result<dhcp::Message> message = dhcp::decode(ByteView(data, size));
  if (!message) return 0;
  (void)dhcp::find_netboot_client(*message);
  const Result<Bytes> bytes = dhcp::encode(*message, 1 << 20);
  if (!bytes) std::abort();
  const Result<dhcp::Message> back = dhcp::decode(*bytes);
  if (!back || *back != *message) std::abort();
  return 0;
}
