// SPDX-License-Identifier: Apache-2.0
// The vendors of network cards from udev's hardware database, read once, when the first one is asked for: it has three
// megabytes of text, and a server whose page nobody opens needs none. Where there is no such file, no vendor is known.
// Owned by Appliance; asked by http on any thread.
#pragma once

#include <filesystem>
#include <mutex>
#include <vector>

#include "boot/vendor_table.hpp"

namespace bootferry::app {

class VendorFile final : public boot::Vendors {
 public:
  /// Where distributions have it; the first that is there counts.
  VendorFile() : VendorFile({"/usr/lib/udev/hwdb.d/20-OUI.hwdb", "/lib/udev/hwdb.d/20-OUI.hwdb"}) {}
  explicit VendorFile(std::vector<std::filesystem::path> places) : places_(std::move(places)) {}

  [[nodiscard]] std::optional<std::string_view> find_vendor(const MacAddress& mac) const override;

 private:
  [[nodiscard]] boot::VendorTable read() const;

  const std::vector<std::filesystem::path> places_;
  mutable std::once_flag once_;
  mutable boot::VendorTable table_;
};

}  // namespace bootferry::app
