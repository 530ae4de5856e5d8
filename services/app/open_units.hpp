// SPDX-License-Identifier: Apache-2.0
// The disks that are open now, one LogicalUnit a drive for all its sessions, and what a copy may reach among them: the
// open drives of one client. Owned by DiskDirectory and by the units' copy scopes; thread-safe; only get() may
// block.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "boot/client_registry.hpp"
#include "iscsi/scsi/copy_scope.hpp"

namespace bootferry::app {

class OpenUnits {
 public:
  using Unit = std::shared_ptr<iscsi::scsi::LogicalUnit>;

  /// What tells one unit from another: a drive that gets another image, mode or layer is another
  /// disk.
  [[nodiscard]] static std::string key_of(std::string_view target, const boot::Drive& drive, boot::LayerId layer);
  /// The living one, or a new one from `make`.
  [[nodiscard]] Unit get(const std::string& key, const std::function<Unit()>& make);
  [[nodiscard]] Unit find(const std::string& key) const;
  /// The same disk, with another medium in it.
  void rename(const std::string& key, const std::string& new_key);
  [[nodiscard]] std::vector<Unit> of_image(std::string_view image) const;

 private:
  std::mutex making_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<iscsi::scsi::LogicalUnit>> units_;
};

/// Drives that the client has now, in this mode and with this image, and that are open.
class ClientDrives final : public iscsi::scsi::CopyScope {
 public:
  /// `registry` must outlive all units.
  ClientDrives(MacAddress client, const boot::ClientRegistry& registry, std::shared_ptr<const OpenUnits> open)
      : client_(client), registry_(registry), open_(std::move(open)) {}

  [[nodiscard]] std::shared_ptr<iscsi::scsi::LogicalUnit> find(const iscsi::scsi::Naa& naa) override;

 private:
  const MacAddress client_;
  const boot::ClientRegistry& registry_;
  const std::shared_ptr<const OpenUnits> open_;
};

}  // namespace bootferry::app
