// SPDX-License-Identifier: Apache-2.0
// A change of layers, versions and overlays that is made whole or not at all, and the seam that makes it durable. Edits
// are planned by overlay_plans.hpp and image_plans.hpp; LayerStore is implemented by db.
#pragma once

#include <string>
#include <vector>

#include "boot/client_registry.hpp"
#include "boot/event.hpp"

namespace bootferry::boot {

struct LayerEdit {
  std::vector<Layer> put_layers = {};
  std::vector<Image> put_images = {};  ///< with all of their versions
  std::vector<std::string> remove_images = {};
  std::vector<Overlay> put_overlays = {};  ///< with all of their snapshots
  std::vector<OverlayKey> remove_overlays = {};
  std::vector<Event> events = {};

  [[nodiscard]] bool is_empty() const {
    return put_layers.empty() && put_images.empty() && remove_images.empty() && put_overlays.empty() &&
           remove_overlays.empty();
  }
};

/// Does it to `registry`, and forgets the layers that nothing refers to any more. Pure.
void apply(const LayerEdit& edit, RegistrySnapshot& registry);

class LayerStore {
 public:
  virtual ~LayerStore() = default;
  /// Never given before while the server runs, and to nothing that is stored.
  [[nodiscard]] virtual LayerId new_layer_id() = 0;
  /// Blocks until it is durable; the next snapshot of the registry has it. Errors leave everything as it was.
  [[nodiscard]] virtual Result<void> change(const LayerEdit& edit) = 0;
  /// Files of layers that edits have dropped; whoever has removed one says so, durably.
  [[nodiscard]] virtual std::vector<std::string> dropped_files() = 0;
  [[nodiscard]] virtual Result<void> forget_dropped(const std::string& file) = 0;
};

}  // namespace bootferry::boot
