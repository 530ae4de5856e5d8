// SPDX-License-Identifier: Apache-2.0
#include "boot/target_name.hpp"

#include <fmt/format.h>
#include <charconv>

namespace bootferry::boot {
namespace {

constexpr std::string_view prefix = "iqn.2026-11.org.bootferry:";

}  // namespace

std::string target_name(const TargetKey& key) {
  const std::string suffix = key.entry == 0 ? "" : fmt::format(".{}", key.entry);
  return fmt::format("{}{}.{:02x}{}", prefix, key.mac.to_hex(), key.drive, suffix);
}

std::string initiator_name(const MacAddress& mac) { return fmt::format("{}{}", prefix, mac.to_hex()); }

std::optional<TargetKey> find_target_key(std::string_view iqn) {
  if (!iqn.starts_with(prefix)) return std::nullopt;
  const std::string_view rest = iqn.substr(prefix.size());
  if (rest.size() < 15 || rest[12] != '.') return std::nullopt;
  auto mac = parse_mac_address(rest.substr(0, 12));
  if (!mac) return std::nullopt;
  TargetKey key{*mac, 0, 0};
  auto [end, error] = std::from_chars(rest.data() + 13, rest.data() + 15, key.drive, 16);
  if (error != std::errc{} || end != rest.data() + 15) return std::nullopt;
  if (rest.size() > 15) {
    if (rest[15] != '.' || rest.size() == 16 || rest[16] == '0') return std::nullopt;  // one name for one target
    const char* const last = rest.data() + rest.size();
    auto [stop, wrong] = std::from_chars(rest.data() + 16, last, key.entry);
    if (wrong != std::errc{} || stop != last) return std::nullopt;
  }
  return key;
}

}  // namespace bootferry::boot
