// SPDX-License-Identifier: Apache-2.0
#include "app/disk_directory.hpp"

#include <fmt/format.h>

#include "app/sanitize_file.hpp"
#include "boot/target_name.hpp"
#include "images/raw_device.hpp"
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

bool is_cd(const boot::Image* image) { return image && image->format == "iso"; }

/// A CD is, whatever the drive's mode.
bool opens_read_only(const boot::Image* image, const boot::Drive& drive) {
  return is_cd(image) || drive.mode == boot::DriveMode::readonly;
}

}  // namespace

std::optional<LoginRefusal> DiskDirectory::find_objection(std::string_view target, const iscsi::Visitor& visitor) {
  const auto snapshot = registry_.snapshot();
  const auto found = find_drive(target, *snapshot);
  if (!found) return refuse_unknown(target);
  if (auto objection = rights_.find_objection(*found->client, visitor)) return objection;
  const std::string& image = found->drive->image;
  if (!revoked_.bars(target, visitor, found->client->access.auth, image, clock_.now())) return std::nullopt;
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
  const bool read_only = opens_read_only(image, drive);
  const std::uint32_t block_size = image ? image->block_size : 512;
  auto opened = library_.open(drive.image, read_only ? images::OpenMode::read_only : images::OpenMode::read_write,
                              client->mac.to_string(), block_size);
  if (!opened) return refuse(why_of(opened.error().kind), with_names(opened.error().message, *snapshot));

  iscsi::scsi::Identity identity;
  identity.target_name = std::string(target);
  identity.serial = fmt::format("{}-{:02x}", client->mac.to_hex(), found->number);
  identity.read_only = read_only;
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
  if (traces_) device = traces_->watch(client->mac, {drive.image}, std::move(device));
  const auto reservations = reservations_ ? reservations_->store_of(target, drive.image) : nullptr;
  answer.unit = units_->get(OpenUnits::key_of(target, drive), [&] {
    iscsi::scsi::DiskServices services;
    services.reservations = reservations;
    services.copy_scope = std::make_shared<ClientDrives>(client->mac, registry_, units_);
    services.sanitize_mark = std::make_shared<SanitizeFile>(library_.sanitize_mark(drive.image));
    services.background = [this](BackgroundThreads::Job job) { background_.start(std::move(job)); };
    return iscsi::scsi::make_disk(device, identity, std::move(services));
  });
  answer.image = drive.image;
  answer.drive = found->number;
  answer.read_only = read_only;
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
  else if (drive->image != session.image)
    why = fmt::format("its drive has the image {} now", drive->image);
  else if (opens_read_only(snapshot->find_image(drive->image), *drive) != session.read_only)
    why = fmt::format("its drive is {} now", boot::name_of(drive->mode));
  if (why) {
    revoked_.add(session.target, session.visitor, session.image, clock_.now());
    return why;
  }
  auto objection = rights_.find_objection(*client, session.visitor);
  return objection ? std::optional(std::move(objection->reason)) : std::nullopt;
}

void DiskDirectory::on_boot(const MacAddress& mac) {
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
    const std::uint32_t block_size = image ? image->block_size : 512;
    // Not through the library: anybody may fetch a script, and must not keep a disk from its machine by that.
    auto open = [this, name = drive.image, block_size]() -> Result<BootTraces::Device> {
      const auto file = library_.path(name);
      if (!file) return std::unexpected(file.error());
      return images::make_raw_device(*file, images::OpenMode::read_only, images::Symlinks::refuse, block_size);
    };
    traces_->on_boot(client.mac, {drive.image}, std::move(open));
  }
}

void DiskDirectory::on_image_grown(std::string_view image) {
  for (const auto& unit : units_->of_image(image)) unit->on_capacity_changed();
}

}  // namespace bootferry::app
