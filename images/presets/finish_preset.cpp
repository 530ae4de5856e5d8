// SPDX-License-Identifier: Apache-2.0
#include "images/presets/finish_preset.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "images/check/check_image.hpp"
#include "images/check/fat.hpp"
#include "images/presets/boot_code.hpp"
#include "images/presets/dos_layout.hpp"

namespace bootferry::images::presets {
namespace {

constexpr std::uint64_t sector = 512;
constexpr std::size_t oem_name_at = 3, fat_code_at = 62, fat32_code_at = 90, signature_at = 510;

void put(Bytes& into, std::size_t at, ByteView bytes) {
  std::ranges::copy(bytes, into.begin() + static_cast<std::ptrdiff_t>(at));
}

Result<void> write_mbr(BlockDevice& device, const DosLayout& layout) {
  Bytes mbr(sector, 0);
  put(mbr, 0, mbr_boot_code());
  put(mbr, layout.entry.place(), check::encode_mbr_entry(layout.entry));
  put(mbr, signature_at, Bytes{0x55, 0xAA});
  return device.write({0}, mbr);
}

// MS-DOS believes the description of a volume only under a name that it knows; MSDOS5.0 is known to all of them.
Result<void> touch_boot_sector(BlockDevice& device, std::uint64_t at, std::uint8_t drive) {
  Bytes bytes(sector);
  if (auto done = device.read({at * sector}, bytes); !done) return done;
  const auto boot = check::decode_fat_boot(bytes);
  if (!boot) return fail(ErrorKind::io, fmt::format("mformat made a boot sector that {}", boot.error().message));
  const std::size_t code_at = boot->wide_layout ? fat32_code_at : fat_code_at;
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(code_at), bytes.begin() + signature_at, std::uint8_t{0});
  put(bytes, 0, Bytes{0xEB, static_cast<std::uint8_t>(code_at - 2), 0x90});
  put(bytes, oem_name_at, bytes_of("MSDOS5.0"));
  put(bytes, code_at, partition_boot_code());
  bytes[check::bpb_drive(*boot)] = drive;
  return device.write({at * sector}, bytes);
}

Result<void> write_boot_sectors(const Preset& preset, BlockDevice& device) {
  if (preset.kind == PresetKind::floppy) return touch_boot_sector(device, 0, 0x00);
  const auto layout = lay_out_dos(device.size());
  if (!layout) return std::unexpected(layout.error());
  if (auto done = write_mbr(device, *layout); !done) return done;
  if (auto done = touch_boot_sector(device, layout->entry.first, 0x80); !done) return done;
  return layout->bits == 32 ? touch_boot_sector(device, layout->entry.first + 6, 0x80) : Result<void>{};
}

}  // namespace

Result<void> finish_preset(const Preset& preset, BlockDevice& device) {
  if (preset.kind == PresetKind::blank) return {};
  if (auto done = write_boot_sectors(preset, device); !done) return done;
  if (auto done = device.flush(); !done) return done;
  const auto report = check::check_image(device);
  if (!report) return std::unexpected(report.error());
  for (const check::Finding& finding : report->findings) {
    const bool expected = finding.severity < check::Severity::warning || finding.code == "floppy-360";
    if (!expected)
      return fail(ErrorKind::io, fmt::format("mformat made a disk that is not right. {}", finding.sentence));
  }
  return {};
}

}  // namespace bootferry::images::presets
