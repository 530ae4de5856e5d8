// SPDX-License-Identifier: Apache-2.0
#include "boot/client_registry.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <set>

namespace bootferry::boot {

const Client* RegistrySnapshot::find_client(const MacAddress& mac) const {
  const auto at = clients.find(mac);
  return at == clients.end() ? nullptr : &at->second;
}

const Image* RegistrySnapshot::find_image(std::string_view name) const {
  const auto at = images.find(name);
  return at == images.end() ? nullptr : &at->second;
}

namespace {

bool needs(const BootEntry& entry, std::string_view image) {
  return std::ranges::any_of(images_of(entry), [&](const Drive* drive) { return drive->image == image; });
}

bool needs(const Menu& menu, std::string_view image) {
  return std::ranges::any_of(menu.entries, [&](const Entry& entry) { return needs(entry.boot, image); });
}

bool needs(const Client& client, std::string_view image) {
  const bool next = client.next_boot && client.next_boot->once && needs(client.next_boot->once->boot, image);
  return next || needs(client.menu, image);
}

}  // namespace

std::vector<NumberedDrive> drives_of(const BootEntry& entry, const RegistrySnapshot& registry) {
  std::vector<NumberedDrive> drives = drives_of(entry);
  const auto* cd = std::get_if<Cd>(&entry);
  const Image* image = cd ? registry.find_image(cd->drive.image) : nullptr;
  if (image && image->floppy && image->floppy->size.value > 0) drives.insert(drives.begin(), {0x00, &cd->drive, true});
  return drives;
}

std::vector<MacAddress> RegistrySnapshot::users_of(std::string_view image) const {
  std::vector<MacAddress> users;
  for (const auto& [mac, client] : clients) {
    if (needs(client, image)) users.push_back(mac);
  }
  return users;
}

std::vector<std::string> RegistrySnapshot::sharers_of(std::string_view image) const {
  std::vector<std::string> sharers;
  for (const auto& [name, group] : groups) {
    if (needs(group.menu, image)) sharers.push_back(fmt::format("the group {}", name));
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto* entry = std::get_if<Entry>(&rules[i].then);
    if (entry && needs(entry->boot, image)) sharers.push_back(fmt::format("rule {}", i + 1));
  }
  const auto* entry = std::get_if<Entry>(&unknown);
  if (entry && needs(entry->boot, image)) sharers.emplace_back("the default for unknown machines");
  return sharers;
}

std::string RegistrySnapshot::title_of(const MacAddress& mac) const {
  const Client* client = find_client(mac);
  return client && !client->name.empty() ? fmt::format("{} ({})", client->name, mac.to_string()) : mac.to_string();
}

const OverlaySnapshot* Overlay::find_snapshot(unsigned number) const {
  const auto at = std::ranges::find(snapshots, number, &OverlaySnapshot::number);
  return at == snapshots.end() ? nullptr : &*at;
}

const Overlay* RegistrySnapshot::find_overlay(const OverlayKey& key) const {
  const auto at = overlays.find(key);
  return at == overlays.end() ? nullptr : &at->second;
}

std::vector<Layer> RegistrySnapshot::stack_of(LayerId top) const {
  std::vector<Layer> stack;
  for (LayerId id = top; id;) {
    const auto layer = layers.find(id);
    if (layer == layers.end() || stack.size() > layers.size()) return {};
    stack.push_back(layer->second);
    id = layer->second.below;
  }
  return stack;
}

std::vector<std::string> RegistrySnapshot::users_of(LayerId layer, bool lasting) const {
  std::set<LayerId> roots;  // layers that lie right on it: whatever goes through one of them would be hurt
  for (const auto& [id, other] : layers) {
    if (other.below == layer) roots.insert(id);
  }
  const auto rests_on = [&](LayerId top) {
    return std::ranges::any_of(stack_of(top), [&](const Layer& one) { return roots.contains(one.id); });
  };
  std::vector<std::string> users;
  for (const auto& [name, image] : images) {
    for (const ImageVersion& version : image.versions) {
      if (rests_on(version.layer)) users.push_back(fmt::format("version {} of image {}", version.number, name));
    }
  }
  for (const auto& [key, overlay] : overlays) {
    const std::string who = fmt::format("the {} overlay of {}", name_of(key.mode), title_of(key.mac));
    if (!(lasting && overlay.is_of_one_boot()) && rests_on(overlay.layer)) users.push_back(who);
    for (const OverlaySnapshot& snapshot : overlay.snapshots) {
      // A snapshot that is the layer itself was taken of what must not change any more, too.
      if (snapshot.layer == layer || rests_on(snapshot.layer))
        users.push_back(fmt::format("snapshot {} of {}", snapshot.number, who));
    }
  }
  return users;
}

}  // namespace bootferry::boot
