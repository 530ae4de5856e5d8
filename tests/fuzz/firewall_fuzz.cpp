// SPDX-License-Identifier: Apache-2.0
// A firewall's rules, as nft prints them, or as it may print them one day: they are followed to a verdict or refused,
// however deep and however circular.
#include <cstdlib>

#include "app/firewall.hpp"
#include "base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bootferry::app;
  const std::string_view text = bootferry::text_of({data, size});
  const std::vector<ServicePort> ports{{"udp", 69, "TFTP"}, {"tcp", 3260, "iSCSI"}};
  for (const ServicePort& port : ports) {
    const auto verdict = judge_packet(text, {port.protocol, port.port, "eth0"});
    if (!verdict) continue;
    const bool let_in = verdict->fate == FirewallVerdict::Fate::accepted;
    if (!let_in && verdict->chain.empty()) std::abort();  // the mend names where it is dropped
  }
  if (judge_firewall(std::string(text), ports, "eth0").text.empty()) std::abort();
  return 0;
}
