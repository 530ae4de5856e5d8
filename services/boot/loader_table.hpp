// SPDX-License-Identifier: Apache-2.0
// Which loader a firmware is sent: the table architecture x firmware -> file names, best first, and the choice among
// those that are here. Called by the policy, by the list of loaders and by the self-test; pure, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "boot/architecture.hpp"
#include "boot/firmware.hpp"
#include "boot/loader_catalog.hpp"

namespace bootferry::boot {

/// The folder of a signed set (shim and what it starts): its files must lie side by side.
inline constexpr std::string_view secure_boot_folder = "secureboot/";

/// Names that may be sent, best first; empty: there is no iPXE for such a machine.
[[nodiscard]] std::span<const std::string_view> loader_names(Architecture architecture, Firmware firmware);

/// The first of loader_names() that is in the catalog; or `wish`, a name that a person chose for this machine, when it
/// is not empty. The error says in one sentence why there is nothing to send, and the mend.
[[nodiscard]] Result<std::string> choose_loader(Architecture architecture, Firmware firmware, std::string_view wish,
                                                const LoaderCatalog& loaders);

}  // namespace bootferry::boot
