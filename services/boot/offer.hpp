// SPDX-License-Identifier: Apache-2.0
// What a machine is offered: its next boot, its own entries and those of its groups, else what a rule says, else what
// unknown machines get. Asked by boot_policy for scripts, and by app for the drives that may be opened. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boot/client_registry.hpp"

namespace bootferry::boot {

struct Offered {
  const Entry* entry = nullptr;
  const Group* group = nullptr;  ///< that it comes from; null: the client's own, or a rule's
};

/// Points into the registry (and into static entries): valid as long as the snapshot lives.
struct Offer {
  MacAddress mac;                  ///< of the client whose disks are meant; another one's where a rule says so
  const Client* client = nullptr;  ///< null: never seen
  std::vector<Offered> entries;    ///< as the menu shows them
  const Entry* preset = nullptr;   ///< one of `entries`; null: there are none, and the machine waits
  std::optional<std::chrono::seconds> timeout;
  const Entry* next = nullptr;   ///< once, before all else
  const Entry* spent = nullptr;  ///< its machine may still run from it; no menu shows it
  bool ignored = false;          ///< nothing answers it
  Variables variables;           ///< of its groups, in their order, and then its own: the later one wins
  std::string why;               ///< "rule 2", "the default for unknown machines"; empty: what was said of itself

  /// Among all that its machine may boot or run from.
  [[nodiscard]] const Entry* find_entry(unsigned id) const;
  /// Whether anything of that needs the image.
  [[nodiscard]] bool needs(std::string_view image) const;
  /// What it boots when nobody presses a key.
  [[nodiscard]] BootEntry default_boot() const;
};
[[nodiscard]] Offer offer_of(const MacAddress& mac, const RegistrySnapshot& registry);

}  // namespace bootferry::boot
