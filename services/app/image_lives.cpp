// SPDX-License-Identifier: Apache-2.0
#include "app/image_lives.hpp"

#include <fmt/format.h>

#include <cstring>

#include "app/named_disk.hpp"
#include "boot/image_plans.hpp"
#include "boot/overlay_plans.hpp"
#include "images/disk_export.hpp"

namespace bootferry::app {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

constexpr const char* step = "copying";

/// Over a device of the library, from any byte to any other.
class Reader final : public boot::DiskReader {
 public:
  explicit Reader(images::Opened opened) : opened_(std::move(opened)) {}
  ByteCount size() const override { return opened_.device->size(); }
  Result<void> read(ByteCount offset, MutableByteView out) override {
    images::BlockDevice& device = *opened_.device;
    const std::uint64_t unit = device.block_size(), end = offset.value + out.size();
    if (offset.value % unit == 0 && end % unit == 0) return device.read(offset, out);
    const std::uint64_t first = offset.value / unit * unit, last = (end + unit - 1) / unit * unit;
    Bytes blocks(last - first);
    if (auto done = device.read({first}, blocks); !done) return done;
    std::memcpy(out.data(), blocks.data() + (offset.value - first), out.size());
    return {};
  }

 private:
  const images::Opened opened_;
};

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
  if (const boot::Drive* drive = find_drive_with(registry, overlay.key.mac, overlay.key.image);
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

// ---- disks that are taken home

Result<boot::JobView> ApplianceImageLives::start_export(const boot::DiskName& name, const boot::ExportWish& wish) {
  const auto disk = find_disk(name, *parts_.registry.snapshot());
  if (!disk) return std::unexpected(disk.error());
  // What is wrong already is said now; the job finds out what goes wrong until its turn comes.
  if (auto good = images::check_export_target(wish.target); !good) return std::unexpected(good.error());
  if (const auto opened = open_to_read(parts_.library, *disk, "an export"); !opened)
    return std::unexpected(opened.error());
  auto job = parts_.jobs.add(disk->client.empty() ? "export-image" : "export-overlay", disk->image, {}, disk->client);
  if (!job) return job;
  worker_.post([this, id = job->id, name, wish] { parts_.jobs.end(id, run_export(id, name, wish)); });
  return job;
}

void ApplianceImageLives::stop() {
  stopping_ = true;
  worker_.stop();
}

Result<void> ApplianceImageLives::run_export(std::uint64_t job, const boot::DiskName& name,
                                             const boot::ExportWish& wish) {
  const auto progress = [this, job](ByteCount done, ByteCount total) -> Result<void> {
    if (stopping_) return fail(ErrorKind::unavailable, "the server stopped; export again");
    return parts_.jobs.report(job, step, done, total);
  };
  if (auto go_on = progress({}, {}); !go_on) return go_on;
  const auto disk = find_disk(name, *parts_.registry.snapshot());
  if (!disk) return std::unexpected(disk.error());
  const auto opened = open_to_read(parts_.library, *disk, "an export");
  if (!opened) return std::unexpected(opened.error());
  return images::export_disk(*opened->device, wish.target,
                             wish.qcow2 ? images::ExportFormat::qcow2 : images::ExportFormat::raw, progress);
}

Result<boot::OpenDisk> ApplianceImageLives::open_disk(const boot::DiskName& name) {
  auto disk = find_disk(name, *parts_.registry.snapshot());
  if (!disk) return std::unexpected(disk.error());
  auto opened = open_to_read(parts_.library, *disk, "a download");
  if (!opened) return std::unexpected(opened.error());
  // Looked at while it is held: from here on nobody writes.
  std::string revision = parts_.library.layer_revision(disk->stack.front().file);
  return boot::OpenDisk{std::make_shared<Reader>(std::move(*opened)), std::move(disk->title),
                        std::move(disk->file_name), std::move(revision)};
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
