// SPDX-License-Identifier: Apache-2.0
#include "boot/image_kinds.hpp"

#include <fmt/format.h>

#include "boot/floppy_source.hpp"

namespace bootferry::boot {

bool is_cd(const Image& image) { return image.format == "iso"; }

bool can_be_floppy(const Image& image) {
  return !is_cd(image) && (image.traits.removable || image.size.value <= max_memory_floppy);
}

Result<void> check_image_kinds(const BootEntry& entry, const RegistrySnapshot& registry) {
  if (const auto* cd = std::get_if<Cd>(&entry)) {
    const Image* image = registry.find_image(cd->drive.image);
    if (!image || is_cd(*image)) return {};
    return fail(ErrorKind::invalid,
                fmt::format("the image {} is no CD; boot it as {}, or choose the image of an ISO file", image->name,
                            can_be_floppy(*image) ? "a floppy" : "a disk"));
  }
  if (const auto* floppy = std::get_if<Floppy>(&entry)) {
    const Image* image = registry.find_image(floppy->drive.image);
    if (!image || can_be_floppy(*image)) return {};
    return fail(ErrorKind::invalid,
                fmt::format("the image {} ({}) is no floppy; boot it as {}, or choose an image of a floppy's size",
                            image->name, render_byte_count(image->size), is_cd(*image) ? "a CD" : "a disk"));
  }
  return {};
}

Result<void> check_image_kinds(const Menu& menu, const RegistrySnapshot& registry) {
  for (const Entry& entry : menu.entries) {
    if (auto good = check_image_kinds(entry.boot, registry); !good) return good;
  }
  return {};
}

}  // namespace bootferry::boot
