// SPDX-License-Identifier: Apache-2.0
// Arbitrary bytes through the DHCPv6 decoders and their machine: no crash, and every answer decodes to itself; one that
// goes through relays keeps their envelopes.
#include <cstdint>
#include <cstdlib>

#include "dhcpv6/codec.hpp"
#include "dhcpv6/relay.hpp"
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
  const ByteView datagram = ByteView(data, size).subspan(17);
  if (dhcpv6::is_relayed(datagram)) {
    const auto relayed = dhcpv6::decode_relayed(datagram);
    if (!relayed) return 0;
    const auto answer =
        responder.on_message(relayed->message, {relayed->client(), true, false, relayed->mac}, "fd00::1", SteadyTime{});
    if (!answer.reply) return 0;
    Bytes back = dhcpv6::encode_relayed(*answer.reply, relayed->layers);
    // The way back differs from the way there in its types alone.
    if (back[1] != datagram[1] || back.size() < 38 * relayed->layers.size()) std::abort();
    return 0;
  }
  dhcpv6::Origin origin{{}, (data[0] & 1) != 0, (data[0] & 2) != 0, std::nullopt};
  std::copy_n(data + 1, origin.source.size(), origin.source.begin());
  const auto message = dhcpv6::decode(datagram);
  if (!message) return 0;
  const auto answer = responder.on_message(*message, origin, "fd00::1", SteadyTime{});
  if (answer.reply && dhcpv6::decode(dhcpv6::encode(*answer.reply)) != *answer.reply) std::abort();
  return 0;
}
