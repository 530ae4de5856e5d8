// SPDX-License-Identifier: Apache-2.0
// The lives of overlays, as plans (layer_plan.hpp): what each verb would change. Pure; asked by app.
#pragma once

#include <string_view>

#include "boot/layer_plan.hpp"

namespace bootferry::boot {

/// The overlay as the machine finds it at a boot: new, on the current version. Of a readonly drive: a mark that holds
/// the current version for this boot.
[[nodiscard]] Result<LayerPlan> plan_new_overlay(const PlanFacts& facts, const OverlayKey& key, std::string_view boot);

/// Keeps what the overlay is now, under the next number.
[[nodiscard]] Result<LayerPlan> plan_snapshot(const PlanFacts& facts, const OverlayKey& key, std::string_view comment);
/// The overlay is as that snapshot again; what it was since is gone, unless there is a snapshot of it.
[[nodiscard]] Result<LayerPlan> plan_rollback(const PlanFacts& facts, const OverlayKey& key, unsigned number);
[[nodiscard]] Result<LayerPlan> plan_remove_snapshot(const PlanFacts& facts, const OverlayKey& key, unsigned number);
/// The overlay and its snapshots are gone; the next boot makes a new one on the current version.
[[nodiscard]] Result<LayerPlan> plan_discard(const PlanFacts& facts, const OverlayKey& key);
/// On the current version from now on, without changes; what it was is kept as a snapshot.
[[nodiscard]] Result<LayerPlan> plan_rebase(const PlanFacts& facts, const OverlayKey& key);
/// What the overlay is now becomes the image's next version. conflict when it lies on an older one.
[[nodiscard]] Result<LayerPlan> plan_apply(const PlanFacts& facts, const OverlayKey& key, std::string_view comment);
/// An image of its own, that is what the overlay is now.
[[nodiscard]] Result<LayerPlan> plan_clone_overlay(const PlanFacts& facts, const OverlayKey& key,
                                                   std::string_view name);

/// What the drive's bytes are in, on top: the image's current version of a master drive, else that of its overlay.
/// None: there is no overlay yet.
[[nodiscard]] LayerId top_layer(const RegistrySnapshot& registry, const MacAddress& mac, const Drive& drive);

}  // namespace bootferry::boot
