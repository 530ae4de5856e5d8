// SPDX-License-Identifier: Apache-2.0
// Which loader a request means, when the ROM has mangled its name. Pure; called by server.
// Seen in the field: 0xFF and garbage behind the name (option 67 read as NUL-terminated), the boot layer's suffix ".0",
// a leading '/' or "./", backslashes, the folder of a server that stood here before, a whole tftp:// URL as the name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "boot/loader_catalog.hpp"

namespace bootferry::tftp {

/// The name cut at its first non-printable byte, with '/' for '\', and without leading "/" and "./". May be empty.
[[nodiscard]] std::string clean_name(std::string_view requested);
/// The catalog's own name for it, with and without what ROMs and older servers put around it; nothing that is not in
/// the catalog is ever found.
[[nodiscard]] std::optional<std::string> find_loader_name(const boot::LoaderCatalog& loaders,
                                                          std::string_view requested);
/// What a shim looks for beside itself and does without: its lists of revocations and certificates. That they are not
/// there is no failure of a boot.
[[nodiscard]] bool is_optional(std::string_view clean_name);

}  // namespace bootferry::tftp
