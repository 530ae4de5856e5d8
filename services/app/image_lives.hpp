// SPDX-License-Identifier: Apache-2.0
// Versions, overlays and snapshots as a person sees and changes them: joins the registry with what lies on the disk,
// and lets LayerKeeper carry out the plans. Made by app; thread-safe; blocks.
#pragma once

#include <atomic>
#include <mutex>

#include "app/disk_directory.hpp"
#include "app/layer_keeper.hpp"
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
  };
  /// All outlive it.
  explicit ApplianceImageLives(Parts parts) : parts_(parts) {}

  [[nodiscard]] std::vector<boot::OverlayView> overlays() override;
  [[nodiscard]] Result<boot::OverlayView> require_overlay(const boot::OverlayName& name) override;
  [[nodiscard]] Result<void> change_overlay(const boot::OverlayName& name, const boot::OverlayVerb& verb) override;
  [[nodiscard]] Result<void> export_overlay(const boot::OverlayName& name, const boot::ExportWish& wish) override;
  [[nodiscard]] Result<void> export_image(std::string_view image, std::optional<unsigned> version,
                                          const boot::ExportWish& wish) override;
  /// Exports that run end soon, unavailable, and leave nothing. Any thread: at shutdown.
  void stop() { stopping_ = true; }
  [[nodiscard]] Result<std::vector<boot::VersionView>> versions(std::string_view image) override;
  [[nodiscard]] Result<void> change_versions(std::string_view image, const boot::VersionVerb& verb) override;

 private:
  [[nodiscard]] boot::OverlayView view_of(const boot::Overlay& overlay, const boot::RegistrySnapshot& registry) const;
  [[nodiscard]] Result<void> grow(const boot::OverlayKey& key, ByteCount size);

  [[nodiscard]] Result<void> export_stack(const std::vector<boot::Layer>& stack, std::uint32_t block_size,
                                          const std::string& name, const boot::ExportWish& wish);

  Parts parts_;
  std::mutex export_;  ///< held by the one that may run: more would leave nobody to answer the page meanwhile
  std::atomic<bool> stopping_{false};
};

}  // namespace bootferry::app
