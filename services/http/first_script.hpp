// SPDX-License-Identifier: Apache-2.0
// The script of an iPXE that no DHCP answer of ours started: it is on the boot media and beside a signed loader, and
// leads to the machine's own script. Called by app; pure, any thread.
#pragma once

#include <string>

#include "boot/boot_policy.hpp"

namespace bootferry::http {

[[nodiscard]] std::string render_first_script(const boot::BootSettings& settings);

}  // namespace bootferry::http
