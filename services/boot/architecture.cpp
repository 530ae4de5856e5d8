// SPDX-License-Identifier: Apache-2.0
#include "boot/architecture.hpp"

#include <array>
#include <utility>

namespace bootferry::boot {
namespace {

constexpr std::array<std::pair<Architecture, std::string_view>, 7> names{{
    {Architecture::unknown, "unknown"},
    {Architecture::bios, "bios"},
    {Architecture::efi_ia32, "efi-ia32"},
    {Architecture::efi_x64, "efi-x64"},
    {Architecture::efi_arm32, "efi-arm32"},
    {Architecture::efi_arm64, "efi-arm64"},
    {Architecture::raspberry_pi, "raspberry-pi"},
}};

}  // namespace

ArchitectureCode architecture_of(std::uint16_t option_93) {
  switch (option_93) {
    case 0:
      return {Architecture::bios, false};
    case 6:
      return {Architecture::efi_ia32, false};
    case 7:
      return {Architecture::efi_x64, false};
    case 9:
      return {Architecture::efi_x64, false};
    case 10:
      return {Architecture::efi_arm32, false};
    case 11:
      return {Architecture::efi_arm64, false};
    case 15:
      return {Architecture::efi_ia32, true};
    case 16:
      return {Architecture::efi_x64, true};
    case 18:
      return {Architecture::efi_arm32, true};
    case 19:
      return {Architecture::efi_arm64, true};
    case 20:
      return {Architecture::bios, true};
    case 41:
      return {Architecture::raspberry_pi, false};
    default:
      return {};
  }
}

std::string_view name_of(Architecture architecture) {
  for (const auto& [value, name] : names) {
    if (value == architecture) return name;
  }
  return "unknown";
}

std::optional<Architecture> parse_architecture(std::string_view name) {
  for (const auto& [value, known] : names) {
    if (known == name) return value;
  }
  return std::nullopt;
}

}  // namespace bootferry::boot
