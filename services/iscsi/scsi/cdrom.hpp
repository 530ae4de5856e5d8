// SPDX-License-Identifier: Apache-2.0
// What the commands of a CD share (MMC-6): one finished session with one data track, on a CD, or on a DVD when it is
// bigger than a CD can be. Used by the cdrom_*.cpp handlers; pure.
#pragma once

#include "base/bytes.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {

inline constexpr std::uint32_t cdrom_block = 2048;
inline constexpr std::uint64_t longest_cd = 450'000;  ///< blocks: 100 minutes, more than any disc holds

enum class Profile : std::uint16_t { none = 0x0000, cd_rom = 0x0008, dvd_rom = 0x0010 };  // MMC-6 5.3.1

[[nodiscard]] inline Profile profile_of(Disk& disk) {
  if (!disk.medium().loaded()) return Profile::none;
  return disk.blocks() > longest_cd ? Profile::dvd_rom : Profile::cd_rom;
}

/// Minute, second, frame behind the 2 seconds of lead-in (MMC-6 4.2.3.4), as an address field with its zero byte. What
/// is behind the last minute that a byte can say is said so.
inline void put_msf(ByteWriter& out, std::uint64_t block) {
  constexpr std::uint64_t frames_a_second = 75, frames_a_minute = 60 * frames_a_second;
  const std::uint64_t frames = std::min(block + 150, 255 * frames_a_minute + 59 * frames_a_second + 74);
  out.u8(0);
  out.u8(static_cast<std::uint8_t>(frames / frames_a_minute));
  out.u8(static_cast<std::uint8_t>(frames / frames_a_second % 60));
  out.u8(static_cast<std::uint8_t>(frames % frames_a_second));
}

inline constexpr std::uint8_t data_track = 0x14;  ///< ADR 1, CONTROL 4: data, not to be copied
inline constexpr std::uint8_t lead_out = 0xaa;

}  // namespace bootferry::iscsi::scsi
