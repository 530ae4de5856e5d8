// SPDX-License-Identifier: Apache-2.0
#include "dhcp/elsewhere.hpp"

#include <fmt/format.h>

#include "boot/client_words.hpp"
#include "dhcp/client_facts.hpp"

namespace bootferry::dhcp {
namespace {

using namespace std::chrono_literals;

/// PXE 2.1 waits 4, 8, 16 and 32 s between its tries, iPXE less.
constexpr Duration next_try = 500ms, one_boot = 1min, between_events = 1min;

bool is_within(const std::optional<SteadyTime>& time, SteadyTime now, Duration span) {
  return time && now - *time < span;
}

}  // namespace

Elsewhere::Heard& Elsewhere::of(const MacAddress& mac) {
  if (machines_.size() >= max_machines && !machines_.contains(mac)) machines_.clear();
  return machines_[mac];
}

void Elsewhere::note_here(const MacAddress& mac, SteadyTime now) { of(mac).here = now; }

std::optional<boot::Event> Elsewhere::on_request(const Message& request, const std::string& interface,
                                                 const boot::RegistrySnapshot& registry, SteadyTime now) {
  if (request.op != Message::boot_request || request.type() != MessageType::discover) return std::nullopt;
  const auto client = find_netboot_client(request);
  const boot::Client* known = client ? registry.find_client(request.mac()) : nullptr;
  if (!known || !known->known) return std::nullopt;
  Heard& heard = of(request.mac());
  if (!is_within(heard.first_there, now, one_boot)) heard.first_there = now;
  const bool tries_again = now - *heard.first_there >= next_try;
  if (!tries_again || is_within(heard.here, now, one_boot) || is_within(heard.told, now, between_events))
    return std::nullopt;
  heard.told = now;
  const std::string firmware = describe(client->facts);
  return boot::Event{0,
                     {},
                     boot::EventKind::dhcp_discover,
                     request.mac(),
                     std::nullopt,
                     fmt::format("PC {} asks for an address ({}) at {}, which is not served", request.mac().to_string(),
                                 firmware, interface),
                     {{"xid", fmt::format("0x{:08x}", request.xid)},
                      {"architecture", std::string(name_of(client->facts.architecture))},
                      {"firmware", firmware},
                      {"interface", interface}}};
}

}  // namespace bootferry::dhcp
