// SPDX-License-Identifier: Apache-2.0
#include "app/layer_keeper.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "base/log.hpp"
#include "boot/image_plans.hpp"
#include "boot/overlay_plans.hpp"

namespace bootferry::app {
namespace {

constexpr std::size_t most_boots = 4096;
constexpr int most_tries = 5;

/// A CD is never written to, so it needs no overlay.
boot::DriveMode mode_of(const boot::Image& image, const boot::Drive& drive) {
  return image.format == "iso" ? boot::DriveMode::readonly : drive.mode;
}

}  // namespace

// No image can have this name.
std::string sanitize_mark_of(boot::LayerId layer) { return fmt::format("@{}", layer.value); }

std::vector<images::LayerFile> files_of(const std::vector<boot::Layer>& stack) {
  std::vector<images::LayerFile> files;
  files.reserve(stack.size());
  for (const boot::Layer& layer : stack) files.push_back({layer.file, layer.format});
  return files;
}

// ---- plans

Result<void> LayerKeeper::carry_out(const Planner& planner) {
  std::lock_guard alone(mutex_);
  auto done = carry_out_alone(planner);
  sweep_alone();
  return done;
}

// The file of the new layer first, then the rows in one transaction: a crash between leaves a file that no row knows,
// and sweep_unknown() takes it away at the next start.
Result<void> LayerKeeper::carry_out_alone(const Planner& planner) {
  const auto step = [this](std::string_view name) {
    if (step_) step_(name);
  };
  const auto registry = registry_.snapshot();
  auto plan = planner({*registry, clock_.wall_now(), store_.new_layer_id()});
  if (!plan) return std::unexpected(plan.error());
  if (plan->edit.is_empty()) return {};
  std::shared_ptr<void> frozen;
  if (plan->writers_off) {
    auto hold = freeze(plan->writers_off, *registry);
    if (!hold) return std::unexpected(hold.error());
    frozen = std::move(*hold);
  }
  std::shared_ptr<void> claim;
  if (plan->dropped) {
    auto claimed = library_.claim_layer(registry->layers.at(plan->dropped).file);
    if (!claimed) return std::unexpected(claimed.error());
    claim = std::move(*claimed);
  }
  step("planned");
  if (plan->new_layer) {
    boot::Layer& layer = *plan->new_layer;
    const boot::Layer& below = registry->layers.at(layer.below);
    // A crash in the middle of growing leaves a row that is too small; a machine may use the rest already.
    const ByteCount size = library_.layer_size(below.file, below.format).value_or(ByteCount{});
    if (size > layer.size && size.value % 4096 == 0) plan->edit.put_layers.front().size = layer.size = size;
    auto made = library_.make_layer({layer.file, layer.size, below.file, below.format});
    if (!made) return made;
  }
  step("file made");
  auto done = store_.change(plan->edit);
  step("committed");
  return done;
}

Result<std::shared_ptr<void>> LayerKeeper::freeze(boot::LayerId layer, const boot::RegistrySnapshot& registry) {
  const auto stack = registry.stack_of(layer);
  if (stack.empty()) return fail(ErrorKind::io, "a layer of this is not in the registry any more");
  std::error_code unknown;
  if (std::filesystem::exists(library_.sanitize_mark(sanitize_mark_of(layer)), unknown))
    return fail(ErrorKind::conflict, "a SANITIZE of this disk has not ended; boot its machine until it has");
  // A version is read by many at once, and must stay so. An overlay is its client's alone: opened for writing, what a
  // crash left in it is put right before it is frozen.
  const bool shared = std::ranges::any_of(registry.images, [&](const auto& image) {
    return std::ranges::find(image.second.versions, layer, &boot::ImageVersion::layer) != image.second.versions.end();
  });
  images::StackOptions options;
  for (const auto& [key, overlay] : registry.overlays) {
    if (overlay.layer == layer && key.mode != boot::DriveMode::readonly)
      options.name = fmt::format("the {} overlay of {} on image {}", boot::name_of(key.mode),
                                 registry.title_of(key.mac), key.image);
  }
  auto opened =
      library_.open_stack(files_of(stack), shared ? images::OpenMode::read_only : images::OpenMode::read_write,
                          "a change that is being made of it", options);
  if (!opened) return std::unexpected(opened.error());
  if (opened->device->capabilities().writable) {
    if (auto flushed = opened->device->flush(); !flushed) return std::unexpected(flushed.error());
  }
  return std::make_shared<images::Opened>(std::move(*opened));
}

void LayerKeeper::sweep() {
  std::lock_guard alone(mutex_);
  sweep_alone();
}

void LayerKeeper::sweep_alone() {
  const auto registry = registry_.snapshot();
  for (const std::string& file : store_.dropped_files()) {
    const bool lives =  // another one has the name now
        std::ranges::any_of(registry->layers, [&](const auto& layer) { return layer.second.file == file; });
    auto removed = lives ? Result<void>{} : remove_file(file);
    if (!removed && removed.error().kind == ErrorKind::conflict) continue;  // still open: next time
    if (!removed && removed.error().kind != ErrorKind::not_found)
      log::warning("LAYER_NOT_REMOVED", {{"file", file}, {"why", removed.error().message}});
    else if (auto forgotten = store_.forget_dropped(file); !forgotten)
      log::warning("LAYER_NOT_FORGOTTEN", {{"file", file}, {"why", forgotten.error().message}});
  }
}

Result<void> LayerKeeper::remove_file(const std::string& file) {
  if (file.starts_with('/')) return {};  // a disk of the server's own, that was only lent
  if (file.starts_with("layers/")) {
    auto removed = library_.remove_layer(file);
    std::error_code gone;
    if (removed || removed.error().kind == ErrorKind::not_found)
      std::filesystem::remove(library_.sanitize_mark("@" + std::filesystem::path(file).stem().string()), gone);
    return removed;
  }
  return library_.remove(std::filesystem::path(file).stem().string());
}

/// A mark that outlived its layer would wipe the next one of its number.
void LayerKeeper::sweep_marks(const boot::RegistrySnapshot& registry) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(library_.folder(), failed)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(".@") || !name.ends_with(".sanitize")) continue;
    if (registry.layers.contains({std::atoll(name.c_str() + 2)})) continue;
    std::filesystem::remove(entry.path(), failed);
  }
}

// A crash between the making of a file and its row leaves one that no row knows and that no edit has dropped.
void LayerKeeper::sweep_unknown() {
  std::lock_guard alone(mutex_);
  sweep_alone();
  const auto registry = registry_.snapshot();
  sweep_marks(*registry);
  for (const std::string& file : library_.layer_files()) {
    const bool known =
        std::ranges::any_of(registry->layers, [&](const auto& layer) { return layer.second.file == file; });
    if (known) continue;
    // What a crash leaves was never written to. Anything else is somebody's, whatever the database has forgotten.
    if (!library_.is_empty_layer(file)) {
      log::warning("LAYER_UNKNOWN", {{"file", file}, {"mend", "no row has it: it is left alone; look what is in it"}});
      const std::int64_t number = std::atoll(std::filesystem::path(file).stem().c_str());
      for (int i = 0; i < 100'000 && store_.new_layer_id().value < number; ++i) continue;
      continue;
    }
    if (auto removed = library_.remove_layer(file); !removed)
      log::warning("LAYER_NOT_REMOVED", {{"file", file}, {"why", removed.error().message}});
  }
}

Result<void> LayerKeeper::grow(const boot::OverlayKey& key, ByteCount size, const std::function<void()>& tell) {
  std::lock_guard alone(mutex_);
  const auto registry = registry_.snapshot();
  const boot::Overlay* overlay = registry->find_overlay(key);
  const auto stack = overlay ? registry->stack_of(overlay->layer) : std::vector<boot::Layer>{};
  if (stack.empty())
    return fail(ErrorKind::not_found, fmt::format("{} has no {} overlay on image {}", registry->title_of(key.mac),
                                                  boot::name_of(key.mode), key.image));
  const auto files = files_of(stack);
  const auto grown = library_.grow_layer(files, size, registry->find_image(key.image)->block_size);
  if (!grown) return std::unexpected(grown.error());
  tell();
  boot::Layer layer = stack.front();
  layer.size = *grown;
  return store_.change({.put_layers = {layer}});
}

// ---- disks

void LayerKeeper::on_boot_script(const MacAddress& mac) {
  std::lock_guard lock(boots_mutex_);
  if (boots_.size() >= most_boots && !boots_.contains(mac)) boots_.erase(boots_.begin());
  boots_[mac] = fmt::format("script {}", clock_.wall_now().time_since_epoch().count());
}

std::string LayerKeeper::boot_of(const MacAddress& mac) const {
  std::lock_guard lock(boots_mutex_);
  const auto at = boots_.find(mac);
  return at == boots_.end() ? std::string() : at->second;
}

Result<OpenedDisk> LayerKeeper::open(const boot::Client& client, const boot::Drive& drive, const std::string& boot,
                                     const std::function<void(ByteCount used)>& on_space_low) {
  for (int tries = 0; tries < most_tries; ++tries) {
    if (auto ready = prepare(client, drive, boot); !ready) return std::unexpected(ready.error());
    auto disk = open_prepared(client, drive, on_space_low);
    if (!disk) return disk;
    // Between the look and the open a plan may have frozen or dropped the layer; from now on it cannot.
    const auto now = registry_.snapshot();
    if (boot::top_layer(*now, client.mac, drive) == disk->layer.id &&
        (disk->read_only || now->users_of(disk->layer.id, true).empty()))
      return disk;
  }
  return fail(ErrorKind::unavailable, fmt::format("image {} is being changed just now; try again", drive.image));
}

/// Lets the drive's layer be there, and be that of this boot.
Result<void> LayerKeeper::prepare(const boot::Client& client, const boot::Drive& drive, const std::string& boot) {
  const auto registry = registry_.snapshot();
  const boot::Image* image = registry->find_image(drive.image);
  if (!image || image->versions.empty())
    return fail(ErrorKind::not_found, fmt::format("there is no image {}", drive.image));
  if (drive.mode == boot::DriveMode::master && image->format != "iso") return prepare_master(drive.image, client.mac);
  const boot::OverlayKey key{client.mac, drive.image, mode_of(*image, drive)};
  if (!wants_new(*registry, key, boot)) return {};
  return carry_out([&](const boot::PlanFacts& facts) -> Result<boot::LayerPlan> {
    // Another login of this boot may have been here meanwhile.
    if (!wants_new(facts.registry, key, boot)) return boot::LayerPlan{};
    return boot::plan_new_overlay(facts, key, boot);
  });
}

bool LayerKeeper::wants_new(const boot::RegistrySnapshot& registry, const boot::OverlayKey& key,
                            const std::string& boot) const {
  const boot::Overlay* overlay = registry.find_overlay(key);
  if (!overlay) return true;
  if (!overlay->is_of_one_boot()) return false;
  if (!boot.empty()) return overlay->boot != boot;
  // No boot of it can be told: a reader moves on to a new version when he has let go of the old one.
  const boot::Image* image = registry.find_image(key.image);
  if (key.mode != boot::DriveMode::readonly || !image || overlay->version == image->current().number) return false;
  const auto holders = library_.layer_holders(registry.layers.at(overlay->layer).file);
  return std::ranges::find(holders, key.mac.to_string()) == holders.end();
}

/// Overlays of one boot whose machine is off are let go of, as their next boot begins them anew.
Result<void> LayerKeeper::prepare_master(const std::string& image, const MacAddress& mac) {
  std::lock_guard alone(mutex_);
  const auto registry = registry_.snapshot();
  if (auto objection = boot::find_master_objection(*registry, image)) return fail(ErrorKind::conflict, *objection);
  const boot::LayerId current = registry->find_image(image)->current().layer;
  boot::LayerEdit edit;
  for (const auto& [key, overlay] : registry->overlays) {
    const auto stack = registry->stack_of(overlay.layer);
    const bool on_it = std::ranges::find(stack, current, &boot::Layer::id) != stack.end();
    if (!overlay.is_of_one_boot() || !on_it) continue;
    auto holders = library_.layer_holders(stack.front().file);
    std::erase(holders, mac.to_string());
    if (!holders.empty())
      return fail(ErrorKind::conflict, fmt::format("image {} is in use by {}", image, fmt::join(holders, ", ")));
    edit.remove_overlays.push_back(key);
  }
  if (edit.remove_overlays.empty()) return {};
  auto done = store_.change(edit);
  sweep_alone();
  return done;
}

Result<OpenedDisk> LayerKeeper::open_prepared(const boot::Client& client, const boot::Drive& drive,
                                              const std::function<void(ByteCount used)>& on_space_low) {
  const auto registry = registry_.snapshot();
  const boot::Image* image = registry->find_image(drive.image);
  const auto stack = registry->stack_of(boot::top_layer(*registry, client.mac, drive));
  if (!image || stack.empty()) return fail(ErrorKind::not_found, fmt::format("image {} was just removed", drive.image));
  const bool read_only = mode_of(*image, drive) == boot::DriveMode::readonly;
  images::StackOptions options;
  options.block_size = image->block_size;
  options.limit = drive.quota;
  options.name = "image " + drive.image;
  options.on_space_low = on_space_low;
  auto opened =
      library_.open_stack(files_of(stack), read_only ? images::OpenMode::read_only : images::OpenMode::read_write,
                          client.mac.to_string(), options);
  if (!opened) return std::unexpected(opened.error());
  const boot::Overlay* overlay = registry->find_overlay({client.mac, drive.image, mode_of(*image, drive)});
  return OpenedDisk{std::move(*opened), stack.front(), overlay ? overlay->version : image->current().number, read_only};
}

}  // namespace bootferry::app
