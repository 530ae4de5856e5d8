// SPDX-License-Identifier: Apache-2.0
#include "app/named_disk.hpp"

#include <fmt/format.h>

#include "app/disk_rights.hpp"
#include "app/layer_keeper.hpp"

namespace bootferry::app {
namespace {

std::string digits_of(const MacAddress& mac) {
  std::string text = mac.to_string();
  std::erase(text, ':');
  return text;
}

Result<NamedDisk> with_layers(NamedDisk disk, boot::LayerId top, const boot::RegistrySnapshot& registry) {
  disk.stack = registry.stack_of(top);
  if (disk.stack.empty()) return fail(ErrorKind::io, fmt::format("a layer of {} is missing", disk.title));
  return disk;
}

Result<NamedDisk> find_version(const boot::VersionName& name, const boot::RegistrySnapshot& registry) {
  const boot::Image* image = registry.find_image(name.image);
  if (!image || image->versions.empty())
    return fail(ErrorKind::not_found, fmt::format("There is no image {}.", name.image));
  const boot::ImageVersion* version = image->find_version(name.version.value_or(image->current().number));
  if (!version)
    return fail(ErrorKind::not_found, fmt::format("Image {} has no version {}.", name.image, *name.version));
  const unsigned number = version->number;
  const char* ending = image->format == "iso" ? "iso" : "raw";
  return with_layers({.image = image->name,
                      .client = {},
                      .block_size = image->block_size,
                      .version = number,
                      .title = fmt::format("version {} of image {}", number, image->name),
                      .file_name = fmt::format("{}-{}.{}", image->name, number, ending)},
                     version->layer, registry);
}

Result<NamedDisk> find_overlay(const boot::OverlayName& name, const boot::RegistrySnapshot& registry) {
  const boot::OverlayKey key = key_of(name, registry);
  const boot::Overlay* overlay = registry.find_overlay(key);
  const boot::Image* image = registry.find_image(key.image);
  if (!overlay || !image || !has_overlay(key.mode))
    return fail(ErrorKind::not_found, fmt::format("{} has no overlay on image {}; \"bootferry overlay list\" shows all",
                                                  registry.title_of(name.mac), name.image));
  return with_layers({.image = image->name,
                      .client = key.mac.to_string(),
                      .block_size = image->block_size,
                      .version = overlay->version,
                      .title = fmt::format("the {} overlay of {} on image {}", boot::name_of(key.mode),
                                           registry.title_of(key.mac), key.image),
                      .file_name = fmt::format("{}-{}.raw", key.image, digits_of(key.mac))},
                     overlay->layer, registry);
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

bool has_overlay(boot::DriveMode mode) {
  return mode == boot::DriveMode::private_overlay || mode == boot::DriveMode::fresh_overlay;
}

const boot::Drive* find_drive_with(const boot::RegistrySnapshot& registry, const MacAddress& mac,
                                   std::string_view image) {
  const boot::Client* client = registry.find_client(mac);
  if (!client) return nullptr;
  for (const FoundDrive& one : drives_of(*client, registry)) {
    if (one.drive->image == image) return one.drive;
  }
  return nullptr;
}

boot::OverlayKey key_of(const boot::OverlayName& name, const boot::RegistrySnapshot& registry) {
  boot::OverlayKey key{name.mac, name.image, boot::DriveMode::private_overlay};
  if (name.mode) return key.mode = *name.mode, key;
  const boot::Drive* drive = find_drive_with(registry, name.mac, name.image);
  if (drive && has_overlay(drive->mode)) return key.mode = drive->mode, key;
  if (!registry.find_overlay(key)) {
    key.mode = boot::DriveMode::fresh_overlay;
    if (!registry.find_overlay(key)) key.mode = boot::DriveMode::private_overlay;
  }
  return key;
}

Result<NamedDisk> find_disk(const boot::DiskName& name, const boot::RegistrySnapshot& registry) {
  if (const auto* version = std::get_if<boot::VersionName>(&name)) return find_version(*version, registry);
  return find_overlay(std::get<boot::OverlayName>(name), registry);
}

Result<images::Opened> open_to_read(images::ImageLibrary& library, const NamedDisk& disk, std::string_view holder) {
  images::StackOptions options;
  options.block_size = disk.block_size;
  options.name = disk.title;
  auto opened = library.open_stack(files_of(disk.stack), images::OpenMode::read_only, holder, options);
  if (opened || opened.error().kind != ErrorKind::conflict) return opened;
  const auto holders = library.layer_holders(disk.stack.front().file);
  if (holders.empty()) return opened;
  // Only its own machine writes to an overlay, and that is in the title.
  const std::string who = disk.client.empty() ? " by " + join(holders) : "";
  return fail(ErrorKind::conflict,
              fmt::format("{} is being written to{}; shut that machine down first", disk.title, who));
}

}  // namespace bootferry::app
