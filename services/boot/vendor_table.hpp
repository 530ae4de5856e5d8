// SPDX-License-Identifier: Apache-2.0
// Who made a network card, by the first octets of its MAC address: IEEE's assignments of 24, 28 and 36 bits as udev's
// hardware database has them (20-OUI.hwdb). Made by app from that file, asked by http. Pure, immutable, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mac_address.hpp"

namespace bootferry::boot {

class VendorTable {
 public:
  VendorTable() = default;  ///< knows nobody
  /// "OUI:00000C*" and, in the next line, " ID_OUI_FROM_DATABASE=Cisco Systems, Inc"; all other lines are passed over.
  explicit VendorTable(std::string_view hwdb);

  /// Of the longest assignment that fits. None of addresses that somebody made up (locally administered, multicast).
  [[nodiscard]] std::optional<std::string_view> find(const MacAddress& mac) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t prefix = 0;  ///< its hexadecimal digits, and how many there are in the lowest byte
    std::uint32_t name = 0, length = 0;
  };

  std::vector<Entry> entries_;  ///< by prefix
  std::string names_;           ///< one behind the other
};

/// Where the table comes from, when somebody asks: an interface, because a file is read for it.
class Vendors {
 public:
  virtual ~Vendors() = default;
  [[nodiscard]] virtual std::optional<std::string_view> find_vendor(const MacAddress& mac) const = 0;
};

}  // namespace bootferry::boot
