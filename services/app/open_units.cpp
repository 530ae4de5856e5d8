// SPDX-License-Identifier: Apache-2.0
#include "app/open_units.hpp"

#include <fmt/format.h>

#include "app/disk_rights.hpp"
#include "boot/overlay_plans.hpp"
#include "boot/target_name.hpp"

namespace bootferry::app {

std::string OpenUnits::key_of(std::string_view target, const boot::Drive& drive, boot::LayerId layer) {
  return fmt::format("{} {} {} {}", target, drive.image, boot::name_of(drive.mode), layer.value);
}

OpenUnits::Unit OpenUnits::get(const std::string& key, const std::function<Unit()>& make) {
  std::lock_guard one_at_a_time(making_);  // make() may read files; who only looks for a unit must not wait for that
  if (auto living = find(key)) return living;
  auto made = make();
  std::lock_guard lock(mutex_);
  std::erase_if(units_, [](const auto& entry) { return entry.second.expired(); });
  units_[key] = made;
  return made;
}

OpenUnits::Unit OpenUnits::find(const std::string& key) const {
  std::lock_guard lock(mutex_);
  const auto found = units_.find(key);
  return found == units_.end() ? nullptr : found->second.lock();
}

void OpenUnits::rename(const std::string& key, const std::string& new_key) {
  std::lock_guard lock(mutex_);
  auto found = units_.extract(key);
  if (!found) return;
  found.key() = new_key;
  units_.insert_or_assign(new_key, std::move(found.mapped()));
}

std::vector<OpenUnits::Unit> OpenUnits::of_image(std::string_view image) const {
  const std::string part = fmt::format(" {} ", image);  // of key_of: neither targets nor images have spaces
  std::lock_guard lock(mutex_);
  std::vector<Unit> found;
  for (const auto& [key, unit] : units_) {
    auto living = key.find(part) != std::string::npos ? unit.lock() : nullptr;
    if (living) found.push_back(std::move(living));
  }
  return found;
}

std::shared_ptr<iscsi::scsi::LogicalUnit> ClientDrives::find(const iscsi::scsi::Naa& naa) {
  const auto snapshot = registry_.snapshot();
  const boot::Client* client = snapshot->find_client(client_);
  if (!client) return nullptr;
  for (const FoundDrive& one : drives_of(*client, *snapshot)) {
    const auto layer = boot::top_layer(*snapshot, client_, *one.drive);
    auto unit = open_->find(OpenUnits::key_of(boot::target_name(one.key), *one.drive, layer));
    if (unit && unit->naa() == naa) return unit;
  }
  return nullptr;
}

}  // namespace bootferry::app
