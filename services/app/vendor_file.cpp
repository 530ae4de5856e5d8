// SPDX-License-Identifier: Apache-2.0
#include "app/vendor_file.hpp"

#include <fstream>
#include <iterator>

#include "base/log.hpp"

namespace bootferry::app {

std::optional<std::string_view> VendorFile::find_vendor(const MacAddress& mac) const {
  std::call_once(once_, [this] { table_ = read(); });
  return table_.find(mac);
}

boot::VendorTable VendorFile::read() const {
  for (const std::filesystem::path& place : places_) {
    std::ifstream in(place, std::ios::binary);
    if (!in) continue;
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return boot::VendorTable(text);
  }
  log::info("NO_VENDORS", {{"why", "there is no " + places_.front().string()}, {"mend", "install the package udev"}});
  return {};
}

}  // namespace bootferry::app
