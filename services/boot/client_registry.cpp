// SPDX-License-Identifier: Apache-2.0
#include "boot/client_registry.hpp"

#include <algorithm>

namespace bootferry::boot {

const Client* RegistrySnapshot::find_client(const MacAddress& mac) const {
  const auto at = clients.find(mac);
  return at == clients.end() ? nullptr : &at->second;
}

const Image* RegistrySnapshot::find_image(std::string_view name) const {
  const auto at = images.find(name);
  return at == images.end() ? nullptr : &at->second;
}

std::vector<MacAddress> RegistrySnapshot::users_of(std::string_view image) const {
  std::vector<MacAddress> users;
  for (const auto& [mac, client] : clients) {
    const Disks* disks = std::get_if<Disks>(&client.boot);
    if (disks && std::any_of(disks->drives.begin(), disks->drives.end(),
                             [&](const Drive& drive) { return drive.image == image; })) {
      users.push_back(mac);
    }
  }
  return users;
}

}  // namespace bootferry::boot
