// SPDX-License-Identifier: Apache-2.0
// Arbitrary bytes through the DHCPv6 decoder and its machine: no crash, and every answer decodes to itself.
#include <cstdint>
#include <cstdlib>

#include "dhcpv6/codec.hpp"
#include "dhcpv6/responder.hpp"
#include "support/memory_registry.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bootferry;
  if (size < 17) return 0;
  static test::MemoryRegistry registry;
  static dhcpv6::Responder responder(
      [] {
        dhcpv6::Settings settings;
        settings.interface_mac = MacAddress{{2, 0, 0, 0, 0, 1}};
        settings.boot.server = {0x0a630001};
        settings.boot.loaders = {"snponly.efi"};
        return settings;
      }(),
      registry);
  dhcpv6::Ipv6Address source;
  std::copy_n(data + 1, source.size(), source.begin());
  const auto message = dhcpv6::decode(ByteView(data, size).subspan(17));
  if (!message) return 0;
  const auto answer = responder.on_message(*message, source, (data[0] & 1) != 0, "fd00::1", SteadyTime{});
  if (answer.reply && dhcpv6::decode(dhcpv6::encode(*answer.reply)) != *answer.reply) std::abort();
  return 0;
}
