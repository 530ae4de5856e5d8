// SPDX-License-Identifier: Apache-2.0
// What is said of many machines at once: groups with entries that their clients share, rules that give machines their
// entries by what they are, and what a machine gets that nobody has said anything of. Plain values; kept by db.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "boot/client.hpp"

namespace bootferry::boot {

struct Group {
  std::string name;  ///< as a client's name is made
  Menu menu;
  friend bool operator==(const Group&, const Group&) = default;
};

/// The machine is that client, whichever network card it boots from.
struct AsClient {
  MacAddress mac;
  friend bool operator==(const AsClient&, const AsClient&) = default;
};
struct AsGroup {
  std::string group;
  friend bool operator==(const AsGroup&, const AsGroup&) = default;
};
/// A menu of what needs no disk of ours: wait, own disk, shell, power off.
struct PlainMenu {
  friend bool operator==(const PlainMenu&, const PlainMenu&) = default;
};
/// Neither DHCP nor scripts answer it.
struct IgnoreMachine {
  friend bool operator==(const IgnoreMachine&, const IgnoreMachine&) = default;
};
using Assignment = std::variant<AsClient, AsGroup, Entry, PlainMenu, IgnoreMachine>;

/// Of machines without own entries and groups; the first rule that fits counts. A pattern may have `*` for any text; an
/// empty one fits all.
struct Rule {
  std::string mac, uuid, serial;  ///< without regard to case
  std::optional<Architecture> architecture;
  Assignment then;
  friend bool operator==(const Rule&, const Rule&) = default;
};
inline constexpr std::size_t max_rules = 256;

/// What machines get that nobody has said anything of.
using UnknownDefault = Assignment;  ///< never AsClient

[[nodiscard]] Result<void> check_rule(const Rule& rule);
[[nodiscard]] bool fits(const Rule& rule, const MacAddress& mac, const Client* seen);
/// `*` stands for any text, of any length.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text);

}  // namespace bootferry::boot
