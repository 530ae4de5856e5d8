// SPDX-License-Identifier: Apache-2.0
#include "app/image_lives.hpp"

#include <fmt/format.h>

#include "app/disk_rights.hpp"
#include "images/disk_export.hpp"

namespace bootferry::app {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

/// The first drive of the client with that image, of all that it is offered.
const boot::Drive* find_drive(const boot::RegistrySnapshot& registry, const MacAddress& mac, std::string_view image) {
  const boot::Client* client = registry.find_client(mac);
  if (!client) return nullptr;
  for (const FoundDrive& one : drives_of(*client, registry)) {
    if (one.drive->image == image) return one.drive;
  }
  return nullptr;
}

bool has_overlay(boot::DriveMode mode) {
  return mode == boot::DriveMode::private_overlay || mode == boot::DriveMode::fresh_overlay;
}

boot::OverlayKey key_of(const boot::OverlayName& name, const boot::RegistrySnapshot& registry) {
  boot::OverlayKey key{name.mac, name.image, boot::DriveMode::private_overlay};
  if (name.mode) return key.mode = *name.mode, key;
  const boot::Drive* drive = find_drive(registry, name.mac, name.image);
  if (drive && has_overlay(drive->mode)) return key.mode = drive->mode, key;
  if (!registry.find_overlay(key)) {
    key.mode = boot::DriveMode::fresh_overlay;
    if (!registry.find_overlay(key)) key.mode = boot::DriveMode::private_overlay;
  }
  return key;
}

}  // namespace

// ---- overlays

boot::OverlayView ApplianceImageLives::view_of(const boot::Overlay& overlay,
                                               const boot::RegistrySnapshot& registry) const {
  const auto allocated = [&](boot::LayerId id) {
    const auto layer = registry.layers.find(id);
    return layer == registry.layers.end() ? ByteCount{}
                                          : parts_.library.layer_allocated(layer->second.file).value_or(ByteCount{});
  };
  boot::OverlayView view{overlay, {}, allocated(overlay.layer), {}, overlay.version, false, {}};
  if (const auto layer = registry.layers.find(overlay.layer); layer != registry.layers.end()) {
    view.size = layer->second.size;
    view.in_use = !parts_.library.layer_holders(layer->second.file).empty();
  }
  if (const boot::Image* image = registry.find_image(overlay.key.image); image && !image->versions.empty())
    view.current = image->current().number;
  if (const boot::Drive* drive = find_drive(registry, overlay.key.mac, overlay.key.image);
      drive && drive->mode == overlay.key.mode)
    view.quota = drive->quota;
  for (const boot::OverlaySnapshot& one : overlay.snapshots) view.snapshots.push_back({one, allocated(one.layer)});
  return view;
}

std::vector<boot::OverlayView> ApplianceImageLives::overlays() {
  const auto registry = parts_.registry.snapshot();
  std::vector<boot::OverlayView> views;
  for (const auto& [key, overlay] : registry->overlays) {
    if (has_overlay(key.mode)) views.push_back(view_of(overlay, *registry));
  }
  return views;
}

Result<boot::OverlayView> ApplianceImageLives::require_overlay(const boot::OverlayName& name) {
  const auto registry = parts_.registry.snapshot();
  const boot::Overlay* overlay = registry->find_overlay(key_of(name, *registry));
  if (!overlay || !has_overlay(overlay->key.mode))
    return fail(ErrorKind::not_found, fmt::format("{} has no overlay on image {}; \"bootferry overlay list\" shows all",
                                                  registry->title_of(name.mac), name.image));
  return view_of(*overlay, *registry);
}

Result<void> ApplianceImageLives::change_overlay(const boot::OverlayName& name, const boot::OverlayVerb& verb) {
  const auto before = parts_.registry.snapshot();
  const boot::OverlayKey key = key_of(name, *before);
  if (const auto* wanted = std::get_if<boot::Grow>(&verb)) return grow(key, wanted->size);
  return parts_.keeper.carry_out([&](const boot::PlanFacts& facts) {
    return std::visit(
        Overloaded{
            [&](const boot::TakeSnapshot& one) { return boot::plan_snapshot(facts, key, one.comment); },
            [&](const boot::Rollback& one) { return boot::plan_rollback(facts, key, one.snapshot); },
            [&](const boot::RemoveSnapshot& one) { return boot::plan_remove_snapshot(facts, key, one.snapshot); },
            [&](const boot::Rebase&) { return boot::plan_rebase(facts, key); },
            [&](const boot::Apply& one) { return boot::plan_apply(facts, key, one.comment); },
            [&](const boot::Clone& one) { return boot::plan_clone_overlay(facts, key, one.image); },
            [&](const boot::Discard&) { return boot::plan_discard(facts, key); },
            [&](const boot::Grow&) { return Result<boot::LayerPlan>(boot::LayerPlan{}); },
        },
        verb);
  });
}

// First the file, then its row: a crash between leaves a row that is too small, and growing again mends it.
Result<void> ApplianceImageLives::grow(const boot::OverlayKey& key, ByteCount size) {
  if (key.mode != boot::DriveMode::private_overlay)
    return fail(ErrorKind::invalid, "a fresh overlay has the size of its image; grow that");
  return parts_.keeper.grow(key, size, [&] { parts_.disks.on_image_grown(key.image); });
}

// ---- exports

Result<void> ApplianceImageLives::export_overlay(const boot::OverlayName& name, const boot::ExportWish& wish) {
  const auto registry = parts_.registry.snapshot();
  const boot::OverlayKey key = key_of(name, *registry);
  const boot::Overlay* overlay = registry->find_overlay(key);
  const boot::Image* image = registry->find_image(key.image);
  if (!overlay || !image)
    return fail(ErrorKind::not_found,
                fmt::format("{} has no overlay on image {}", registry->title_of(key.mac), key.image));
  return export_stack(registry->stack_of(overlay->layer), image->block_size,
                      fmt::format("the overlay of {}", registry->title_of(key.mac)), wish);
}

Result<void> ApplianceImageLives::export_image(std::string_view name, std::optional<unsigned> number,
                                               const boot::ExportWish& wish) {
  const auto registry = parts_.registry.snapshot();
  const boot::Image* image = registry->find_image(name);
  if (!image || image->versions.empty()) return fail(ErrorKind::not_found, fmt::format("there is no image {}", name));
  const boot::ImageVersion* version = image->find_version(number.value_or(image->current().number));
  if (!version) return fail(ErrorKind::not_found, fmt::format("image {} has no version {}", name, *number));
  return export_stack(registry->stack_of(version->layer), image->block_size, fmt::format("image {}", name), wish);
}

Result<void> ApplianceImageLives::export_stack(const std::vector<boot::Layer>& stack, std::uint32_t block_size,
                                               const std::string& name, const boot::ExportWish& wish) {
  const std::unique_lock alone(export_, std::try_to_lock);
  if (!alone) return fail(ErrorKind::unavailable, "another disk is being exported; try again when it is done");
  if (stack.empty()) return fail(ErrorKind::io, "a layer of this is missing");
  images::StackOptions options;
  options.block_size = block_size;
  options.name = name;
  auto opened = parts_.library.open_stack(files_of(stack), images::OpenMode::read_only, "an export", options);
  if (!opened) return std::unexpected(opened.error());
  return images::export_disk(*opened->device, wish.target,
                             wish.qcow2 ? images::ExportFormat::qcow2 : images::ExportFormat::raw,
                             [this](ByteCount, ByteCount) -> Result<void> {
                               if (!stopping_) return {};
                               return fail(ErrorKind::unavailable, "the server stops; export again when it is back");
                             });
}

// ---- versions

Result<std::vector<boot::VersionView>> ApplianceImageLives::versions(std::string_view name) {
  const auto registry = parts_.registry.snapshot();
  const boot::Image* image = registry->find_image(name);
  if (!image) return fail(ErrorKind::not_found, fmt::format("there is no image {}", name));
  std::vector<boot::VersionView> views;
  for (const boot::ImageVersion& version : image->versions) {
    const auto stack = registry->stack_of(version.layer);
    boot::VersionView view{version, {}, {}, stack.size(), registry->users_of(version.layer, false)};
    if (!stack.empty()) {
      view.size = stack.front().size;
      view.allocated = parts_.library.layer_allocated(stack.front().file).value_or(ByteCount{});
    }
    views.push_back(std::move(view));
  }
  return views;
}

Result<void> ApplianceImageLives::change_versions(std::string_view image, const boot::VersionVerb& verb) {
  return parts_.keeper.carry_out([&](const boot::PlanFacts& facts) {
    return std::visit(
        Overloaded{
            [&](const boot::Publish& one) { return boot::plan_publish(facts, image, one.comment, one.from); },
            [&](const boot::CloneImage& one) { return boot::plan_clone_image(facts, image, one.image, one.from); },
            [&](const boot::RemoveVersion& one) { return boot::plan_remove_version(facts, image, one.version); },
        },
        verb);
  });
}

}  // namespace bootferry::app
