// SPDX-License-Identifier: Apache-2.0
// How much room the disks of a boot take in the iBFT, the table by which a BIOS machine's system finds them again
// (IBM's "iSCSI Boot Firmware Table" 1.03). iPXE has 768 bytes for it and fails the hook that does not fit. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bootferry::boot {

inline constexpr std::size_t ibft_room = 768;

struct IbftNames {
  std::string initiator;
  std::vector<std::string> targets;  ///< of the disks that are described
  std::size_t user_length = 0;       ///< of CHAP's name; 0: without CHAP
  std::size_t secret_length = 0;
  std::size_t host_length = 0;  ///< of the name that DHCP gives
};
/// In bytes, as iPXE lays it out: each structure at a multiple of 16, each name with its NUL.
[[nodiscard]] std::size_t ibft_size(const IbftNames& names);

}  // namespace bootferry::boot
