// SPDX-License-Identifier: Apache-2.0
// The files inside the library's images, and what machines made of them: opens the disk for reading, asks images/files,
// closes it. Owned by the appliance; called by the API on the db thread.
#pragma once

#include "app/named_disk.hpp"
#include "boot/client_registry.hpp"
#include "boot/image_files.hpp"
#include "images/image_library.hpp"

namespace bootferry::app {

class ApplianceImageFiles final : public boot::ImageFiles {
 public:
  ApplianceImageFiles(images::ImageLibrary& library, const boot::ClientRegistry& registry)
      : library_(library), registry_(registry) {}

  [[nodiscard]] Result<boot::FolderInImage> list_folder(const boot::PlaceInImage& place) override;
  [[nodiscard]] Result<boot::FileContent> read_file(const boot::PlaceInImage& place) override;

 private:
  struct Place {
    NamedDisk disk;
    images::Opened opened;
  };
  [[nodiscard]] Result<Place> open(const boot::PlaceInImage& place);

  images::ImageLibrary& library_;
  const boot::ClientRegistry& registry_;
};

}  // namespace bootferry::app
