// SPDX-License-Identifier: Apache-2.0
// Who is known and what is assigned, as an immutable snapshot that any thread reads without waiting, and the edits that
// make the next snapshot. Implemented by db (durable before it returns) and by a fake in tests.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "boot/group.hpp"
#include "boot/image.hpp"
#include "boot/overlay.hpp"
#include "boot/setup.hpp"

namespace bootferry::boot {

struct RegistrySnapshot {
  std::map<MacAddress, Client> clients;
  std::map<std::string, Image, std::less<>> images;
  std::map<LayerId, Layer> layers;
  std::map<OverlayKey, Overlay> overlays;
  std::map<std::string, Group, std::less<>> groups;
  std::vector<Rule> rules;  ///< in the order in which they are asked
  UnknownDefault unknown = Entry{no_entry, "wait", Wait{}};

  [[nodiscard]] const Client* find_client(const MacAddress& mac) const;
  [[nodiscard]] const Image* find_image(std::string_view name) const;
  /// What people call it: "pc1 (52:54:00:e2:e0:01)", or the MAC alone.
  [[nodiscard]] std::string title_of(const MacAddress& mac) const;
  /// MACs of the clients that have the image among the drives of their own entries or their next boot.
  [[nodiscard]] std::vector<MacAddress> users_of(std::string_view image) const;
  /// "the group lab", "rule 2": what gives the image to machines beyond a client's own entries.
  [[nodiscard]] std::vector<std::string> sharers_of(std::string_view image) const;
  [[nodiscard]] const Overlay* find_overlay(const OverlayKey& key) const;
  /// The layer and all below it, top first; empty when one is missing.
  [[nodiscard]] std::vector<Layer> stack_of(LayerId top) const;
  /// Who would lose his footing if `layer` were written to: "private overlay of pc1 (52:54:...)", "version 3 of image
  /// win", "snapshot 2 of ...". Those of one boot are left out when `lasting`.
  [[nodiscard]] std::vector<std::string> users_of(LayerId layer, bool lasting) const;
};

/// What of the entry is served over iSCSI, ascending; with the floppies that CDs bring.
[[nodiscard]] std::vector<NumberedDrive> drives_of(const BootEntry& entry, const RegistrySnapshot& registry);

/// What a protocol noticed about a machine; fields without news stay empty.
struct Sighting {
  MacAddress mac;
  std::optional<Ipv4Address> address;
  Architecture architecture = Architecture::unknown;
  WallTime at{};
  std::string uuid = {}, serial = {};
  std::optional<ProxyForm> learned_proxy_form{};
};

class ClientRegistry {
 public:
  virtual ~ClientRegistry() = default;

  /// Never null, never waits; any thread.
  [[nodiscard]] virtual std::shared_ptr<const RegistrySnapshot> snapshot() const = 0;
  /// Records that a machine was heard; returns at once, becomes visible soon, written in batches. Any thread.
  virtual void note_seen(const Sighting& sighting) = 0;

  // Edits block until they are durable: never on a loop. Each publishes its event.
  /// Adds or replaces what a person says of a client (name, menu, groups, next boot, reserved_address, access; known
  /// becomes true). Entries without an id get one.
  [[nodiscard]] virtual Result<void> put_client(const Client& client) = 0;
  [[nodiscard]] virtual Result<void> remove_client(const MacAddress& mac) = 0;
  /// A new one brings its file as its first version; of one that is known its versions are not touched.
  [[nodiscard]] virtual Result<void> put_image(const Image& image) = 0;
  [[nodiscard]] virtual Result<void> remove_image(std::string_view name) = 0;
};

/// What is said of many machines at once, and what a boot itself changes. Implemented by db. All calls block until they
/// are durable and visible: never on a loop.
class AssignmentStore {
 public:
  virtual ~AssignmentStore() = default;

  [[nodiscard]] virtual Result<void> put_group(const Group& group) = 0;
  /// conflict while a client, a rule or the default names it.
  [[nodiscard]] virtual Result<void> remove_group(std::string_view name) = 0;
  [[nodiscard]] virtual Result<void> put_rules(const std::vector<Rule>& rules) = 0;
  [[nodiscard]] virtual Result<void> put_unknown(const UnknownDefault& unknown) = 0;
  /// All of it as one edit, checked before any of it is changed: one that is refused, or `dry_run`, changes nothing. In
  /// the order groups, clients, rules, default.
  [[nodiscard]] virtual Result<std::vector<SetupChange>> put_setup(const Setup& wanted, bool dry_run) = 0;
  /// The machine is given its next boot: that is over, and stays open to it as `spent`. conflict when another fetch of
  /// its script was quicker.
  [[nodiscard]] virtual Result<void> spend_next_boot(const MacAddress& mac) = 0;
  /// As note_seen, and visible when it returns.
  virtual void learn(const Sighting& sighting) = 0;
};

}  // namespace bootferry::boot
