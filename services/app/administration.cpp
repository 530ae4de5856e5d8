// SPDX-License-Identifier: Apache-2.0
#include "app/administration.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <algorithm>

#include "app/boot_keeper.hpp"
#include "app/client_change.hpp"
#include "app/image_checks.hpp"
#include "app/image_presets.hpp"
#include "app/missing_files.hpp"
#include "app/settings.hpp"
#include "base/log.hpp"
#include "boot/image_plans.hpp"
#include "boot/offer.hpp"
#include "boot/target_name.hpp"

namespace bootferry::app {

ApplianceAdministration::ApplianceAdministration(Parts parts, boot::Health identity)
    : parts_(parts), identity_(std::move(identity)) {
  if (identity_.dhcp_mode == name_of(DhcpMode::server)) reservable_ = identity_.network;
}

boot::Health ApplianceAdministration::health() {
  boot::Health health = identity_;
  const auto snapshot = parts_.registry.snapshot();
  health.now = parts_.clock.wall_now();
  health.clients = snapshot->clients.size();
  health.images = snapshot->images.size();
  health.sessions = parts_.target.sessions().size();
  if (parts_.https_port) health.https_port = parts_.https_port();
  const bool we_give_addresses = health.dhcp_mode == name_of(DhcpMode::server);
  for (const auto& server : parts_.network ? parts_.network->network_servers() : std::vector<boot::NetworkServer>{}) {
    if (std::string complaint = complaint_of(server, we_give_addresses); !complaint.empty())
      health.warnings.push_back(std::move(complaint));
  }
  std::vector<boot::ImageView> incomplete;  // asked often: nothing else of the images is looked up
  for (const auto& [name, image] : snapshot->images) {
    auto missing = find_missing_files(image, *snapshot, parts_.library);
    if (!missing.empty()) incomplete.push_back({image, {}, {}, std::move(missing)});
  }
  if (const std::string lost = describe_missing_files(incomplete); !lost.empty())
    health.warnings.push_back(fmt::format("{}. {}.", lost, missing_files_mend));
  return health;
}

// ---- clients

boot::ClientView ApplianceAdministration::view_of(const boot::Client& client, const boot::RegistrySnapshot& registry,
                                                  const std::vector<boot::SessionView>& sessions) const {
  boot::ClientView view;
  view.client = client;
  view.state = parts_.activity.state_of(client.mac, client.last_seen.value_or(WallTime{}), parts_.clock.wall_now());
  if (parts_.boots) view.last_boot = parts_.boots->last_of(client.mac);
  const bool holds_session =
      std::any_of(sessions.begin(), sessions.end(), [&](const auto& session) { return session.mac == client.mac; });
  if (holds_session) view.state = boot::ClientState::on;
  for (const FoundDrive& one : drives_of(client, registry)) view.targets.push_back(boot::target_name(one.key));
  const boot::Offer offer = boot::offer_of(client.mac, registry);
  view.boot = offer.default_boot();
  view.why = offer.why;
  for (const boot::Offered& one : offer.entries)
    view.offered.push_back({one.entry->name, one.group ? one.group->name : "", one.entry->boot});
  return view;
}

std::vector<boot::ClientView> ApplianceAdministration::clients() {
  const auto snapshot = parts_.registry.snapshot();
  const auto live = sessions();
  std::vector<boot::ClientView> views;
  views.reserve(snapshot->clients.size());
  for (const auto& [mac, client] : snapshot->clients) views.push_back(view_of(client, *snapshot, live));
  return views;
}

Result<boot::ClientView> ApplianceAdministration::require_client(const MacAddress& mac) {
  const auto snapshot = parts_.registry.snapshot();
  const boot::Client* client = snapshot->find_client(mac);
  if (!client)
    return fail(ErrorKind::not_found,
                fmt::format("there is no client {}; \"bootferry client list\" shows all", mac.to_string()));
  return view_of(*client, *snapshot, sessions());
}

Result<boot::ClientView> ApplianceAdministration::put_client(const MacAddress& mac, const boot::ClientChange& change) {
  std::lock_guard lock(edits_);
  const auto client = change_client(mac, change, *parts_.registry.snapshot(), reservable_);
  if (!client) return std::unexpected(client.error());
  if (auto done = parts_.registry.put_client(*client); !done) return std::unexpected(done.error());
  return require_client(mac);
}

// The groups come first: a client's default may be an entry of one that the same order makes.
Result<std::vector<boot::SetupChange>> ApplianceAdministration::apply_setup(const boot::SetupOrder& order,
                                                                            bool dry_run) {
  if (!parts_.assignments) return fail(ErrorKind::unsupported, "this server keeps no groups");
  std::lock_guard lock(edits_);
  boot::RegistrySnapshot now = *parts_.registry.snapshot();
  for (const boot::Group& group : order.groups) now.groups[group.name] = group;
  boot::Setup setup{order.groups, {}, order.rules, order.unknown};
  std::vector<boot::SetupChange> refused;
  for (const auto& [mac, change] : order.clients) {
    auto client = change_client(mac, change, now, reservable_);
    if (client)
      setup.clients.push_back(std::move(*client));
    else
      refused.push_back({"client", mac.to_string(), boot::SetupChange::Kind::refused, client.error().message});
  }
  auto changes = parts_.assignments->put_setup(setup, dry_run || !refused.empty());
  if (changes) changes->insert(changes->end(), refused.begin(), refused.end());
  return changes;
}

Result<void> ApplianceAdministration::remove_client(const MacAddress& mac) {
  auto view = require_client(mac);
  if (!view) return std::unexpected(view.error());
  if (view->state == boot::ClientState::on) {
    return fail(ErrorKind::conflict,
                fmt::format("client {} holds an iSCSI session; switch the machine off first, or drop its session",
                            mac.to_string()));
  }
  return parts_.registry.remove_client(mac);
}

// ---- images

boot::ImageView ApplianceAdministration::view_of(const boot::Image& image,
                                                 const boot::RegistrySnapshot& registry) const {
  ByteCount allocated;
  for (const boot::ImageVersion& version : image.versions) {
    if (const auto layer = registry.layers.find(version.layer); layer != registry.layers.end())
      allocated += parts_.library.layer_allocated(layer->second.file).value_or(ByteCount{});
  }
  return {image, allocated, registry.users_of(image.name), find_missing_files(image, registry, parts_.library)};
}

std::vector<boot::ImageView> ApplianceAdministration::images() {
  const auto snapshot = parts_.registry.snapshot();
  std::vector<boot::ImageView> views;
  for (const auto& [name, image] : snapshot->images) views.push_back(view_of(image, *snapshot));
  return views;
}

Result<boot::ImageView> ApplianceAdministration::require_image(std::string_view name) {
  const auto snapshot = parts_.registry.snapshot();
  const boot::Image* image = snapshot->find_image(name);
  if (!image)
    return fail(ErrorKind::not_found,
                fmt::format("there is no image {}; \"bootferry image list\" shows all", name.substr(0, 64)));
  return view_of(*image, *snapshot);
}

Result<void> ApplianceAdministration::check_new_image(const boot::NewImage& image) const {
  if (auto good = boot::check_image_name(image.name); !good) return good;
  if (auto good = boot::check_block_size(image.block_size); !good) return good;
  if (parts_.registry.snapshot()->find_image(image.name))
    return fail(ErrorKind::conflict,
                fmt::format("there is already an image {}; choose another name, or remove it first", image.name));
  return {};
}

Result<boot::ImageView> ApplianceAdministration::register_image(const boot::NewImage& wanted) {
  const std::string& name = wanted.name;
  auto path = parts_.library.path(name);
  if (!path) return std::unexpected(path.error());
  if (wanted.traits.thick) {
    if (auto reserved = parts_.library.reserve(name); !reserved) {
      (void)parts_.library.remove(name);
      return std::unexpected(reserved.error());
    }
  }
  auto size = parts_.library.size(name);
  if (!size) return std::unexpected(size.error());
  boot::Image image{name,         wanted.format.value_or("raw"), path->filename().string(),
                    *size,        parts_.clock.wall_now(),       wanted.block_size,
                    wanted.traits};
  if (image.format == "iso") image.floppy = find_cd_floppy(*path);
  if (auto done = parts_.registry.put_image(image); !done) {
    (void)parts_.library.remove(name);  // no file without its row
    return std::unexpected(done.error());
  }
  return require_image(name);
}

Result<boot::ImageView> ApplianceAdministration::create_image(const boot::NewImage& image, ByteCount size) {
  if (auto good = check_new_image(image); !good) return std::unexpected(good.error());
  const auto preset = images::presets::require_preset(image.preset);
  if (!preset) return std::unexpected(preset.error());
  const auto whole = images::presets::size_of(*preset, size, image.block_size);
  if (!whole) return std::unexpected(whole.error());
  boot::NewImage shaped = image;
  const bool formatted = preset->kind != images::presets::PresetKind::blank;
  if (formatted && !image.says_physical_block_size) shaped.traits.physical_block_size = preset->physical_block_size;
  shaped.traits.removable = image.traits.removable || preset->removable;
  const auto format = [&](const std::filesystem::path& draft) { return format_preset(*preset, *whole, draft); };
  if (auto made = parts_.library.create(image.name, *whole, image.block_size, format); !made)
    return std::unexpected(made.error());
  return register_image(shaped);
}

namespace {

/// The device that a path leads to, by whatever name; none when it is no disk.
std::optional<dev_t> find_disk(const std::filesystem::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISBLK(info.st_mode)) return std::nullopt;
  return info.st_rdev;
}

}  // namespace

// Opened for writing once: that no one of this machine has it, and that what it is can be served.
Result<boot::ImageView> ApplianceAdministration::attach_image(const boot::NewImage& image,
                                                              const std::filesystem::path& device) {
  std::lock_guard lock(edits_);
  if (auto good = check_new_image(image); !good) return std::unexpected(good.error());
  const auto disk = find_disk(device);
  if (!disk) {
    return fail(ErrorKind::invalid,
                fmt::format("{} is no disk of this machine; \"bootferry image add\" takes files", device.string()));
  }
  const auto snapshot = parts_.registry.snapshot();
  for (const auto& [id, layer] : snapshot->layers) {  // also of a clone, when the image itself is gone
    if (layer.file.starts_with('/') && find_disk(layer.file) == disk)
      return fail(ErrorKind::conflict,
                  fmt::format("{} belongs to an image already; \"bootferry image list\" shows all", device.string()));
  }
  const images::LayerFile only{device.string(), "raw"};
  const auto opened = parts_.library.open_stack({&only, 1}, images::OpenMode::read_write,
                                                fmt::format("image {}, which is being made of it", image.name));
  if (!opened) return std::unexpected(opened.error());
  boot::Image attached{image.name, "raw", device.string(), opened->device->size(), parts_.clock.wall_now()};
  attached.block_size = opened->device->block_size();
  attached.traits = image.traits;
  if (attached.block_size > attached.traits.physical_block_size)
    attached.traits.physical_block_size = attached.block_size;
  if (auto done = parts_.registry.put_image(attached); !done) return std::unexpected(done.error());
  return require_image(image.name);
}

Result<boot::ImageCheck> ApplianceAdministration::check_image(std::string_view name) {
  const auto view = require_image(name);
  if (!view) return std::unexpected(view.error());
  return check_library_image(parts_.library, parts_.registry, view->image);
}

Result<boot::ImageCheck> ApplianceAdministration::repair_image(std::string_view name) {
  std::lock_guard lock(edits_);  // no second repair under the same name
  const auto view = require_image(name);
  if (!view) return std::unexpected(view.error());
  return repair_library_image(parts_.library, parts_.registry, view->image);
}

namespace {

/// A person's words as the importer's order.
Result<incoming::ImportOrder> order_of(const boot::NewImage& image, const std::filesystem::path& source) {
  incoming::ImportOrder order{.name = image.name, .source = source, .block_size = image.block_size};
  if (image.format) {
    order.format = incoming::parse_format(*image.format);
    if (!order.format)
      return fail(ErrorKind::invalid, "\"format\" is one of raw, iso, floppy, qcow2, vmdk, vdi, vhd, vhdx");
  }
  if (image.format == "iso" && image.block_size != 512)
    return fail(ErrorKind::invalid, "a CD has blocks of 2048 bytes; leave the block size out");
  if (!image.sha256.empty()) {
    auto sum = incoming::parse_sha256(image.sha256);
    if (!sum) return std::unexpected(sum.error());
    order.sha256 = std::move(*sum);
  }
  return order;
}

}  // namespace

Result<boot::AddedImage> ApplianceAdministration::import_image(const boot::NewImage& image,
                                                               const std::filesystem::path& source) {
  return import_image(image, source, {}, false);
}

Result<void> ApplianceAdministration::check_import(const boot::NewImage& image) const {
  if (auto good = check_new_image(image); !good) return good;
  const auto order = order_of(image, {});
  return order ? Result<void>{} : std::unexpected(order.error());
}

Result<boot::AddedImage> ApplianceAdministration::import_image(const boot::NewImage& image,
                                                               const std::filesystem::path& source,
                                                               const incoming::StepReport& report, bool may_wait) {
  std::unique_lock alone(import_, std::defer_lock);
  if (may_wait)
    alone.lock();
  else if (!alone.try_lock())
    return fail(ErrorKind::unavailable, "another image is being added; try again when it is done");
  if (auto good = check_new_image(image); !good) return std::unexpected(good.error());
  const auto order = order_of(image, source);
  if (!order) return std::unexpected(order.error());
  incoming::Importer importer(parts_.library);
  const auto made = importer.import_file(*order, report);
  if (!made) return std::unexpected(made.error());
  boot::NewImage shaped = image;
  shaped.format = made->shape.cd ? "iso" : "raw";
  shaped.block_size = made->shape.block_size;
  auto view = register_image(shaped);
  if (!view) return std::unexpected(view.error());
  const bool packed = made->kind.packing != incoming::Packing::none;
  return boot::AddedImage{std::move(*view), packed ? std::string(name_of(made->kind.packing)) : std::string(),
                          std::string(name_of(made->kind.format)), made->sha256};
}

// First the disk itself, then those who have it open, then the row. A crash between leaves a row that is too small:
// note_grown_images mends it.
Result<boot::ImageView> ApplianceAdministration::grow_image(std::string_view name, ByteCount size) {
  std::lock_guard lock(edits_);
  auto view = require_image(name);
  if (!view) return view;
  if (view->image.format == "iso") return fail(ErrorKind::unsupported, "a CD has the size that it was made with");
  const std::uint32_t block_size = view->image.block_size;
  const auto registry = parts_.registry.snapshot();
  const auto stack = files_of(registry->stack_of(view->image.current().layer));
  if (stack.empty()) return fail(ErrorKind::io, fmt::format("a layer of image {} is missing", name));
  auto grown = parts_.library.grow_layer(stack, size, block_size, view->image.traits.thick);
  // An error may come after the disk has grown: then all that could be told are, and the row is true.
  auto now = parts_.library.layer_size(stack.front().file, stack.front().format);
  const ByteCount whole{now ? now->value - now->value % block_size : view->image.size.value};
  if (!grown && whole <= view->image.size) return std::unexpected(grown.error());
  parts_.disks.on_image_grown(name);
  if (whole != view->image.size) {
    view->image.size = whole;
    if (auto done = parts_.registry.put_image(view->image); !done) return std::unexpected(done.error());
  }
  if (!grown) return std::unexpected(grown.error());
  return require_image(name);
}

void ApplianceAdministration::note_grown_images() {
  std::lock_guard lock(edits_);
  const auto snapshot = parts_.registry.snapshot();
  for (const auto& [name, known] : snapshot->images) {
    if (known.versions.empty()) continue;
    if (known.format == "iso" && !known.floppy) note_cd_floppy(known);
    const auto layer = snapshot->layers.find(known.current().layer);
    if (layer == snapshot->layers.end()) continue;
    const auto size = parts_.library.layer_size(layer->second.file, layer->second.format);
    if (!size || size->value / known.block_size <= known.size.value / known.block_size) continue;
    boot::Image image = known;
    image.size = {size->value - size->value % known.block_size};
    if (auto done = parts_.registry.put_image(image); !done)
      log::error("IMAGE_SIZE_NOT_NOTED", {{"image", name}, {"why", done.error().message}});
  }
}

// A CD that was added before anybody looked for its floppy.
void ApplianceAdministration::note_cd_floppy(boot::Image image) {
  const auto path = image_path(image.name);
  if (path) image.floppy = find_cd_floppy(*path);
  if (auto done = path ? parts_.registry.put_image(image) : std::unexpected(path.error()); !done)
    log::error("CD_FLOPPY_NOT_NOTED", {{"image", image.name}, {"why", done.error().message}});
}

Result<void> ApplianceAdministration::remove_image(std::string_view name) {
  std::lock_guard lock(edits_);
  const auto view = require_image(name);
  if (!view) return std::unexpected(view.error());
  const auto snapshot = parts_.registry.snapshot();
  const boot::Image* image = snapshot->find_image(name);
  {
    // Who has a version open has it open below his own layer, too.
    std::vector<std::shared_ptr<void>> claims;
    for (const boot::ImageVersion& version : image->versions) {
      auto claim = parts_.library.claim_layer(snapshot->layers.at(version.layer).file);
      if (!claim) return std::unexpected(claim.error());
      claims.push_back(std::move(*claim));
    }
    auto done =
        parts_.layers.carry_out([&](const boot::PlanFacts& facts) { return boot::plan_remove_image(facts, name); });
    if (!done) return done;
  }
  parts_.layers.sweep();
  return {};
}

Result<std::filesystem::path> ApplianceAdministration::image_path(std::string_view name) {
  const auto view = require_image(name);
  if (!view) return std::unexpected(view.error());
  const auto snapshot = parts_.registry.snapshot();
  const auto layer = snapshot->layers.find(view->image.current().layer);
  if (layer == snapshot->layers.end()) return fail(ErrorKind::io, fmt::format("a layer of image {} is missing", name));
  return parts_.library.folder() / layer->second.file;
}

// ---- sessions, leases, events

std::vector<boot::SessionView> ApplianceAdministration::sessions() { return parts_.target.sessions(); }

Result<void> ApplianceAdministration::drop_session(std::uint64_t id) { return parts_.target.drop(id); }

std::vector<boot::Lease> ApplianceAdministration::leases() { return parts_.leases.load(); }

std::vector<boot::Event> ApplianceAdministration::events(const boot::EventQuery& query) {
  return parts_.events.find(query);
}

}  // namespace bootferry::app
