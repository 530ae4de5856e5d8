// SPDX-License-Identifier: Apache-2.0
#include "boot/target_name.hpp"

#include <fmt/format.h>
#include <charconv>

namespace bootferry::boot {
namespace {

constexpr std::string_view prefix = "iqn.2026-11.org.bootferry:";

}  // namespace

std::string target_name(const TargetKey& key) {
  return fmt::format("{}{}.{:02x}", prefix, key.mac.to_hex(), key.drive);
}

std::string initiator_name(const MacAddress& mac) { return fmt::format("{}{}", prefix, mac.to_hex()); }

std::optional<TargetKey> find_target_key(std::string_view iqn) {
  if (!iqn.starts_with(prefix)) return std::nullopt;
  const std::string_view rest = iqn.substr(prefix.size());
  if (rest.size() != 15 || rest[12] != '.') return std::nullopt;
  auto mac = parse_mac_address(rest.substr(0, 12));
  if (!mac) return std::nullopt;
  TargetKey key{*mac, 0};
  auto [end, error] = std::from_chars(rest.data() + 13, rest.data() + 15, key.drive, 16);
  if (error != std::errc{} || end != rest.data() + 15) return std::nullopt;
  return key;
}

}  // namespace bootferry::boot
