// SPDX-License-Identifier: Apache-2.0
// Who has a right to which disk, and how he proves it: the registry's access settings, the secrets that people set and
// those of boots. Asked by DiskDirectory, on any thread; never blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boot/boot_secrets.hpp"
#include "boot/client_registry.hpp"
#include "boot/target_name.hpp"
#include "iscsi/target_directory.hpp"

namespace bootferry::app {

/// The client and the drive that a target name stands for. Points into the registry.
struct FoundDrive {
  const boot::Client* client = nullptr;
  const boot::Drive* drive = nullptr;
  boot::TargetKey key;
  bool is_cd_floppy = false;
};
[[nodiscard]] std::optional<FoundDrive> find_drive(std::string_view target, const boot::RegistrySnapshot& registry);
/// All that the client may boot or run from, as it is offered now.
[[nodiscard]] std::vector<FoundDrive> drives_of(const boot::Client& client, const boot::RegistrySnapshot& registry);
/// For the name of a target that nobody has.
[[nodiscard]] iscsi::LoginRefusal refuse_unknown(std::string_view target);

class DiskRights {
 public:
  using Demand = iscsi::AccessSource::Demand;

  DiskRights(const boot::ClientRegistry& registry, boot::BootSecrets& boot_secrets)
      : registry_(registry), boot_secrets_(boot_secrets) {}

  [[nodiscard]] std::expected<Demand, iscsi::LoginRefusal> admit(std::string_view target,
                                                                 const iscsi::Visitor& visitor) const;
  [[nodiscard]] std::optional<iscsi::ChapSecret> find_secret(std::string_view target,
                                                             const iscsi::Visitor& visitor) const;
  [[nodiscard]] std::vector<std::string> targets_for(const iscsi::Visitor& visitor) const;
  /// For a visitor whose `user` and `proof` are proven: why he may not open this client's disks; nothing when he may.
  [[nodiscard]] std::optional<iscsi::LoginRefusal> find_objection(const boot::Client& client,
                                                                  const iscsi::Visitor& visitor) const;
  /// His session begins: older boots of the client are over.
  void on_opened(const boot::Client& client, const iscsi::Visitor& visitor) const;

 private:
  [[nodiscard]] Demand demand_of_discovery(const iscsi::Visitor& visitor) const;
  /// What proves `visitor` to be of this client; nothing when his user name is none of its.
  [[nodiscard]] std::optional<iscsi::ChapSecret> secret_of(const boot::Client& client,
                                                           const iscsi::Visitor& visitor) const;
  /// Of a discovery: clients may share a user name, and then the first one's secret counts.
  [[nodiscard]] std::optional<iscsi::ChapSecret> secret_of_any(const boot::RegistrySnapshot& registry,
                                                               const iscsi::Visitor& visitor) const;

  const boot::ClientRegistry& registry_;
  boot::BootSecrets& boot_secrets_;
};

}  // namespace bootferry::app
