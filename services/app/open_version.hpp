// SPDX-License-Identifier: Apache-2.0
// Opens a version of an image of the library, whatever layers it is made of, under the library's rule who may have it
// open. Called by image_checks on the db thread; blocks.
#pragma once

#include "boot/client_registry.hpp"
#include "images/image_library.hpp"

namespace bootferry::app {

/// conflict, naming who has it, when `mode` and another's do not go together.
[[nodiscard]] Result<images::Opened> open_version(images::ImageLibrary& library, const boot::RegistrySnapshot& registry,
                                                  const boot::Image& image, const boot::ImageVersion& version,
                                                  images::OpenMode mode, std::string_view holder);

}  // namespace bootferry::app
