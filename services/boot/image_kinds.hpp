// SPDX-License-Identifier: Apache-2.0
// What an image can stand for: a CD, a floppy or a disk. Asked by app and db before a boot entry is kept, so that no
// machine finds a hard disk in its CD drive. Pure.
#pragma once

#include "boot/client_registry.hpp"

namespace bootferry::boot {

[[nodiscard]] bool is_cd(const Image& image);
/// Of a floppy's size, or made removable: what a floppy drive may have.
[[nodiscard]] bool can_be_floppy(const Image& image);

/// invalid, with the mend, when a CD entry names no CD or a floppy entry no floppy. Images that are not there are left
/// to the registry.
[[nodiscard]] Result<void> check_image_kinds(const BootEntry& entry, const RegistrySnapshot& registry);
[[nodiscard]] Result<void> check_image_kinds(const Menu& menu, const RegistrySnapshot& registry);

}  // namespace bootferry::boot
