// SPDX-License-Identifier: Apache-2.0
#include "boot/ibft.hpp"

namespace bootferry::boot {
namespace {

// Sizes of the structures, iBFT 1.03 section 3.
constexpr std::size_t table_header = 48, structure_header = 6, initiator_size = 74, nic_size = 102, target_size = 54;

constexpr std::size_t aligned(std::size_t size) { return (size + 15) / 16 * 16; }

}  // namespace

std::size_t ibft_size(const IbftNames& names) {
  const std::size_t targets = names.targets.size();
  // The control structure: three offsets, and four more bytes (NIC, target) for each disk.
  std::size_t size = aligned(table_header + structure_header + 4 + 4 * targets) + aligned(initiator_size) +
                     aligned(nic_size) + targets * aligned(target_size);
  size += names.initiator.size() + 1;
  if (names.host_length > 0) size += names.host_length + 1;
  for (const std::string& target : names.targets) {
    size += target.size() + 1;
    if (names.user_length > 0) size += names.user_length + 1 + names.secret_length + 1;
  }
  return size;
}

}  // namespace bootferry::boot
