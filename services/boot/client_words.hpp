// SPDX-License-Identifier: Apache-2.0
// What a booting machine is called in sentences, the same over IPv4 and IPv6. Pure.
#pragma once

#include <string>

#include "boot/boot_policy.hpp"

namespace bootferry::boot {

/// "BIOS PXE", "UEFI x64 HTTP boot", "iPXE, UEFI x64".
[[nodiscard]] std::string describe(const ClientFacts& facts);

}  // namespace bootferry::boot
