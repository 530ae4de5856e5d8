// SPDX-License-Identifier: Apache-2.0
#include "boot/offer.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace bootferry::boot {
namespace {

/// What the plain menu shows: nothing that needs a disk of ours. Their ids are those of no stored entry.
const std::vector<Entry>& plain_entries() {
  static const std::vector<Entry> entries{{no_entry - 1, "Wait to be assigned", Wait{}},
                                          {no_entry - 2, "Boot its own disk", LocalDisk{}},
                                          {no_entry - 3, "iPXE shell", Shell{}},
                                          {no_entry - 4, "Power off", PowerOff{}}};
  return entries;
}

const Entry* find_named(const Offer& offer, std::string_view name) {
  const auto at = std::ranges::find_if(offer.entries, [&](const Offered& one) { return one.entry->name == name; });
  return at == offer.entries.end() ? nullptr : at->entry;
}

void add(Offer& offer, const Menu& menu, const Group* group) {
  for (const Entry& entry : menu.entries) offer.entries.push_back({&entry, group});
  // Who comes first decides; a group's timeout counts where the client says none.
  if (!offer.preset && !menu.default_entry.empty()) offer.preset = find_named(offer, menu.default_entry);
  if (!offer.timeout) offer.timeout = menu.timeout;
}

/// What was there under the same name gives way.
void add_variables(Offer& offer, const Variables& variables) {
  for (const auto& [key, value] : variables) offer.variables[key] = value;
}

void add_group(Offer& offer, std::string_view name, const RegistrySnapshot& registry) {
  const auto group = registry.groups.find(name);
  if (group == registry.groups.end()) return;
  add(offer, group->second.menu, &group->second);
  add_variables(offer, group->second.menu.variables);
}

void add_own(Offer& offer, const Client& client, const RegistrySnapshot& registry) {
  offer.mac = client.mac;
  offer.client = &client;
  add(offer, client.menu, nullptr);
  for (const std::string& group : client.groups) add_group(offer, group, registry);
  add_variables(offer, client.menu.variables);
}

void follow(Offer& offer, const Assignment& assignment, const RegistrySnapshot& registry) {
  if (const auto* as = std::get_if<AsClient>(&assignment)) {
    if (const Client* client = registry.find_client(as->mac)) add_own(offer, *client, registry);
  } else if (const auto* as_group = std::get_if<AsGroup>(&assignment)) {
    add_group(offer, as_group->group, registry);
    // A rule comes behind what was said of the machine itself: its own variables still count.
    if (offer.client) add_variables(offer, offer.client->menu.variables);
  } else if (const auto* entry = std::get_if<Entry>(&assignment)) {
    offer.entries.push_back({entry, nullptr});
  } else if (std::holds_alternative<PlainMenu>(assignment)) {
    for (const Entry& plain : plain_entries()) offer.entries.push_back({&plain, nullptr});
  } else {
    offer.ignored = true;
  }
}

void follow_rules(Offer& offer, const MacAddress& mac, const RegistrySnapshot& registry) {
  for (std::size_t i = 0; i < registry.rules.size(); ++i) {
    if (!fits(registry.rules[i], mac, registry.find_client(mac))) continue;
    offer.why = fmt::format("rule {}", i + 1);
    return follow(offer, registry.rules[i].then, registry);
  }
  if (offer.client && offer.client->known) return;
  offer.why = "the default for unknown machines";
  follow(offer, registry.unknown, registry);
}

void find_next(Offer& offer) {
  if (!offer.client) return;
  if (offer.client->spent) offer.spent = &*offer.client->spent;
  const auto& next = offer.client->next_boot;
  if (next) offer.next = next->once ? &*next->once : find_named(offer, next->entry);
}

}  // namespace

Offer offer_of(const MacAddress& mac, const RegistrySnapshot& registry) {
  Offer offer;
  offer.mac = mac;
  if (const Client* client = registry.find_client(mac)) add_own(offer, *client, registry);
  if (offer.entries.empty()) follow_rules(offer, mac, registry);
  if (!offer.preset && !offer.entries.empty()) offer.preset = offer.entries.front().entry;
  find_next(offer);
  return offer;
}

const Entry* Offer::find_entry(unsigned id) const {
  for (const Entry* once : {next, spent}) {
    if (once && once->id == id) return once;
  }
  const auto at = std::ranges::find_if(entries, [&](const Offered& one) { return one.entry->id == id; });
  return at == entries.end() ? nullptr : at->entry;
}

bool Offer::needs(std::string_view image) const {
  const auto has = [&](const Entry* entry) {
    return entry && std::ranges::any_of(images_of(entry->boot), [&](const Drive* one) { return one->image == image; });
  };
  return has(next) || has(spent) || std::ranges::any_of(entries, [&](const Offered& one) { return has(one.entry); });
}

BootEntry Offer::default_boot() const { return preset ? preset->boot : BootEntry(Wait{}); }

}  // namespace bootferry::boot
