// SPDX-License-Identifier: Apache-2.0
// What the client's firmware is, as it says in DHCP option 93 (RFC 4578 2.1 with erratum 4625, and IANA's later
// numbers). Called by dhcp and the policy; a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bootferry::boot {

enum class Architecture { unknown, bios, efi_ia32, efi_x64, efi_arm32, efi_arm64, raspberry_pi };

struct ArchitectureCode {
  Architecture architecture = Architecture::unknown;
  bool http_boot = false;  ///< UEFI HTTP boot asks for a URL, not for a TFTP file
};

/// 0 BIOS, 6 IA32, 7 and 9 x64 (RFC 4578 had them swapped), 10/11 ARM, 15/16/18/19/20 the HTTP forms, 41 Raspberry Pi;
/// else unknown.
[[nodiscard]] ArchitectureCode architecture_of(std::uint16_t option_93);
[[nodiscard]] std::string_view name_of(Architecture architecture);  ///< "bios", "efi-x64", ... as the API says it
[[nodiscard]] std::optional<Architecture> parse_architecture(std::string_view name);

}  // namespace bootferry::boot
