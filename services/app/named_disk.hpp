// SPDX-License-Identifier: Apache-2.0
// From what a person names, a version of an image or the overlay of a client, to the layers that it is made of, and to
// the open disk. Called by image_lives and image_files; finding is pure, opening blocks.
#pragma once

#include <string>
#include <string_view>

#include "boot/client_registry.hpp"
#include "boot/image_lives.hpp"
#include "images/image_library.hpp"

namespace bootferry::app {

[[nodiscard]] bool has_overlay(boot::DriveMode mode);
/// The first drive of the client with that image, of all that it is offered; null when it has none.
[[nodiscard]] const boot::Drive* find_drive_with(const boot::RegistrySnapshot& registry, const MacAddress& mac,
                                                 std::string_view image);
/// With the mode that is meant where the name has none.
[[nodiscard]] boot::OverlayKey key_of(const boot::OverlayName& name, const boot::RegistrySnapshot& registry);

struct NamedDisk {
  std::string image, client;  ///< `client`: the MAC of whose overlay it is; empty: a version
  std::uint32_t block_size = 512;
  unsigned version = 1;              ///< of the image
  std::vector<boot::Layer> stack{};  ///< top first, one at least
  std::string title, file_name;      ///< as boot::OpenDisk has them
};
/// not_found when there is none of that name.
[[nodiscard]] Result<NamedDisk> find_disk(const boot::DiskName& name, const boot::RegistrySnapshot& registry);
/// To be read. `holder`: who machines are told of that would write to it. conflict while one does, with its name.
[[nodiscard]] Result<images::Opened> open_to_read(images::ImageLibrary& library, const NamedDisk& disk,
                                                  std::string_view holder);

}  // namespace bootferry::app
