// SPDX-License-Identifier: Apache-2.0
// iSCSI names (RFC 7143 4.2.7, iqn type): one target for each drive of each entry of a client, one initiator name for
// each client. Kept short, because the BIOS iBFT has 768 bytes for all of a boot's names. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/mac_address.hpp"

namespace bootferry::boot {

struct TargetKey {
  MacAddress mac;
  std::uint8_t drive = 0x80;  ///< INT 13h drive number
  unsigned entry = 0;         ///< the id of the entry that has the drive
  friend bool operator==(const TargetKey&, const TargetKey&) = default;
};

/// "iqn.2026-11.org.bootferry:525400e2e001.80"; "...:525400e2e001.80.7" of entry 7.
[[nodiscard]] std::string target_name(const TargetKey& key);
[[nodiscard]] std::string initiator_name(const MacAddress& mac);  ///< "iqn.2026-11.org.bootferry:525400e2e001"
[[nodiscard]] std::optional<TargetKey> find_target_key(std::string_view iqn);

}  // namespace bootferry::boot
