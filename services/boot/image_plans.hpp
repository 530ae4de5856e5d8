// SPDX-License-Identifier: Apache-2.0
// The lives of images, as plans (layer_plan.hpp): what each verb would change. Pure; asked by app.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "boot/layer_plan.hpp"

namespace bootferry::boot {

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

/// Why `image` cannot be written to through a master drive; nothing when it can. Overlays of one boot do not
/// count: they are let go of when their machine is off.
[[nodiscard]] std::optional<std::string> find_master_objection(const RegistrySnapshot& registry,
                                                               std::string_view image);

}  // namespace bootferry::boot
