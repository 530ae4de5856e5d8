// SPDX-License-Identifier: Apache-2.0
#include "boot/plan_steps.hpp"

#include <fmt/format.h>

#include "boot/offer.hpp"

namespace bootferry::boot {

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

Result<void> check_new_name(const PlanFacts& facts, std::string_view name) {
  if (auto good = check_image_name(name); !good) return good;
  if (!facts.registry.find_image(name)) return {};
  return fail(ErrorKind::conflict, fmt::format("there is already an image {}; choose another name", name));
}

Result<Layer> add_layer(LayerPlan& plan, const PlanFacts& facts, LayerId below, std::size_t spare) {
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

Image clone_of(const Image& like, std::string_view name, const Layer& layer, std::string comment, WallTime now) {
  Image image = like;
  image.name = name;
  image.file = layer.file;
  image.size = layer.size;
  image.created = now;
  image.versions = {{1, layer.id, std::move(comment), now}};
  return image;
}

Event event_of(EventKind kind, std::string_view image, std::string text) {
  Event event;
  event.kind = kind;
  event.text = std::move(text);
  event.fields = {{"image", std::string(image)}};
  return event;
}

}  // namespace bootferry::boot
