// SPDX-License-Identifier: Apache-2.0
// Who may open which disk: joins the registry (which image is this client's drive), the rights to it (DiskRights) and
// the image library (is it free). Asked by the iSCSI target at login and discovery (network loops) and to open a disk
// (disk pool); thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <shared_mutex>
#include <string>

#include "app/boot_traces.hpp"
#include "app/disk_rights.hpp"
#include "app/layer_keeper.hpp"
#include "app/open_units.hpp"
#include "app/reservation_keeper.hpp"
#include "app/revoked_disks.hpp"
#include "app/space_watch.hpp"
#include "app/trays.hpp"
#include "base/background_threads.hpp"
#include "boot/client_registry.hpp"
#include "boot/floppy_drives.hpp"
#include "images/image_library.hpp"
#include "iscsi/target_directory.hpp"

namespace bootferry::app {

class DiskDirectory final : public iscsi::TargetDirectory, public boot::BootWatch, public boot::FloppyDrives {
 public:
  /// `inserted_floppies`: a file that keeps them over a restart. Without `reservations` none outlives the sessions of
  /// its target; without `traces` no boot is read ahead; without `space` only initiators are told that a quota is
  /// nearly met.
  DiskDirectory(const boot::ClientRegistry& registry, images::ImageLibrary& library, LayerKeeper& layers,
                boot::BootSecrets& boot_secrets, ReservationKeeper* reservations = nullptr,
                BootTraces* traces = nullptr, SpaceWatch* space = nullptr, std::filesystem::path inserted_floppies = {})
      : registry_(registry),
        library_(library),
        layers_(layers),
        rights_(registry, boot_secrets),
        reservations_(reservations),
        traces_(traces),
        space_(space),
        trays_(std::move(inserted_floppies)) {}

  [[nodiscard]] std::expected<DiskRights::Demand, iscsi::LoginRefusal> admit(std::string_view target,
                                                                             const iscsi::Visitor& visitor) override {
    return rights_.admit(target, visitor);
  }
  [[nodiscard]] std::optional<iscsi::ChapSecret> find_secret(std::string_view target,
                                                             const iscsi::Visitor& visitor) override {
    return rights_.find_secret(target, visitor);
  }
  [[nodiscard]] std::optional<MacAddress> find_owner(std::string_view target) override;
  [[nodiscard]] std::vector<std::string> targets_for(const iscsi::Visitor& visitor) override {
    return rights_.targets_for(visitor);
  }
  [[nodiscard]] std::optional<iscsi::LoginRefusal> find_objection(std::string_view target,
                                                                  const iscsi::Visitor& visitor) override;
  [[nodiscard]] std::expected<iscsi::OpenedTarget, iscsi::LoginRefusal> open(std::string_view target,
                                                                             const iscsi::Visitor& visitor) override;
  [[nodiscard]] std::optional<std::string> why_revoked(const iscsi::GrantedSession& session) override;
  /// boot::BootWatch. Any thread; never blocks.
  void on_boot_script(const MacAddress& mac) override;
  [[nodiscard]] Result<boot::InsertedFloppy> insert_floppy(const MacAddress& mac, std::string_view image) override;
  /// Its devices have the new size: every session that has it open learns of it. Any thread.
  void on_image_grown(std::string_view image);

  /// Ends what units do in the background: a SANITIZE goes on when its disk is opened next.
  void stop() { background_.stop(); }

 private:
  [[nodiscard]] Result<std::shared_ptr<images::BlockDevice>> open_floppy(const OpenTray& tray,
                                                                         const boot::Client& client,
                                                                         const boot::Drive& drive,
                                                                         boot::LayerId& layer);
  void trace_boot(const boot::Client& client, const boot::RegistrySnapshot& registry);

  const boot::ClientRegistry& registry_;
  images::ImageLibrary& library_;
  LayerKeeper& layers_;
  const DiskRights rights_;
  ReservationKeeper* const reservations_;
  BootTraces* const traces_;
  SpaceWatch* const space_;
  SystemClock clock_;
  RevokedDisks revoked_;
  Trays trays_;
  std::shared_mutex changing_medium_;  ///< held alone while a medium is changed: no login in the middle
  /// One LogicalUnit for all sessions of a target, as long as one of them lives (reservations and unit attentions hang
  /// on it).
  const std::shared_ptr<OpenUnits> units_ = std::make_shared<OpenUnits>();
  BackgroundThreads background_;  ///< of the units; the last member: it ends first
};

}  // namespace bootferry::app
