// SPDX-License-Identifier: Apache-2.0
#include "app/client_change.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/image_kinds.hpp"

namespace bootferry::app {
namespace {

bool is_offered(const boot::Client& client, const std::string& entry, const boot::RegistrySnapshot& registry) {
  const auto has = [&](const boot::Menu& menu) {
    return std::ranges::find(menu.entries, entry, &boot::Entry::name) != menu.entries.end();
  };
  return has(client.menu) || std::ranges::any_of(client.groups, [&](const std::string& name) {
           const auto group = registry.groups.find(name);
           return group != registry.groups.end() && has(group->second.menu);
         });
}

/// What is said of entries, groups and next boot. A name that went with its entry is forgotten, one that a person gives
/// now must be there: the registry looks.
Result<void> change_menu(boot::Client& client, const boot::ClientChange& change,
                         const boot::RegistrySnapshot& registry) {
  if (change.groups) client.groups = *change.groups;
  if (change.entries) client.menu.entries = *change.entries;
  if (change.boot) {
    if (auto good = boot::check_boot_entry(*change.boot); !good) return good;
    client.set_boot(*change.boot);
  }
  // Only what is said now: an entry of old keeps nobody from giving a name.
  if (change.entries || change.boot) {
    if (auto good = boot::check_image_kinds(client.menu, registry); !good) return good;
  }
  if (change.menu_timeout) client.menu.timeout = *change.menu_timeout;
  if (change.variables) client.menu.variables = *change.variables;
  const std::string& preset = client.menu.default_entry;
  if (!preset.empty() && !is_offered(client, preset, registry)) client.menu.default_entry.clear();
  if (client.next_boot && !client.next_boot->once && !is_offered(client, client.next_boot->entry, registry))
    client.next_boot.reset();
  if (change.default_entry) client.menu.default_entry = *change.default_entry;
  if (!change.next_boot) return {};
  client.next_boot = *change.next_boot;
  if (!client.next_boot || !client.next_boot->once) return {};
  if (auto good = boot::check_boot_entry(client.next_boot->once->boot); !good) return good;
  return boot::check_image_kinds(client.next_boot->once->boot, registry);
}

Result<void> check_reservation(Ipv4Address address, const Reservable& network) {
  if (!network) return {};
  if (address == network->address)
    return fail(ErrorKind::invalid,
                fmt::format("{} is this server's own address; choose another address", address.to_string()));
  if (network->contains(address) && address != network->first() && address != network->last()) return {};
  return fail(ErrorKind::invalid,
              fmt::format("{} is no machine's address in the network {}; choose one of that network",
                          address.to_string(), network->to_string()));
}

}  // namespace

Result<boot::Client> change_client(const MacAddress& mac, const boot::ClientChange& change,
                                   const boot::RegistrySnapshot& registry, const Reservable& reservable) {
  if (mac.is_multicast() || mac == MacAddress{}) {
    return fail(
        ErrorKind::invalid,
        fmt::format("{} is not a machine's own address; look for its MAC on its screen or label", mac.to_string()));
  }
  const boot::Client* known = registry.find_client(mac);
  boot::Client client = known ? *known : boot::Client{};
  client.mac = mac;
  client.known = true;
  if (change.name) {
    // An empty name takes the name back.
    if (auto good = change.name->empty() ? Result<void>{} : boot::check_client_name(*change.name); !good)
      return std::unexpected(good.error());
    client.name = *change.name;
  }
  if (auto good = change_menu(client, change, registry); !good) return std::unexpected(good.error());
  if (change.reserved_address) {
    if (const auto& address = *change.reserved_address) {
      if (auto good = check_reservation(*address, reservable); !good) return std::unexpected(good.error());
    }
    client.reserved_address = *change.reserved_address;
  }
  if (change.access) {
    auto access = boot::change_access(client.access, *change.access);
    if (!access) return std::unexpected(access.error());
    client.access = std::move(*access);
  }
  if (change.quirks) {
    auto quirks = boot::change_quirks(client.quirks, *change.quirks);
    if (!quirks) return std::unexpected(quirks.error());
    client.quirks = std::move(*quirks);
  }
  return client;
}

}  // namespace bootferry::app
