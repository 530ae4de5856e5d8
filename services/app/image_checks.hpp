// SPDX-License-Identifier: Apache-2.0
// The check and the repair of an image of the library, under the library's rule who may have it open. Called by
// ApplianceAdministration on the db thread.
#pragma once

#include "boot/client_registry.hpp"
#include "boot/image_check.hpp"
#include "images/image_library.hpp"

namespace bootferry::app {

/// conflict, naming who has it, while a machine writes to it.
[[nodiscard]] Result<boot::ImageCheck> check_library_image(images::ImageLibrary& library,
                                                           const boot::ClientRegistry& registry,
                                                           const boot::Image& image);
/// conflict, naming them, while machines have it open or overlays lie on it.
[[nodiscard]] Result<boot::ImageCheck> repair_library_image(images::ImageLibrary& library,
                                                            const boot::ClientRegistry& registry,
                                                            const boot::Image& image);

/// Of a CD's current version: where the floppy is that it boots by. Looked for once, when the CD is added.
[[nodiscard]] boot::CdFloppy find_cd_floppy(const std::filesystem::path& file);

}  // namespace bootferry::app
