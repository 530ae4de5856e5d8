// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_media.hpp"

#include <array>

namespace bootferry::boot {
namespace {

struct Medium {
  MediumKind kind;
  std::string_view name, file;
};
constexpr std::array<Medium, 3> media{{{MediumKind::floppy, "floppy", "bootferry-floppy.img"},
                                       {MediumKind::iso, "iso", "bootferry.iso"},
                                       {MediumKind::usb, "usb", "bootferry-usb.img"}}};

const Medium& entry_of(MediumKind kind) { return media[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string_view name_of(MediumKind kind) { return entry_of(kind).name; }
std::string_view file_name_of(MediumKind kind) { return entry_of(kind).file; }

std::optional<MediumKind> parse_medium_kind(std::string_view name) {
  for (const Medium& medium : media) {
    if (medium.name == name) return medium.kind;
  }
  return std::nullopt;
}

}  // namespace bootferry::boot
