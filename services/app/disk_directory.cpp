// SPDX-License-Identifier: Apache-2.0
#include "app/disk_directory.hpp"

#include <fmt/format.h>

#include "app/sanitize_file.hpp"
#include "boot/target_name.hpp"
#include "images/open_beside.hpp"
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

bool is_cd(const boot::Image* image) { return image && image->format == "iso"; }

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
  const std::string& image = found->drive->image;
  const std::string word = disk_word(*found->drive, snapshot->find_image(image));
  if (!revoked_.bars(target, visitor, found->client->access.auth, word, clock_.now())) return std::nullopt;
  return LoginRefusal{LoginRefusal::Why::target_removed,
                      fmt::format("its drive was changed while it ran; it gets {} at its next boot", image)};
}

std::expected<iscsi::OpenedTarget, LoginRefusal> DiskDirectory::open(std::string_view target,
                                                                     const iscsi::Visitor& visitor) {
  const auto snapshot = registry_.snapshot();
  const auto found = find_drive(target, *snapshot);
  if (!found) return std::unexpected(refuse_unknown(target));
  const boot::Client* client = found->client;
  const boot::Drive& drive = *found->drive;
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
  identity.serial = fmt::format("{}-{:02x}", client->mac.to_hex(), found->number);
  identity.read_only = disk->read_only;
  const boot::DiskTraits traits = image ? image->traits : boot::DiskTraits{};
  identity.removable = traits.removable;
  identity.physical_block_size = traits.physical_block_size;
  if (is_cd(image)) {
    identity.type = iscsi::scsi::DeviceType::cdrom;
    identity.removable = true;
  }
  iscsi::OpenedTarget answer;
  // The unit, not only the session, holds the image: a copy that runs on must keep it from being opened by others.
  auto kept = std::make_shared<images::Opened>(*opened);
  std::shared_ptr<images::BlockDevice> device(kept, kept->device.get());
  if (traits.thick) device = std::make_shared<images::ThickDevice>(std::move(device));
  if (traces_) device = traces_->watch(client->mac, {drive.image, disk->version}, std::move(device));
  const auto reservations = reservations_ ? reservations_->store_of(target, drive.image) : nullptr;
  answer.unit = units_->get(OpenUnits::key_of(target, drive, disk->layer.id), [&] {
    iscsi::scsi::DiskServices services;
    services.reservations = reservations;
    services.copy_scope = std::make_shared<ClientDrives>(client->mac, registry_, units_);
    services.sanitize_mark = std::make_shared<SanitizeFile>(library_.sanitize_mark(sanitize_mark_of(disk->layer.id)));
    services.background = [this](BackgroundThreads::Job job) { background_.start(std::move(job)); };
    if (!disk->read_only) services.quota = drive.quota;
    return iscsi::scsi::make_disk(device, identity, std::move(services));
  });
  low->set_unit(answer.unit);
  answer.image = drive.image;
  answer.disk = disk_word(drive, image);
  answer.drive = found->number;
  answer.read_only = disk->read_only;
  answer.mac = client->mac;
  answer.hold = std::move(opened->hold);
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
  const boot::Drive* drive = found ? found->drive : nullptr;
  std::optional<std::string> why;
  if (!client)
    why = "its client was removed";
  else if (!drive)
    why = "its drive was taken away";
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
  if (client->access.auth == boot::AuthKind::none) revoked_.on_boot(mac);
  if (traces_) trace_boot(*client, *snapshot);
}

void DiskDirectory::trace_boot(const boot::Client& client, const boot::RegistrySnapshot& registry) {
  const auto* disks = std::get_if<boot::Disks>(&client.boot);
  if (!disks) return;
  for (const boot::Drive& drive : disks->drives) {
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

void DiskDirectory::on_image_grown(std::string_view image) {
  for (const auto& unit : units_->of_image(image)) unit->on_capacity_changed();
}

}  // namespace bootferry::app
