// SPDX-License-Identifier: Apache-2.0
#include "boot/image_plans.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/plan_steps.hpp"

namespace bootferry::boot {
namespace {

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Snapshots of the machines' boots go with what they look at.
void drop_marks(LayerPlan& plan, const PlanFacts& facts, std::string_view image) {
  for (const auto& [key, overlay] : facts.registry.overlays) {
    if (key.image == image && overlay.is_of_one_boot()) plan.edit.remove_overlays.push_back(key);
  }
}

}  // namespace

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
