// SPDX-License-Identifier: Apache-2.0
// The lives of images and overlays, as plans: what each verb would change, computed from a snapshot of the registry.
// Pure; asked by app, which makes the new layer's file and then commits the edit, so that a crash leaves before or
// after. No verb copies data: it puts an empty layer on one that is frozen from then on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// A new version, the same as version `from` (none: the current one): for changes through a master drive, or to go
/// back.
[[nodiscard]] Result<LayerPlan> plan_publish(const PlanFacts& facts, std::string_view image, std::string_view comment,
                                             std::optional<unsigned> from);
/// An image of its own, the same as version `from` (none: the current one).
[[nodiscard]] Result<LayerPlan> plan_clone_image(const PlanFacts& facts, std::string_view image, std::string_view name,
                                                 std::optional<unsigned> from);
[[nodiscard]] Result<LayerPlan> plan_remove_version(const PlanFacts& facts, std::string_view image, unsigned number);
/// conflict, with the names of who uses it.
[[nodiscard]] Result<LayerPlan> plan_remove_image(const PlanFacts& facts, std::string_view image);

/// What the drive's bytes are in, on top: the image's current version of a master drive, else that of its overlay.
/// None: there is no overlay yet.
[[nodiscard]] LayerId top_layer(const RegistrySnapshot& registry, const MacAddress& mac, const Drive& drive);

/// Why `image` cannot be written to through a master drive; nothing when it can. Overlays of one boot do not
/// count: they are let go of when their machine is off.
[[nodiscard]] std::optional<std::string> find_master_objection(const RegistrySnapshot& registry,
                                                               std::string_view image);

}  // namespace bootferry::boot
