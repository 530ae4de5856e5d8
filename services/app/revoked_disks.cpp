// SPDX-License-Identifier: Apache-2.0
#include "app/revoked_disks.hpp"

#include "boot/target_name.hpp"

namespace bootferry::app {
namespace {

constexpr auto quiet = std::chrono::minutes(1);  // initiators that reconnect by themselves ask every few seconds
constexpr std::size_t most_entries = 16384;

/// Its boots are seen; all others are configured by hand.
bool boots_from_us(std::string_view target, std::string_view initiator) {
  const auto key = boot::find_target_key(target);
  return key && boot::initiator_name(key->mac) == initiator;
}

}  // namespace

void RevokedDisks::add(std::string_view target, const iscsi::Visitor& visitor, std::string_view image, SteadyTime now) {
  std::lock_guard lock(mutex_);
  if (entries_.size() >= most_entries) entries_.erase(entries_.begin());
  entries_.try_emplace({std::string(target), visitor.initiator}, Entry{std::string(image), visitor.user, now});
}

bool RevokedDisks::bars(std::string_view target, const iscsi::Visitor& visitor, boot::AuthKind auth,
                        std::string_view image, SteadyTime now) {
  std::lock_guard lock(mutex_);
  const auto entry = entries_.find({std::string(target), visitor.initiator});
  if (entry == entries_.end()) return false;
  const bool given_back = entry->second.image == image;
  const bool stayed_away = now - entry->second.asked >= quiet;
  const bool began_anew = auth == boot::AuthKind::boot   ? !visitor.user.empty() && visitor.user != entry->second.user
                          : auth == boot::AuthKind::none ? stayed_away && !boots_from_us(target, visitor.initiator)
                                                         : stayed_away;  // fixed secrets are in no boot script
  if (given_back || began_anew) return false;
  entry->second.asked = now;
  return true;
}

void RevokedDisks::on_opened(std::string_view target, const std::string& initiator) {
  std::lock_guard lock(mutex_);
  entries_.erase({std::string(target), initiator});
}

void RevokedDisks::on_boot(const MacAddress& mac) {
  std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) {
    const auto key = boot::find_target_key(entry.first.first);
    return key && key->mac == mac;
  });
}

}  // namespace bootferry::app
