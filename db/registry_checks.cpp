// SPDX-License-Identifier: Apache-2.0
#include "db/registry_checks.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/offer.hpp"

namespace bootferry::db {

std::string title(const boot::Client& client) {
  return client.name.empty() ? client.mac.to_string() : fmt::format("{} ({})", client.name, client.mac.to_string());
}

boot::Event event_of(boot::EventKind kind, const boot::Client& client, std::string text) {
  boot::Event event;
  event.kind = kind;
  event.mac = client.mac;
  event.address = client.address;
  event.text = std::move(text);
  return event;
}

Result<void> check_images(const boot::RegistrySnapshot& snapshot, const boot::BootEntry& entry) {
  for (const boot::Drive* drive : boot::images_of(entry)) {
    if (!snapshot.find_image(drive->image)) {
      return fail(ErrorKind::not_found,
                  fmt::format("there is no image {}; add it first, or choose one of the image list", drive->image));
    }
  }
  return {};
}

Result<void> check_images(const boot::RegistrySnapshot& snapshot, const boot::Menu& menu) {
  for (const boot::Entry& entry : menu.entries) {
    if (auto good = check_images(snapshot, entry.boot); !good) return good;
  }
  return {};
}

namespace {

Result<void> check_against(const boot::RegistrySnapshot& snapshot, const boot::Client& client) {
  for (const auto& [mac, other] : snapshot.clients) {
    if (mac == client.mac) continue;
    if (!client.name.empty() && other.name == client.name) {
      return fail(ErrorKind::conflict, fmt::format("the name {} belongs to the client {}; choose another name",
                                                   client.name, mac.to_string()));
    }
    if (client.reserved_address && other.reserved_address == client.reserved_address) {
      return fail(ErrorKind::conflict,
                  fmt::format("the address {} is reserved for the client {}; choose another address",
                              client.reserved_address->to_string(), title(other)));
    }
  }
  for (const std::string& group : client.groups) {
    if (!snapshot.groups.contains(group)) {
      return fail(ErrorKind::not_found,
                  fmt::format("there is no group {}; make it first (bootferry group set {})", group, group));
    }
  }
  if (client.next_boot && client.next_boot->once) {
    if (auto good = check_images(snapshot, client.next_boot->once->boot); !good) return good;
  }
  return check_images(snapshot, client.menu);
}

Result<void> check_names(const boot::RegistrySnapshot& snapshot, const boot::Client& client) {
  const boot::Offer offer = boot::offer_of(client.mac, snapshot);
  std::vector<std::string> wanted;
  if (client.next_boot && !client.next_boot->once) wanted.push_back(client.next_boot->entry);
  if (!client.menu.default_entry.empty()) wanted.push_back(client.menu.default_entry);
  for (const std::string& name : wanted) {
    const bool there = std::ranges::any_of(offer.entries, [&](const auto& one) { return one.entry->name == name; });
    if (there) continue;
    return fail(ErrorKind::not_found, fmt::format("the client {} has no entry \"{}\"; \"bootferry client show {}\" "
                                                  "tells which it has",
                                                  title(client), name, client.mac.to_string()));
  }
  return {};
}

}  // namespace

Result<void> check_client(const boot::RegistrySnapshot& snapshot, const MacAddress& mac) {
  const boot::Client& client = snapshot.clients.at(mac);
  if (auto good = check_against(snapshot, client); !good) return good;
  return check_names(snapshot, client);
}

unsigned find_next_entry(const boot::RegistrySnapshot& snapshot) {
  unsigned next = 1;
  const auto take = [&](const boot::Entry& entry) {
    if (entry.id < boot::no_entry) next = std::max(next, entry.id + 1);
  };
  const auto take_all = [&](const boot::Menu& menu) { std::ranges::for_each(menu.entries, take); };
  for (const auto& [mac, client] : snapshot.clients) {
    take_all(client.menu);
    if (client.next_boot && client.next_boot->once) take(*client.next_boot->once);
    if (client.spent) take(*client.spent);
  }
  for (const auto& [name, group] : snapshot.groups) take_all(group.menu);
  for (const boot::Rule& rule : snapshot.rules) {
    if (const auto* entry = std::get_if<boot::Entry>(&rule.then)) take(*entry);
  }
  if (const auto* entry = std::get_if<boot::Entry>(&snapshot.unknown)) take(*entry);
  return next;
}

}  // namespace bootferry::db
