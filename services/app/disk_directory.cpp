// SPDX-License-Identifier: Apache-2.0
#include "app/disk_directory.hpp"

#include <fmt/format.h>

#include "app/sanitize_file.hpp"
#include "boot/image_kinds.hpp"
#include "boot/offer.hpp"
#include "boot/target_name.hpp"
#include "images/open_beside.hpp"
#include "images/slice_device.hpp"
#include "images/thick_device.hpp"

namespace bootferry::app {
namespace {

using iscsi::LoginRefusal;

std::unexpected<LoginRefusal> refuse(LoginRefusal::Why why, std::string reason) {
  return std::unexpected(LoginRefusal{why, std::move(reason)});
}

LoginRefusal::Why why_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::conflict:
      return LoginRefusal::Why::in_use;
    case ErrorKind::not_found:
      return LoginRefusal::Why::target_removed;
    case ErrorKind::denied:
      return LoginRefusal::Why::not_authorized;
    default:
      return LoginRefusal::Why::unavailable;
  }
}

/// Holders are MACs, which never change under a running machine; people are told the name too.
std::string with_names(std::string sentence, const boot::RegistrySnapshot& registry) {
  for (const auto& [mac, client] : registry.clients) {
    const std::size_t at = client.name.empty() ? std::string::npos : sentence.find(mac.to_string());
    if (at != std::string::npos) sentence.replace(at, 17, fmt::format("{} ({})", client.name, mac.to_string()));
  }
  return sentence;
}

/// The unit of a device that tells before there is one, and after it.
class LowSpace {
 public:
  void set_unit(const std::shared_ptr<iscsi::scsi::LogicalUnit>& unit) {
    const std::lock_guard lock(mutex_);
    unit_ = unit;
  }
  [[nodiscard]] std::shared_ptr<iscsi::scsi::LogicalUnit> unit() {
    const std::lock_guard lock(mutex_);
    return unit_.lock();
  }

 private:
  std::mutex mutex_;
  std::weak_ptr<iscsi::scsi::LogicalUnit> unit_;
};

bool is_cd(const boot::Image* image) { return image && boot::is_cd(*image); }

/// A CD is read-only, whatever the drive's mode.
std::string disk_word(const boot::Drive& drive, const boot::Image* image) {
  return fmt::format("{} {}", drive.image, boot::name_of(is_cd(image) ? boot::DriveMode::readonly : drive.mode));
}

/// What the drive shows at its next boot: the current version, unless it keeps an overlay on an older one.
const boot::ImageVersion& version_of(const boot::Image& image, const boot::Client& client, const boot::Drive& drive,
                                     const boot::RegistrySnapshot& registry) {
  const auto* overlay = drive.mode == boot::DriveMode::private_overlay
                            ? registry.find_overlay({client.mac, drive.image, drive.mode})
                            : nullptr;
  const auto* version = overlay ? image.find_version(overlay->version) : nullptr;
  return version ? *version : image.current();
}

}  // namespace

std::optional<LoginRefusal> DiskDirectory::find_objection(std::string_view target, const iscsi::Visitor& visitor) {
  const auto snapshot = registry_.snapshot();
  const auto found = find_drive(target, *snapshot);
  if (!found) return refuse_unknown(target);
  if (auto objection = rights_.find_objection(*found->client, visitor)) return objection;
  const boot::Drive drive = trays_.drive_now(target, *found->drive);
  const std::string& image = drive.image;
  const std::string word = disk_word(drive, snapshot->find_image(image));
  if (!revoked_.bars(target, visitor, found->client->access.auth, word, clock_.now())) return std::nullopt;
  return LoginRefusal{LoginRefusal::Why::target_removed,
                      fmt::format("its drive was changed while it ran; it gets {} at its next boot", image)};
}

std::expected<iscsi::OpenedTarget, LoginRefusal> DiskDirectory::open(std::string_view target,
                                                                     const iscsi::Visitor& visitor) {
  const std::shared_lock no_change(changing_medium_);
  const auto snapshot = registry_.snapshot();
  const auto found = find_drive(target, *snapshot);
  if (!found) return std::unexpected(refuse_unknown(target));
  const boot::Client* client = found->client;
  if (client->access.auth == boot::AuthKind::boot) trays_.on_login(target, visitor.user);
  const boot::Drive drive = trays_.drive_now(target, *found->drive);
  if (auto objection = find_objection(target, visitor)) return std::unexpected(std::move(*objection));
  const boot::Image* image = snapshot->find_image(drive.image);
  const auto low = std::make_shared<LowSpace>();
  const auto on_space_low = [low, space = space_, mac = client->mac, drive](ByteCount used) {
    if (space) space->on_overlay_low(mac, drive.image, used, drive.quota);
    if (const auto unit = low->unit()) unit->on_space_low();
  };
  auto disk = layers_.open(*client, drive,
                           client->access.auth == boot::AuthKind::boot ? visitor.user : layers_.boot_of(client->mac),
                           on_space_low);
  if (!disk) return refuse(why_of(disk.error().kind), with_names(disk.error().message, *snapshot));
  images::Opened* const opened = &disk->opened;

  iscsi::scsi::Identity identity;
  identity.target_name = std::string(target);
  identity.serial = fmt::format("{}-{:02x}", client->mac.to_hex(), found->key.drive);
  if (found->key.entry != 0) identity.serial += fmt::format("-{}", found->key.entry);
  identity.read_only = disk->read_only;
  const boot::DiskTraits traits = image ? image->traits : boot::DiskTraits{};
  identity.removable = traits.removable || (found->key.drive == 0x00 && !found->is_cd_floppy);
  identity.physical_block_size = traits.physical_block_size;
  if (is_cd(image) && !found->is_cd_floppy) {
    identity.type = iscsi::scsi::DeviceType::cdrom;
    identity.removable = true;
  }
  iscsi::OpenedTarget answer;
  // The unit, not only the session, holds the image: a copy that runs on must keep it from being opened by others.
  auto kept = std::make_shared<images::Opened>(*opened);
  std::shared_ptr<images::BlockDevice> device(kept, kept->device.get());
  if (found->is_cd_floppy && image->floppy)
    device = std::make_shared<images::SliceDevice>(std::move(device), image->floppy->offset, image->floppy->size);
  if (traits.thick) device = std::make_shared<images::ThickDevice>(std::move(device));
  if (traces_ && !found->is_cd_floppy)
    device = traces_->watch(client->mac, {drive.image, disk->version}, std::move(device));
  const auto tray = identity.removable ? std::make_shared<images::TrayDevice>(device) : nullptr;
  if (tray) device = tray;
  const auto reservations = reservations_ ? reservations_->store_of(target, drive.image) : nullptr;
  const std::string key = OpenUnits::key_of(target, drive, disk->layer.id);
  bool made = false;
  answer.unit = units_->get(key, [&] {
    made = true;
    iscsi::scsi::DiskServices services;
    services.reservations = reservations;
    services.copy_scope = std::make_shared<ClientDrives>(client->mac, registry_, units_);
    services.sanitize_mark = std::make_shared<SanitizeFile>(library_.sanitize_mark(sanitize_mark_of(disk->layer.id)));
    services.background = [this](BackgroundThreads::Job job) { background_.start(std::move(job)); };
    if (!disk->read_only) services.quota = drive.quota;
    return iscsi::scsi::make_disk(device, identity, std::move(services));
  });
  low->set_unit(answer.unit);
  if (tray && made) trays_.on_opened({std::string(target), key, visitor.user, disk->read_only, tray, answer.unit});
  answer.image = drive.image;
  answer.disk = disk_word(drive, image);
  answer.drive = found->key.drive;
  answer.read_only = disk->read_only;
  answer.mac = client->mac;
  // A drive's medium may be taken out, and is free then: the unit holds what is in.
  answer.hold = identity.removable ? std::static_pointer_cast<void>(answer.unit) : std::move(opened->hold);
  rights_.on_opened(*client, visitor);  // older boots prove nothing from here on
  revoked_.on_opened(target, visitor.initiator);
  return answer;
}

std::optional<MacAddress> DiskDirectory::find_owner(std::string_view target) {
  const auto key = boot::find_target_key(target);
  if (!key || !registry_.snapshot()->find_client(key->mac)) return std::nullopt;
  return key->mac;
}

std::optional<std::string> DiskDirectory::why_revoked(const iscsi::GrantedSession& session) {
  const auto key = boot::find_target_key(session.target);
  const auto snapshot = registry_.snapshot();
  const boot::Client* client = key ? snapshot->find_client(key->mac) : nullptr;
  const auto found = find_drive(session.target, *snapshot);
  const std::optional<boot::Drive> drive =
      found ? std::optional(trays_.drive_now(session.target, *found->drive)) : std::nullopt;
  std::optional<std::string> why;
  if (!client)
    why = "its client was removed";
  else if (!drive)
    why = "its drive was taken away";
  else if (trays_.was_in(session.target, session.disk))
    why = std::nullopt;  // it was changed in its running drive
  else if (!session.disk.starts_with(drive->image + ' '))
    why = fmt::format("its drive has the image {} now", drive->image);
  else if (disk_word(*drive, snapshot->find_image(drive->image)) != session.disk)
    why = fmt::format("its drive is {} now", boot::name_of(drive->mode));
  if (why) {
    revoked_.add(session.target, session.visitor, session.disk, clock_.now());
    return why;
  }
  auto objection = rights_.find_objection(*client, session.visitor);
  return objection ? std::optional(std::move(objection->reason)) : std::nullopt;
}

void DiskDirectory::on_boot_script(const MacAddress& mac) {
  layers_.on_boot_script(mac);
  const auto snapshot = registry_.snapshot();
  const boot::Client* client = snapshot->find_client(mac);
  if (!client) return;
  if (client->access.auth == boot::AuthKind::none) {
    revoked_.on_boot(mac);
    trays_.on_boot(mac);
  }
  if (traces_) trace_boot(*client, *snapshot);
}

void DiskDirectory::trace_boot(const boot::Client& client, const boot::RegistrySnapshot& registry) {
  const boot::BootEntry boot = boot::offer_of(client.mac, registry).default_boot();
  for (const boot::NumberedDrive& one : boot::drives_of(boot)) {
    const boot::Drive& drive = *one.drive;
    const boot::Image* image = registry.find_image(drive.image);
    if (!image || image->versions.empty()) continue;
    const boot::ImageVersion& version = version_of(*image, client, drive, registry);
    auto layers = files_of(registry.stack_of(version.layer));
    if (layers.empty()) continue;
    // Not through the library: anybody may fetch a script, and must not keep a disk from its machine by that.
    auto open = [folder = library_.folder(), layers = std::move(layers), block_size = image->block_size] {
      return images::open_beside(folder, layers, block_size);
    };
    traces_->on_boot(client.mac, {drive.image, version.number}, std::move(open));
  }
}

Result<std::shared_ptr<images::BlockDevice>> DiskDirectory::open_floppy(const OpenTray& tray,
                                                                        const boot::Client& client,
                                                                        const boot::Drive& drive,
                                                                        boot::LayerId& layer) {
  auto disk =
      layers_.open(client, drive, tray.user.empty() ? layers_.boot_of(client.mac) : tray.user, [](ByteCount) {});
  if (!disk) return std::unexpected(disk.error());
  const images::BlockDevice& now = *tray.device;
  const images::BlockDevice& next = *disk->opened.device;
  if (next.size() != now.size() || next.block_size() != now.block_size()) {
    return fail(
        ErrorKind::invalid,
        fmt::format("{} has {}, and the floppy in the drive {}: the machine took the size when it booted. Give it "
                    "{} as what it boots instead.",
                    drive.image, render_byte_count(next.size()), render_byte_count(now.size()), drive.image));
  }
  if (disk->read_only != tray.read_only)
    return fail(ErrorKind::invalid,
                fmt::format("{} can be written otherwise than the floppy in the drive.", drive.image));
  layer = disk->layer.id;
  auto kept = std::make_shared<images::Opened>(std::move(disk->opened));
  return std::shared_ptr<images::BlockDevice>(kept, kept->device.get());
}

Result<boot::InsertedFloppy> DiskDirectory::insert_floppy(const MacAddress& mac, std::string_view name) {
  const std::unique_lock alone(changing_medium_);
  const auto snapshot = registry_.snapshot();
  const boot::Client* client = snapshot->find_client(mac);
  const boot::Image* image = snapshot->find_image(name);
  if (!client) return fail(ErrorKind::not_found, fmt::format("There is no client {}.", mac.to_string()));
  if (!image) return fail(ErrorKind::not_found, fmt::format("There is no image {}.", name));
  const auto tray = trays_.find_open(mac);
  const auto found = tray ? find_drive(tray->target, *snapshot) : std::nullopt;
  if (!found || is_cd(image)) {
    return fail(ErrorKind::conflict,
                is_cd(image)
                    ? fmt::format("{} is a CD, no floppy.", name)
                    : fmt::format("{} has no floppy drive in use now. Its image must be a floppy's, or made with "
                                  "--removable, and the machine must be running from it.",
                                  mac.to_string()));
  }
  boot::Drive drive = trays_.drive_now(tray->target, *found->drive);
  boot::InsertedFloppy answer{std::string(name), drive.image};
  if (drive.image == name) return answer;
  const std::string word_before = disk_word(drive, snapshot->find_image(drive.image));
  drive.image = name;
  boot::LayerId layer{};
  auto device = open_floppy(*tray, *client, drive, layer);
  if (!device) return fail(device.error().kind, with_names(device.error().message, *snapshot));
  const std::string key = OpenUnits::key_of(tray->target, drive, layer);
  auto changed = tray->unit->change_medium([&] {
    trays_.on_inserted(*tray, word_before, drive.image, key);
    tray->device->insert(*device);
    return Result<void>{};
  });
  if (!changed) return std::unexpected(changed.error());
  units_->rename(tray->key, key);
  return answer;
}

void DiskDirectory::on_image_grown(std::string_view image) {
  for (const auto& unit : units_->of_image(image)) unit->on_capacity_changed();
}

}  // namespace bootferry::app
