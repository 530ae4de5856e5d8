// SPDX-License-Identifier: Apache-2.0
#include "boot/layer_edit.hpp"

#include <set>

namespace bootferry::boot {
namespace {

/// The layer and all below it.
void keep(LayerId top, const RegistrySnapshot& registry, std::set<LayerId>& kept) {
  for (LayerId id = top; id && kept.insert(id).second;) {
    const auto layer = registry.layers.find(id);
    id = layer == registry.layers.end() ? LayerId{} : layer->second.below;
  }
}

void forget_unused_layers(RegistrySnapshot& registry) {
  std::set<LayerId> kept;
  for (const auto& [name, image] : registry.images) {
    for (const ImageVersion& version : image.versions) keep(version.layer, registry, kept);
  }
  for (const auto& [key, overlay] : registry.overlays) {
    keep(overlay.layer, registry, kept);
    for (const OverlaySnapshot& snapshot : overlay.snapshots) keep(snapshot.layer, registry, kept);
  }
  std::erase_if(registry.layers, [&](const auto& layer) { return !kept.contains(layer.first); });
}

}  // namespace

void apply(const LayerEdit& edit, RegistrySnapshot& registry) {
  for (const Layer& layer : edit.put_layers) registry.layers[layer.id] = layer;
  for (const Image& image : edit.put_images) registry.images[image.name] = image;
  for (const OverlayKey& key : edit.remove_overlays) registry.overlays.erase(key);
  for (const Overlay& overlay : edit.put_overlays) registry.overlays[overlay.key] = overlay;
  for (const std::string& name : edit.remove_images) registry.images.erase(name);
  forget_unused_layers(registry);
}

}  // namespace bootferry::boot
