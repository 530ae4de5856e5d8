// SPDX-License-Identifier: Apache-2.0
#include "dhcp/proxy_forms.hpp"

#include <algorithm>

namespace bootferry::dhcp {
namespace {

using boot::ProxyForm;

ProxyForm other_than(ProxyForm form) { return form == ProxyForm::binl ? ProxyForm::option43 : ProxyForm::binl; }

/// BIOS ROMs take the file from the offer; most UEFI never selects an offer that has option 43.
ProxyForm usual_form(boot::Architecture architecture) {
  using boot::Architecture;
  return architecture == Architecture::bios || architecture == Architecture::raspberry_pi ||
                 architecture == Architecture::unknown
             ? ProxyForm::option43
             : ProxyForm::binl;
}

bool same_maker(const MacAddress& one, const MacAddress& other) {
  return std::equal(one.octets.begin(), one.octets.begin() + 3, other.octets.begin());
}

}  // namespace

std::optional<ProxyForm> ProxyForms::find_form_of_kin(const boot::RegistrySnapshot& registry, const MacAddress& mac) {
  if ((mac.octets[0] & 2) != 0) return std::nullopt;  // made up by somebody (virtual machines): no maker
  MacAddress first = mac;
  std::fill(first.octets.begin() + 3, first.octets.end(), std::uint8_t{0});
  std::optional<ProxyForm> form;
  std::size_t agreeing = 0;
  for (auto at = registry.clients.lower_bound(first); at != registry.clients.end() && same_maker(at->first, mac);
       ++at) {
    const std::optional<ProxyForm>& learned = at->second.quirks.learned_proxy_form;
    if (!learned) continue;
    if (form && form != learned) return std::nullopt;
    form = learned;
    ++agreeing;
  }
  return agreeing >= 2 ? form : std::nullopt;
}

ProxyForms::Choice ProxyForms::choose(const boot::ClientFacts& client, const boot::RegistrySnapshot& registry,
                                      SteadyTime now) {
  const boot::Client* known = registry.find_client(client.mac);
  const boot::Quirks quirks = known ? known->quirks : boot::Quirks{};
  if (quirks.proxy_form != ProxyForm::automatic) {
    note(client.mac, {quirks.proxy_form, quirks.proxy_form, true, true, 0, now}, now);
    return {quirks.proxy_form, false};
  }
  std::optional<ProxyForm> proven = quirks.learned_proxy_form;
  if (!proven) proven = find_form_of_kin(registry, client.mac);
  const ProxyForm expected = proven.value_or(usual_form(client.architecture));

  const auto before = attempts_.find(client.mac);
  const bool goes_on =
      before != attempts_.end() && !before->second.pinned && now - before->second.offered < attempt_time;
  Attempt attempt = goes_on ? before->second : Attempt{expected, expected, false, false, 0, now};
  attempt.expected = expected;
  attempt.trusted = proven.has_value();
  if (goes_on && now - attempt.offered < copy_time) return {attempt.form, false};  // the same question once more

  bool flipped = false;
  if (goes_on) {
    ++attempt.failures;
    // A form that worked before gets a second chance: the router may have been slow, or a packet lost.
    const unsigned patience = attempt.trusted && attempt.form == expected ? 2 : 1;
    if (attempt.failures >= patience) {
      attempt.form = other_than(attempt.form);
      attempt.failures = 0;
      flipped = true;
    }
  }
  note(client.mac, attempt, now);
  return {attempt.form, flipped};
}

std::optional<ProxyForm> ProxyForms::on_progress(const MacAddress& mac) {
  const auto at = attempts_.find(mac);
  if (at == attempts_.end()) return std::nullopt;
  const Attempt attempt = at->second;
  forget(mac);
  if (attempt.pinned || attempt.form == attempt.expected) return std::nullopt;
  return attempt.form;
}

void ProxyForms::forget(const MacAddress& mac) {
  const auto at = attempts_.find(mac);
  if (at == attempts_.end()) return;
  order_.erase({at->second.offered, mac});
  attempts_.erase(at);
}

void ProxyForms::note(const MacAddress& mac, Attempt attempt, SteadyTime now) {
  forget(mac);
  attempt.offered = now;
  attempts_.emplace(mac, attempt);
  order_.insert({now, mac});
  if (attempts_.size() > max_attempts) forget(order_.begin()->second);
}

}  // namespace bootferry::dhcp
