// SPDX-License-Identifier: Apache-2.0
// Images whose files are not where they belong: moved away by hand, or not yet copied to a new server. Looked for by
// ApplianceAdministration, told by it and by ApplianceSelfCheck. Reads the file system; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "boot/administration.hpp"
#include "boot/client_registry.hpp"
#include "images/image_library.hpp"

namespace bootferry::app {

/// Of all versions of the image, and of what they lie on; each once, none when all are there. A file that is there and
/// cannot be read is not missing.
[[nodiscard]] std::vector<std::filesystem::path> find_missing_files(const boot::Image& image,
                                                                    const boot::RegistrySnapshot& registry,
                                                                    const images::ImageLibrary& library);

/// One sentence that names the images and their files, without its full stop; empty when all are there.
[[nodiscard]] std::string describe_missing_files(const std::vector<boot::ImageView>& images);
inline constexpr const char* missing_files_mend =
    "Put each file back at its path, or remove the image: bootferry image remove NAME";

}  // namespace bootferry::app
