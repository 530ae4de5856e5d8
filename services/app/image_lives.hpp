// SPDX-License-Identifier: Apache-2.0
// Versions, overlays and snapshots as a person sees and changes them: joins the registry with what lies on the disk,
// and lets LayerKeeper carry out the plans. Made by app; thread-safe; blocks.
#pragma once

#include <atomic>

#include "app/disk_directory.hpp"
#include "app/job_list.hpp"
#include "app/layer_keeper.hpp"
#include "base/worker_pool.hpp"
#include "boot/image_lives.hpp"

namespace bootferry::app {

class ApplianceImageLives final : public boot::ImageLives {
 public:
  struct Parts {
    const boot::ClientRegistry& registry;
    boot::LayerStore& store;
    images::ImageLibrary& library;
    LayerKeeper& keeper;
    DiskDirectory& disks;
    JobList& jobs;
  };
  /// All outlive it.
  explicit ApplianceImageLives(Parts parts) : parts_(parts) {}
  ~ApplianceImageLives() override { stop(); }

  [[nodiscard]] std::vector<boot::OverlayView> overlays() override;
  [[nodiscard]] Result<boot::OverlayView> require_overlay(const boot::OverlayName& name) override;
  [[nodiscard]] Result<void> change_overlay(const boot::OverlayName& name, const boot::OverlayVerb& verb) override;
  [[nodiscard]] Result<boot::JobView> start_export(const boot::DiskName& name, const boot::ExportWish& wish) override;
  [[nodiscard]] Result<boot::OpenDisk> open_disk(const boot::DiskName& name) override;
  /// Waits for the export that runs: it ends soon, and leaves nothing. At shutdown.
  void stop();
  [[nodiscard]] Result<std::vector<boot::VersionView>> versions(std::string_view image) override;
  [[nodiscard]] Result<void> change_versions(std::string_view image, const boot::VersionVerb& verb) override;

 private:
  [[nodiscard]] boot::OverlayView view_of(const boot::Overlay& overlay, const boot::RegistrySnapshot& registry) const;
  [[nodiscard]] Result<void> grow(const boot::OverlayKey& key, ByteCount size);

  [[nodiscard]] Result<void> run_export(std::uint64_t job, const boot::DiskName& name, const boot::ExportWish& wish);

  Parts parts_;
  std::atomic<bool> stopping_{false};
  WorkerPool worker_{"export", 1};  ///< one at a time: they want the whole disk
};

}  // namespace bootferry::app
