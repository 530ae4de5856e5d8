// SPDX-License-Identifier: Apache-2.0
// Carries the plans of boot/layer_plan.hpp out: makes the new layer's file, commits the edit, sweeps away the files
// that no row knows any more. And opens the disk that a client's drive stands for at this boot. Made by app;
// thread-safe; both block: call them on a worker.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "boot/boot_watch.hpp"
#include "boot/layer_plan.hpp"
#include "images/image_library.hpp"

namespace bootferry::app {

struct OpenedDisk {
  images::Opened opened;
  boot::Layer layer;     ///< the top one
  unsigned version = 1;  ///< of the image
  bool read_only = false;
};

/// As the library wants them.
[[nodiscard]] std::vector<images::LayerFile> files_of(const std::vector<boot::Layer>& stack);

/// What ImageLibrary::sanitize_mark is asked for.
[[nodiscard]] std::string sanitize_mark_of(boot::LayerId layer);

class LayerKeeper final : public boot::BootWatch {
 public:
  using Planner = std::function<Result<boot::LayerPlan>(const boot::PlanFacts&)>;
  /// What a test lets fail or die: called between the steps of carry_out.
  using Step = std::function<void(std::string_view step)>;

  /// All outlive the keeper.
  LayerKeeper(const boot::ClientRegistry& registry, boot::LayerStore& store, images::ImageLibrary& library,
              const Clock& clock, Step step = {})
      : registry_(registry), store_(store), library_(library), clock_(clock), step_(std::move(step)) {}

  /// One plan at a time. conflict, with the names of the holders, when somebody writes to what would be frozen.
  [[nodiscard]] Result<void> carry_out(const Planner& planner);
  /// Makes the top one bigger, also while it is open: `tell` is called when its devices know.
  [[nodiscard]] Result<void> grow(const boot::OverlayKey& key, ByteCount size, const std::function<void()>& tell);
  /// Removes the files of dropped layers, those that nobody has open.
  void sweep();
  /// At start: removes the files that a crash left behind.
  void sweep_unknown();

  /// The disk of one of the client's drives; makes what is not there yet. `boot`: what tells this boot from others;
  /// empty: nothing does, and then a fresh overlay stays as it is. `on_space_low`: see images::StackOptions.
  [[nodiscard]] Result<OpenedDisk> open(const boot::Client& client, const boot::Drive& drive, const std::string& boot,
                                        const std::function<void(ByteCount used)>& on_space_low = {});

  /// For machines that prove nothing at a login: each script that they are given begins a boot.
  void on_boot_script(const MacAddress& mac) override;
  [[nodiscard]] std::string boot_of(const MacAddress& mac) const;

 private:
  [[nodiscard]] Result<void> carry_out_alone(const Planner& planner);
  /// Nobody writes to it as long as the answer lives.
  [[nodiscard]] Result<std::shared_ptr<void>> freeze(boot::LayerId layer, const boot::RegistrySnapshot& registry);
  /// Removes the files of dropped layers, those that nobody has open.
  void sweep_alone();
  void sweep_marks(const boot::RegistrySnapshot& registry);
  [[nodiscard]] Result<void> remove_file(const std::string& file);
  [[nodiscard]] bool wants_new(const boot::RegistrySnapshot& registry, const boot::OverlayKey& key,
                               const std::string& boot) const;
  [[nodiscard]] Result<void> prepare(const boot::Client& client, const boot::Drive& drive, const std::string& boot);
  [[nodiscard]] Result<void> prepare_master(const std::string& image, const MacAddress& mac);
  [[nodiscard]] Result<OpenedDisk> open_prepared(const boot::Client& client, const boot::Drive& drive,
                                                 const std::function<void(ByteCount used)>& on_space_low);

  const boot::ClientRegistry& registry_;
  boot::LayerStore& store_;
  images::ImageLibrary& library_;
  const Clock& clock_;
  const Step step_;
  std::mutex mutex_;  ///< the layers in the registry change under it only
  mutable std::mutex boots_mutex_;
  std::map<MacAddress, std::string> boots_;
};

}  // namespace bootferry::app
