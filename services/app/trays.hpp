// SPDX-License-Identifier: Apache-2.0
// Which removable drives are open, and what was put into them since their machine booted. What was inserted is kept in
// a file, so that a restart of the server does not change the floppy under a machine that runs on. Used by
// DiskDirectory; thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "boot/client.hpp"
#include "images/tray_device.hpp"
#include "iscsi/scsi/device_server.hpp"

namespace bootferry::app {

struct OpenTray {
  std::string target;
  std::string key;   ///< of OpenUnits
  std::string user;  ///< that its session had proven: which boot this is; empty: none
  bool read_only = false;
  std::shared_ptr<images::TrayDevice> device;
  std::shared_ptr<iscsi::scsi::LogicalUnit> unit;
};

class Trays {
 public:
  /// `file`: one line for each drive that had its medium changed; empty: nothing outlives this object.
  explicit Trays(std::filesystem::path file = {});

  /// The boot entry's drive, with what is in it now.
  [[nodiscard]] boot::Drive drive_now(std::string_view target, const boot::Drive& entry) const;
  /// Whether a session that began with this medium (DiskDirectory's word for it) goes on with the one that is in now.
  [[nodiscard]] bool was_in(std::string_view target, std::string_view disk) const;

  void on_opened(OpenTray tray);
  /// Of a client's drives the one with a removable disk that is open; its lowest number, if it has several.
  [[nodiscard]] std::optional<OpenTray> find_open(const MacAddress& mac) const;
  void on_inserted(const OpenTray& tray, std::string_view disk_before, const std::string& image, std::string new_key);

  /// A login of another boot: what was inserted is out again.
  void on_login(std::string_view target, std::string_view user);
  void on_boot(const MacAddress& mac);

 private:
  struct Open {
    std::string key, user;
    bool read_only = false;
    std::weak_ptr<images::TrayDevice> device;
    std::weak_ptr<iscsi::scsi::LogicalUnit> unit;
  };
  struct Inserted {
    std::string image, user;
    std::set<std::string, std::less<>> before;
  };
  void store() const;

  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<std::string, Open, std::less<>> open_;          ///< by target
  std::map<std::string, Inserted, std::less<>> inserted_;  ///< by target
};

}  // namespace bootferry::app
