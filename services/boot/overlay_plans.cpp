// SPDX-License-Identifier: Apache-2.0
#include "boot/overlay_plans.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/offer.hpp"

namespace bootferry::boot {
namespace {

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Result<const Image*> require_image(const PlanFacts& facts, std::string_view name) {
  const Image* image = facts.registry.find_image(name);
  if (!image || image->versions.empty())
    return fail(ErrorKind::not_found, fmt::format("there is no image {}; \"bootferry image list\" shows all", name));
  return image;
}

Result<const ImageVersion*> require_version(const Image& image, std::optional<unsigned> number) {
  const ImageVersion* version = image.find_version(number.value_or(image.current().number));
  if (!version)
    return fail(ErrorKind::not_found, fmt::format("image {} has no version {}; \"bootferry image show {}\" lists them",
                                                  image.name, *number, image.name));
  return version;
}

Result<const Overlay*> require_overlay(const PlanFacts& facts, const OverlayKey& key) {
  const Overlay* overlay = facts.registry.find_overlay(key);
  if (!overlay || key.mode == DriveMode::readonly)
    return fail(ErrorKind::not_found, fmt::format("{} has no {} overlay on image {}; its first boot makes one",
                                                  facts.registry.title_of(key.mac), name_of(key.mode), key.image));
  return overlay;
}

/// An empty layer on `below`, in the plan and its edit; `spare` more must have room on it.
Result<Layer> add_layer(LayerPlan& plan, const PlanFacts& facts, LayerId below, std::size_t spare = 0) {
  const auto stack = facts.registry.stack_of(below);
  if (stack.empty()) return fail(ErrorKind::io, "a layer that this lies on is not in the registry any more");
  if (stack.size() + spare >= max_depth)
    return fail(ErrorKind::exhausted,
                fmt::format("{} layers lie on each other here, and no more may; export it to a file and add that as an "
                            "image of its own",
                            stack.size()));
  const Layer layer{facts.fresh, below,         fmt::format("layers/{}.qcow2", facts.fresh.value),
                    "qcow2",     stack[0].size, facts.now};
  plan.new_layer = layer;
  plan.edit.put_layers.push_back(layer);
  return layer;
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

Event event_of(EventKind kind, std::string_view image, std::string text) {
  Event event;
  event.kind = kind;
  event.text = std::move(text);
  event.fields = {{"image", std::string(image)}};
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

Result<void> check_new_name(const PlanFacts& facts, std::string_view name) {
  if (auto good = check_image_name(name); !good) return good;
  if (!facts.registry.find_image(name)) return {};
  return fail(ErrorKind::conflict, fmt::format("there is already an image {}; choose another name", name));
}

/// `like` under another name, whose only version is `layer`.
Image clone_of(const Image& like, std::string_view name, const Layer& layer, std::string comment, WallTime now) {
  Image image = like;
  image.name = name;
  image.format = like.format;
  image.file = layer.file;
  image.size = layer.size;
  image.created = now;
  image.versions = {{1, layer.id, std::move(comment), now}};
  return image;
}

/// Snapshots of the machines' boots go with what they look at.
void drop_marks(LayerPlan& plan, const PlanFacts& facts, std::string_view image) {
  for (const auto& [key, overlay] : facts.registry.overlays) {
    if (key.image == image && overlay.is_of_one_boot()) plan.edit.remove_overlays.push_back(key);
  }
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

Result<LayerPlan> plan_publish(const PlanFacts& facts, std::string_view name, std::string_view comment,
                               std::optional<unsigned> from) {
  if (auto good = check_comment(comment); !good) return std::unexpected(good.error());
  const auto known = require_image(facts, name);
  if (!known) return std::unexpected(known.error());
  if ((*known)->format == "iso") return fail(ErrorKind::unsupported, "a CD is never written to, and has one version");
  const auto version = require_version(**known, from);
  if (!version) return std::unexpected(version.error());
  Image image = **known;
  LayerPlan plan;
  plan.writers_off = (*version)->layer;
  const auto layer = add_layer(plan, facts, (*version)->layer, 1);
  if (!layer) return std::unexpected(layer.error());
  const unsigned number = image.current().number + 1;
  const std::string said = comment.empty() ? fmt::format("as version {}", (*version)->number) : std::string(comment);
  image.versions.push_back({number, layer->id, said, facts.now});
  image.size = layer->size;
  plan.edit.put_images.push_back(std::move(image));
  plan.edit.events.push_back(
      event_of(EventKind::image_changed, name, fmt::format("Image {} has version {}: {}", name, number, said)));
  return plan;
}

Result<LayerPlan> plan_clone_image(const PlanFacts& facts, std::string_view source, std::string_view name,
                                   std::optional<unsigned> from) {
  if (auto good = check_new_name(facts, name); !good) return std::unexpected(good.error());
  const auto image = require_image(facts, source);
  if (!image) return std::unexpected(image.error());
  if ((*image)->format == "iso") return fail(ErrorKind::unsupported, "a CD is never written to; share it instead");
  const auto version = require_version(**image, from);
  if (!version) return std::unexpected(version.error());
  LayerPlan plan;
  plan.writers_off = (*version)->layer;
  const auto layer = add_layer(plan, facts, (*version)->layer, 1);
  if (!layer) return std::unexpected(layer.error());
  const std::string comment = fmt::format("clone of {}, version {}", source, (*version)->number);
  plan.edit.put_images.push_back(clone_of(**image, name, *layer, comment, facts.now));
  plan.edit.events.push_back(event_of(EventKind::image_added, name, fmt::format("Image {} is a {}", name, comment)));
  return plan;
}

Result<LayerPlan> plan_remove_version(const PlanFacts& facts, std::string_view name, unsigned number) {
  const auto known = require_image(facts, name);
  if (!known) return std::unexpected(known.error());
  const auto version = require_version(**known, number);
  if (!version) return std::unexpected(version.error());
  if (number == (*known)->current().number)
    return fail(ErrorKind::conflict,
                fmt::format("version {} of image {} is the current one; publish an older one as the newest first",
                            number, name));
  std::vector<std::string> users;
  for (const auto& [key, overlay] : facts.registry.overlays) {
    if (key.image != name) continue;
    const std::string who = fmt::format("the {} overlay of {}", name_of(key.mode), facts.registry.title_of(key.mac));
    if (overlay.version == number) users.push_back(who);
    for (const OverlaySnapshot& snapshot : overlay.snapshots) {
      if (snapshot.version == number) users.push_back(fmt::format("snapshot {} of {}", snapshot.number, who));
    }
  }
  if (!users.empty())
    return fail(ErrorKind::conflict, fmt::format("version {} of image {} is in use by {}; rebase or discard first",
                                                 number, name, join(users)));
  Image image = **known;
  std::erase_if(image.versions, [&](const ImageVersion& one) { return one.number == number; });
  LayerPlan plan;
  plan.edit.put_images.push_back(std::move(image));
  plan.edit.events.push_back(
      event_of(EventKind::image_changed, name, fmt::format("Version {} of image {} was removed", number, name)));
  return plan;
}

Result<LayerPlan> plan_remove_image(const PlanFacts& facts, std::string_view name) {
  const auto image = require_image(facts, name);
  if (!image) return std::unexpected(image.error());
  std::vector<std::string> users;
  for (const MacAddress& mac : facts.registry.users_of(name))
    users.push_back("the drives of " + facts.registry.title_of(mac));
  for (std::string& sharer : facts.registry.sharers_of(name)) users.push_back(std::move(sharer));
  for (const auto& [key, overlay] : facts.registry.overlays) {
    if (key.image == name && !overlay.is_of_one_boot())
      users.push_back("the private overlay of " + facts.registry.title_of(key.mac));
  }
  for (const ImageVersion& version : (*image)->versions) {
    // Layers live as long as anything needs them; a file that bears the image's name goes with it.
    const auto layer = facts.registry.layers.find(version.layer);
    if (layer != facts.registry.layers.end() && layer->second.file.starts_with("layers/")) continue;
    for (std::string& user : facts.registry.users_of(version.layer, true)) {
      const bool own = user.ends_with(fmt::format(" of image {}", name));
      if (!own && std::ranges::find(users, user) == users.end() && !user.starts_with("the private overlay of"))
        users.push_back(std::move(user));
    }
  }
  if (!users.empty())
    return fail(
        ErrorKind::conflict,
        fmt::format("image {} is in use by {}; give these something else, or discard them, first", name, join(users)));
  LayerPlan plan;
  drop_marks(plan, facts, name);
  plan.edit.remove_images.emplace_back(name);
  plan.edit.events.push_back(event_of(EventKind::image_removed, name, fmt::format("Image {} was removed", name)));
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

std::optional<std::string> find_master_objection(const RegistrySnapshot& registry, std::string_view name) {
  const Image* image = registry.find_image(name);
  if (!image || image->versions.empty() || image->format == "iso") return std::nullopt;
  std::vector<std::string> users = registry.users_of(image->current().layer, true);
  for (const auto& [other, one] : registry.images) {
    for (const ImageVersion& version : one.versions) {
      const bool itself = other == name && version.number == image->current().number;
      if (version.layer == image->current().layer && !itself)
        users.push_back(fmt::format("version {} of image {}", version.number, other));
    }
  }
  if (users.empty()) return std::nullopt;
  return fmt::format(
      "writing to version {} of image {} would damage {}; publish a new version for changes first: "
      "bootferry image publish {}",
      image->current().number, name, join(users), name);
}

}  // namespace bootferry::boot
