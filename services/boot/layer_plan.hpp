// SPDX-License-Identifier: Apache-2.0
// What a verb on an image or an overlay would change, computed from a snapshot of the registry. App makes the new
// layer's file and then commits the edit, so that a crash leaves before or after. No verb copies data: it puts an empty
// layer on one that is frozen from then on. Made by overlay_plans and image_plans.
#pragma once

#include <optional>

#include "boot/layer_edit.hpp"

namespace bootferry::boot {

/// How deep layers may lie on each other: each costs a lookup in reads of what is far below, and memory.
inline constexpr std::size_t max_depth = 30;

struct PlanFacts {
  const RegistrySnapshot& registry;
  WallTime now{};
  LayerId fresh;  ///< for the new layer, if there is one
};

struct LayerPlan {
  LayerEdit edit;                  ///< with `new_layer`
  std::optional<Layer> new_layer;  ///< its file is to be made first
  LayerId dropped;                 ///< nobody may have it open at all; it need not be whole any more
  LayerId writers_off;             ///< nobody may have it open for writing while the plan is carried out
};

}  // namespace bootferry::boot
