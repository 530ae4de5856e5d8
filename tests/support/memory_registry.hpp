// SPDX-License-Identifier: Apache-2.0
// A registry without a database: what is put in is in the next snapshot, and layer edits are applied as db applies
// them.
#pragma once

#include <memory>

#include "boot/layer_edit.hpp"
#include "images/image_library.hpp"

namespace bootferry::test {

class MemoryRegistry final : public boot::ClientRegistry, public boot::LayerStore {
 public:
  boot::RegistrySnapshot now;
  std::vector<std::string> dropped;

  std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override {
    return std::make_shared<boot::RegistrySnapshot>(now);
  }
  void note_seen(const boot::Sighting&) override {}
  Result<void> put_client(const boot::Client& client) override {
    return now.clients[client.mac] = client, Result<void>{};
  }
  Result<void> remove_client(const MacAddress& mac) override { return now.clients.erase(mac), Result<void>{}; }
  Result<void> put_image(const boot::Image& image) override {
    boot::Image first = image;
    const boot::LayerId layer = new_layer_id();
    now.layers[layer] = {layer, {}, image.file, image.format, image.size, image.created};
    first.versions = {{1, layer, "", image.created}};
    now.images[image.name] = first;
    return {};
  }
  Result<void> remove_image(std::string_view name) override {
    return now.images.erase(std::string(name)), Result<void>{};
  }

  boot::LayerId new_layer_id() override { return {next_++}; }
  Result<void> change(const boot::LayerEdit& edit) override {
    const auto before = now.layers;
    boot::apply(edit, now);
    for (const auto& [id, layer] : before) {
      if (!now.layers.contains(id)) dropped.push_back(layer.file);
    }
    return {};
  }
  std::vector<std::string> dropped_files() override { return dropped; }
  Result<void> forget_dropped(const std::string& file) override { return std::erase(dropped, file), Result<void>{}; }

  /// An empty disk of the library, with its row.
  void add_image(images::ImageLibrary& library, const std::string& name, ByteCount size,
                 std::uint32_t block_size = 512) {
    if (library.create(name, size, block_size)) (void)put_image({name, "raw", name + ".raw", size, {}, block_size});
  }

 private:
  std::int64_t next_ = 1;
};

}  // namespace bootferry::test
