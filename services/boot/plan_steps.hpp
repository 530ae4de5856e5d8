// SPDX-License-Identifier: Apache-2.0
// What plans of overlays and of images have in common: looking up what a verb names, a new layer, a clone, the event.
// Pure; used by overlay_plans.cpp and image_plans.cpp alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "boot/layer_plan.hpp"

namespace bootferry::boot {

/// not_found, with the way to see all.
[[nodiscard]] Result<const Image*> require_image(const PlanFacts& facts, std::string_view name);
/// None is the current one.
[[nodiscard]] Result<const ImageVersion*> require_version(const Image& image, std::optional<unsigned> number);
/// conflict when an image has that name, invalid when none may have it.
[[nodiscard]] Result<void> check_new_name(const PlanFacts& facts, std::string_view name);
/// An empty layer on `below`, in the plan and its edit; `spare` more must have room on it.
[[nodiscard]] Result<Layer> add_layer(LayerPlan& plan, const PlanFacts& facts, LayerId below, std::size_t spare = 0);
/// `like` under another name, whose only version is `layer`.
[[nodiscard]] Image clone_of(const Image& like, std::string_view name, const Layer& layer, std::string comment,
                             WallTime now);
[[nodiscard]] Event event_of(EventKind kind, std::string_view image, std::string text);

}  // namespace bootferry::boot
