// SPDX-License-Identifier: Apache-2.0
#include "app/trays.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "base/log.hpp"
#include "boot/target_name.hpp"

namespace bootferry::app {

Trays::Trays(std::filesystem::path file) : file_(std::move(file)) {
  std::ifstream in(file_);
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string target, image, user, disk;
    if (!(words >> target >> image >> user)) continue;
    Inserted& one = inserted_[target];
    one.image = image;
    if (user != "-") one.user = user;
    while (words >> disk) {  // "IMAGE MODE" pairs
      if (std::string mode; words >> mode) one.before.insert(disk + " " + mode);
    }
  }
}

boot::Drive Trays::drive_now(std::string_view target, const boot::Drive& entry) const {
  boot::Drive now = entry;
  const std::lock_guard lock(mutex_);
  if (const auto found = inserted_.find(target); found != inserted_.end()) now.image = found->second.image;
  return now;
}

bool Trays::was_in(std::string_view target, std::string_view disk) const {
  const std::lock_guard lock(mutex_);
  const auto found = inserted_.find(target);
  return found != inserted_.end() && found->second.before.contains(disk);
}

void Trays::on_opened(OpenTray tray) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [](const auto& one) { return one.second.unit.expired(); });
  open_[tray.target] = {tray.key, std::move(tray.user), tray.read_only, tray.device, tray.unit};
}

std::optional<OpenTray> Trays::find_open(const MacAddress& mac) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [target, one] : open_) {
    const auto key = boot::find_target_key(target);
    if (!key || key->mac != mac) continue;
    OpenTray found{target, one.key, one.user, one.read_only, one.device.lock(), one.unit.lock()};
    if (found.device && found.unit) return found;
  }
  return std::nullopt;
}

void Trays::on_inserted(const OpenTray& tray, std::string_view disk_before, const std::string& image,
                        std::string new_key) {
  const std::lock_guard lock(mutex_);
  Inserted& one = inserted_[tray.target];
  one.image = image;
  one.user = tray.user;
  one.before.emplace(disk_before);
  if (const auto open = open_.find(tray.target); open != open_.end()) open->second.key = std::move(new_key);
  store();
}

void Trays::on_login(std::string_view target, std::string_view user) {
  const std::lock_guard lock(mutex_);
  const auto found = inserted_.find(target);
  if (found == inserted_.end() || found->second.user == user) return;
  inserted_.erase(found);
  store();
}

void Trays::on_boot(const MacAddress& mac) {
  const std::lock_guard lock(mutex_);
  const auto gone = std::erase_if(inserted_, [&](const auto& one) {
    const auto key = boot::find_target_key(one.first);
    return key && key->mac == mac;
  });
  if (gone != 0) store();
}

void Trays::store() const {
  if (file_.empty()) return;
  const std::filesystem::path draft = file_.string() + ".part";
  std::ofstream out(draft, std::ios::trunc);
  for (const auto& [target, one] : inserted_) {
    out << target << ' ' << one.image << ' ' << (one.user.empty() ? "-" : one.user);
    for (const std::string& disk : one.before) out << ' ' << disk;
    out << '\n';
  }
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(draft, file_, failed);
  if (!out || failed) log::error("INSERTED_FLOPPIES_NOT_KEPT", {{"file", file_.string()}});
}

}  // namespace bootferry::app
