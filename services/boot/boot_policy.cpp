// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "boot/loader_table.hpp"
#include "boot/offer.hpp"

namespace bootferry::boot {

std::string BootSettings::http_base() const {
  return fmt::format("http://{}:{}", reached_at.value_or(server).to_url_host(), http_port);
}

IpAddress BootSettings::portal() const {
  const IpAddress wanted = reached_at.value_or(server);
  if (portals.empty() || std::ranges::find(portals, wanted) != portals.end()) return wanted;
  const auto alike = std::ranges::find(portals, wanted.is_ipv4(), &IpAddress::is_ipv4);
  return alike == portals.end() ? portals.front() : *alike;
}

std::string script_url(const MacAddress& mac, const BootSettings& settings) {
  return fmt::format("{}/boot/{}.ipxe", settings.http_base(), mac.to_string());
}

LoaderDecision decide_loader(const ClientFacts& facts, const RegistrySnapshot& registry, const BootSettings& settings) {
  if (const Offer offer = offer_of(facts.mac, registry); offer.ignored)
    return Ignore{fmt::format("It is left alone: so says {}.", offer.why)};
  if (facts.firmware == Firmware::ipxe) return RunScript{script_url(facts.mac, settings)};
  const Client* client = registry.find_client(facts.mac);
  const std::string wish = client ? client->quirks.loader : "";
  auto file = choose_loader(facts.architecture, facts.firmware, wish, settings.loaders);
  if (!file) return Ignore{file.error().message};
  std::string url = fmt::format("{}/loaders/{}", settings.http_base(), *file);
  return SendLoader{std::move(*file), std::move(url)};
}

}  // namespace bootferry::boot
