// SPDX-License-Identifier: Apache-2.0
// A client: a machine known by its MAC, and what it boots. The words of the API, the page and the command line.
// Plain values; kept by db, read by everyone through a RegistrySnapshot.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "boot/access.hpp"
#include "boot/architecture.hpp"
#include "boot/boot_entry.hpp"
#include "boot/quirks.hpp"

namespace bootferry::boot {

/// One thing to boot, with a name for the menu.
struct Entry {
  unsigned id = 0;   ///< part of its targets' names; kept while the entry keeps its name. 0: a client's plain boot
  std::string name;  ///< "Windows"
  BootEntry boot;
  friend bool operator==(const Entry&, const Entry&) = default;
};
inline constexpr unsigned no_entry = ~0U;
inline constexpr std::size_t max_entries = 20;  ///< that a screen of 25 lines holds
inline constexpr std::chrono::seconds max_menu_timeout{3600};

using Variables = std::map<std::string, std::string, std::less<>>;
/// What templates and command lines know without a person's doing.
inline constexpr std::string_view built_in_variables[] = {"mac",    "name", "uuid",       "serial", "architecture",
                                                          "server", "page", "script_url", "base"};

/// What is offered together: of a client, or of a group.
struct Menu {
  std::vector<Entry> entries;
  std::string default_entry;                    ///< an entry's name; empty: the first
  std::optional<std::chrono::seconds> timeout;  ///< none: the menu waits for a key; 0: the default boots at once
  Variables variables;
  friend bool operator==(const Menu&, const Menu&) = default;
};

/// What a client boots once, in the place of its default.
struct NextBoot {
  std::string entry;          ///< the name of one that it is offered; empty: `once`
  std::optional<Entry> once;  ///< not offered otherwise
  friend bool operator==(const NextBoot&, const NextBoot&) = default;
};

struct Client {
  MacAddress mac;
  std::string name;
  bool known = false;  ///< a person has said something about it; else it was only seen
  Menu menu;           ///< its own; without entries, groups, rules and the default for unknown machines count
  std::vector<std::string> groups;  ///< whose entries it is offered, too
  std::optional<NextBoot> next_boot;
  std::optional<Entry> spent;  ///< the next boot that it had last: its machine may still run from it
  std::optional<Ipv4Address> reserved_address;
  Access access;  ///< to its disks
  Quirks quirks;  ///< of its firmware

  std::optional<Ipv4Address> address;  ///< last seen with
  Architecture architecture = Architecture::unknown;
  std::string uuid, serial;  ///< of its SMBIOS, as its iPXE tells; empty: not told
  std::optional<WallTime> first_seen;
  std::optional<WallTime> last_seen;

  /// It boots this and has no menu of its own.
  void set_boot(BootEntry boot);
};

[[nodiscard]] Result<void> check_client_name(std::string_view name);  ///< 1 to 63 of letters, digits, '-', '_', '.'
/// Of an entry or a group: 1 to 63 printable ASCII characters that iPXE shows as they are.
[[nodiscard]] Result<void> check_label(std::string_view what, std::string_view label);
/// Names, boots, timeout and variables.
[[nodiscard]] Result<void> check_entries(const Menu& menu);
[[nodiscard]] Result<void> check_variables(const Variables& variables);
[[nodiscard]] Result<void> check_variable_name(std::string_view name);

/// An entry that was there before under its name keeps its id; others get `next` and count it up. With `plain_first`
/// one of them is entry 0.
void keep_entry_ids(Menu& menu, const Menu& before, unsigned& next, bool plain_first);

}  // namespace bootferry::boot
