// SPDX-License-Identifier: Apache-2.0
#include "boot/overlay_plans.hpp"

#include <fmt/format.h>

#include "boot/offer.hpp"
#include "boot/plan_steps.hpp"

namespace bootferry::boot {
namespace {

Result<const Overlay*> require_overlay(const PlanFacts& facts, const OverlayKey& key) {
  const Overlay* overlay = facts.registry.find_overlay(key);
  if (!overlay || key.mode == DriveMode::readonly)
    return fail(ErrorKind::not_found, fmt::format("{} has no {} overlay on image {}; its first boot makes one",
                                                  facts.registry.title_of(key.mac), name_of(key.mode), key.image));
  return overlay;
}

Event event_of(EventKind kind, const PlanFacts& facts, const OverlayKey& key, std::string_view verb) {
  Event event;
  event.kind = kind;
  event.mac = key.mac;
  event.text = fmt::format("The {} overlay of {} on image {} {}", name_of(key.mode), facts.registry.title_of(key.mac),
                           key.image, verb);
  event.fields = {{"image", key.image}, {"mode", std::string(name_of(key.mode))}};
  return event;
}

std::string quoted(std::string_view comment) { return comment.empty() ? "" : fmt::format(": {}", comment); }

unsigned next_snapshot(const Overlay& overlay) {
  return overlay.snapshots.empty() ? 1 : overlay.snapshots.back().number + 1;
}

Result<void> check_behind(const Overlay& overlay, const Image& image) {
  if (overlay.version == image.current().number) return {};
  return fail(
      ErrorKind::conflict,
      fmt::format("this overlay was made on version {} of image {}, and version {} is current: applying it would "
                  "undo what came between; clone it to an image of its own instead",
                  overlay.version, image.name, image.current().number));
}

}  // namespace

Result<LayerPlan> plan_new_overlay(const PlanFacts& facts, const OverlayKey& key, std::string_view boot) {
  const auto image = require_image(facts, key.image);
  if (!image) return std::unexpected(image.error());
  if (!offer_of(key.mac, facts.registry).needs(key.image))
    return fail(ErrorKind::not_found,
                fmt::format("{} has no drive with image {} any more", facts.registry.title_of(key.mac), key.image));
  const ImageVersion& current = (*image)->current();
  LayerPlan plan;
  Overlay overlay{key, current.number, current.layer, std::string(boot), facts.now, {}};
  if (key.mode != DriveMode::readonly) {
    plan.writers_off = current.layer;
    const auto layer = add_layer(plan, facts, current.layer);
    if (!layer) return std::unexpected(layer.error());
    overlay.layer = layer->id;
    plan.edit.events.push_back(
        event_of(EventKind::overlay_made, facts, key, fmt::format("was begun on version {}", current.number)));
  }
  plan.edit.put_overlays.push_back(std::move(overlay));
  return plan;
}

Result<LayerPlan> plan_snapshot(const PlanFacts& facts, const OverlayKey& key, std::string_view comment) {
  if (auto good = check_comment(comment); !good) return std::unexpected(good.error());
  const auto found = require_overlay(facts, key);
  if (!found) return std::unexpected(found.error());
  if (key.mode == DriveMode::fresh_overlay)
    return fail(ErrorKind::invalid, "a fresh overlay is begun anew at each boot; snapshots are for private ones");
  Overlay overlay = **found;
  LayerPlan plan;
  plan.writers_off = overlay.layer;
  const auto layer = add_layer(plan, facts, overlay.layer);
  if (!layer) return std::unexpected(layer.error());
  const unsigned number = next_snapshot(overlay);
  overlay.snapshots.push_back({number, overlay.layer, overlay.version, std::string(comment), facts.now});
  overlay.layer = layer->id;
  plan.edit.put_overlays.push_back(std::move(overlay));
  plan.edit.events.push_back(event_of(EventKind::overlay_changed, facts, key,
                                      fmt::format("was kept as snapshot {}{}", number, quoted(comment))));
  return plan;
}

Result<LayerPlan> plan_rollback(const PlanFacts& facts, const OverlayKey& key, unsigned number) {
  const auto found = require_overlay(facts, key);
  if (!found) return std::unexpected(found.error());
  Overlay overlay = **found;
  const OverlaySnapshot* snapshot = overlay.find_snapshot(number);
  if (!snapshot) return fail(ErrorKind::not_found, fmt::format("there is no snapshot {} of this overlay", number));
  LayerPlan plan;
  plan.dropped = overlay.layer;
  const auto layer = add_layer(plan, facts, snapshot->layer);
  if (!layer) return std::unexpected(layer.error());
  overlay.version = snapshot->version;
  overlay.layer = layer->id;
  plan.edit.put_overlays.push_back(std::move(overlay));
  plan.edit.events.push_back(
      event_of(EventKind::overlay_changed, facts, key, fmt::format("went back to snapshot {}", number)));
  return plan;
}

Result<LayerPlan> plan_remove_snapshot(const PlanFacts& facts, const OverlayKey& key, unsigned number) {
  const auto found = require_overlay(facts, key);
  if (!found) return std::unexpected(found.error());
  Overlay overlay = **found;
  if (!overlay.find_snapshot(number))
    return fail(ErrorKind::not_found, fmt::format("there is no snapshot {} of this overlay", number));
  std::erase_if(overlay.snapshots, [&](const OverlaySnapshot& one) { return one.number == number; });
  LayerPlan plan;
  plan.edit.put_overlays.push_back(std::move(overlay));
  plan.edit.events.push_back(
      event_of(EventKind::overlay_changed, facts, key, fmt::format("lost its snapshot {}", number)));
  return plan;
}

Result<LayerPlan> plan_discard(const PlanFacts& facts, const OverlayKey& key) {
  const auto found = require_overlay(facts, key);
  if (!found) return std::unexpected(found.error());
  LayerPlan plan;
  plan.dropped = (*found)->layer;
  plan.edit.remove_overlays.push_back(key);
  plan.edit.events.push_back(event_of(EventKind::overlay_changed, facts, key, "was discarded"));
  return plan;
}

Result<LayerPlan> plan_rebase(const PlanFacts& facts, const OverlayKey& key) {
  const auto found = require_overlay(facts, key);
  if (!found) return std::unexpected(found.error());
  const auto image = require_image(facts, key.image);
  if (!image) return std::unexpected(image.error());
  Overlay overlay = **found;
  const ImageVersion& current = (*image)->current();
  if (overlay.version == current.number)
    return fail(ErrorKind::conflict,
                fmt::format("this overlay is on version {} of image {} already, which is the current one",
                            current.number, key.image));
  LayerPlan plan;
  plan.writers_off = overlay.layer;
  const auto layer = add_layer(plan, facts, current.layer);
  if (!layer) return std::unexpected(layer.error());
  if (key.mode == DriveMode::private_overlay)
    overlay.snapshots.push_back({next_snapshot(overlay), overlay.layer, overlay.version,
                                 fmt::format("before the rebase to version {}", current.number), facts.now});
  overlay.version = current.number;
  overlay.layer = layer->id;
  plan.edit.put_overlays.push_back(std::move(overlay));
  plan.edit.events.push_back(
      event_of(EventKind::overlay_changed, facts, key, fmt::format("was rebased to version {}", current.number)));
  return plan;
}

Result<LayerPlan> plan_apply(const PlanFacts& facts, const OverlayKey& key, std::string_view comment) {
  if (auto good = check_comment(comment); !good) return std::unexpected(good.error());
  const auto found = require_overlay(facts, key);
  if (!found) return std::unexpected(found.error());
  const auto base = require_image(facts, key.image);
  if (!base) return std::unexpected(base.error());
  if (auto good = check_behind(**found, **base); !good) return std::unexpected(good.error());
  Overlay overlay = **found;
  Image image = **base;
  LayerPlan plan;
  plan.writers_off = overlay.layer;
  const auto layer = add_layer(plan, facts, overlay.layer);
  if (!layer) return std::unexpected(layer.error());
  const unsigned number = image.current().number + 1;
  image.versions.push_back({number, overlay.layer, std::string(comment), facts.now});
  image.size = layer->size;
  overlay.version = number;
  overlay.layer = layer->id;
  plan.edit.put_images.push_back(std::move(image));
  plan.edit.put_overlays.push_back(std::move(overlay));
  plan.edit.events.push_back(event_of(EventKind::image_changed, facts, key,
                                      fmt::format("became version {} of it{}", number, quoted(comment))));
  return plan;
}

Result<LayerPlan> plan_clone_overlay(const PlanFacts& facts, const OverlayKey& key, std::string_view name) {
  if (auto good = check_new_name(facts, name); !good) return std::unexpected(good.error());
  const auto found = require_overlay(facts, key);
  if (!found) return std::unexpected(found.error());
  const auto base = require_image(facts, key.image);
  if (!base) return std::unexpected(base.error());
  Overlay overlay = **found;
  LayerPlan plan;
  plan.writers_off = overlay.layer;
  const auto layer = add_layer(plan, facts, overlay.layer);
  if (!layer) return std::unexpected(layer.error());
  const Layer frozen = facts.registry.layers.at(overlay.layer);
  overlay.layer = layer->id;
  const std::string comment = fmt::format("clone of {}'s {}", facts.registry.title_of(key.mac), key.image);
  plan.edit.put_images.push_back(clone_of(**base, name, frozen, comment, facts.now));
  plan.edit.put_overlays.push_back(std::move(overlay));
  plan.edit.events.push_back(event_of(EventKind::image_added, name, fmt::format("Image {} is a {}", name, comment)));
  return plan;
}

LayerId top_layer(const RegistrySnapshot& registry, const MacAddress& mac, const Drive& drive) {
  const Image* image = registry.find_image(drive.image);
  if (!image || image->versions.empty()) return {};
  const bool cd = image->format == "iso";  // never written to, whatever the mode says
  if (drive.mode == DriveMode::master && !cd) return image->current().layer;
  const Overlay* overlay = registry.find_overlay({mac, drive.image, cd ? DriveMode::readonly : drive.mode});
  return overlay ? overlay->layer : LayerId{};
}

}  // namespace bootferry::boot
