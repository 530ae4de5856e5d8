// SPDX-License-Identifier: Apache-2.0
#include "app/disk_rights.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/offer.hpp"

namespace bootferry::app {
namespace {

using iscsi::ChapSecret;
using iscsi::LoginRefusal;
using iscsi::Visitor;

bool is_fixed(boot::AuthKind auth) { return auth == boot::AuthKind::chap || auth == boot::AuthKind::mutual; }

std::optional<LoginRefusal> find_stranger(const boot::Client& client, const Visitor& visitor) {
  const boot::Access& access = client.access;
  const std::string mac = client.mac.to_string();
  if (!boot::initiator_fits(access, client.mac, visitor.initiator)) {
    return LoginRefusal{LoginRefusal::Why::not_authorized,
                        fmt::format("The initiator {} has no right to the disks of {}. \"bootferry client set {} "
                                    "--initiator {}\" would give it.",
                                    visitor.initiator, mac, mac, visitor.initiator)};
  }
  if (!boot::address_fits(access, visitor.address)) {
    return LoginRefusal{LoginRefusal::Why::not_authorized,
                        fmt::format("The disks of {} may be opened from {} only, not from {}.", mac,
                                    access.from->to_string(), visitor.address)};
  }
  return std::nullopt;
}

/// A client with disks that the visitor's name and address have a right to.
bool is_candidate(const boot::Client& client, const boot::RegistrySnapshot& registry, const Visitor& visitor) {
  return !find_stranger(client, visitor) && !drives_of(client, registry).empty();
}

bool equal(const ChapSecret& a, const ChapSecret& b) { return a.initiator == b.initiator && a.target == b.target; }

}  // namespace

std::vector<FoundDrive> drives_of(const boot::Client& client, const boot::RegistrySnapshot& registry) {
  const boot::Offer offer = boot::offer_of(client.mac, registry);
  std::vector<FoundDrive> found;
  // Where a rule says that a machine is another client, the drives are those of that one.
  if (offer.mac != client.mac) return found;
  const auto add = [&](const boot::Entry& entry) {
    for (const boot::NumberedDrive& one : boot::drives_of(entry.boot, registry))
      found.push_back({&client, one.drive, {client.mac, one.number, entry.id}, one.is_cd_floppy});
  };
  if (offer.preset) add(*offer.preset);
  for (const boot::Offered& one : offer.entries) {
    if (one.entry != offer.preset) add(*one.entry);
  }
  const auto offered = [&](const boot::Entry* entry) {
    return std::ranges::any_of(offer.entries, [&](const boot::Offered& one) { return one.entry == entry; });
  };
  if (offer.next && !offered(offer.next)) add(*offer.next);
  if (offer.spent) add(*offer.spent);
  return found;
}

std::optional<FoundDrive> find_drive(std::string_view target, const boot::RegistrySnapshot& registry) {
  const auto key = boot::find_target_key(target);
  const boot::Client* client = key ? registry.find_client(key->mac) : nullptr;
  if (!client) return std::nullopt;
  const auto drives = drives_of(*client, registry);
  const auto at = std::ranges::find(drives, *key, &FoundDrive::key);
  return at == drives.end() ? std::nullopt : std::optional(*at);
}

LoginRefusal refuse_unknown(std::string_view target) {
  return {LoginRefusal::Why::target_not_found, fmt::format("No client has a drive with the target name {}.", target)};
}

/// A stranger learns that a target exists (its name is made of a MAC, and can be guessed anyway): RFC 7143 wants
/// "not found" and "no right" told apart, and so does whoever has mistyped a name. Which names and addresses would do
/// he does not learn.
std::expected<DiskRights::Demand, LoginRefusal> DiskRights::admit(std::string_view target,
                                                                  const Visitor& visitor) const {
  if (target.empty()) return demand_of_discovery(visitor);
  const auto snapshot = registry_.snapshot();
  const auto found = find_drive(target, *snapshot);
  if (!found) return std::unexpected(refuse_unknown(target));
  if (auto stranger = find_stranger(*found->client, visitor)) return std::unexpected(std::move(*stranger));
  return found->client->access.auth == boot::AuthKind::none ? Demand::none : Demand::chap;
}

/// Proof is demanded when a fixed secret is set for this initiator and without proof it would see nothing at all:
/// a clear refusal is better than an empty list. Otherwise it may prove itself, and sees more then.
DiskRights::Demand DiskRights::demand_of_discovery(const Visitor& visitor) const {
  const auto snapshot = registry_.snapshot();
  bool open = false, fixed = false, any = false;
  for (const auto& [mac, client] : snapshot->clients) {
    if (!is_candidate(client, *snapshot, visitor)) continue;
    any = any || client.access.auth != boot::AuthKind::none;
    open = open || client.access.auth == boot::AuthKind::none;
    fixed = fixed || is_fixed(client.access.auth);
  }
  if (!any) return Demand::none;
  return fixed && !open ? Demand::chap : Demand::chap_or_none;
}

std::optional<ChapSecret> DiskRights::secret_of(const boot::Client& client, const Visitor& visitor) const {
  const boot::Access& access = client.access;
  if (access.auth == boot::AuthKind::none || visitor.user.empty()) return std::nullopt;
  if (access.auth == boot::AuthKind::boot) {
    const auto secret = boot_secrets_.find(client.mac, visitor.user);
    if (!secret) return std::nullopt;
    return ChapSecret{secret->reveal(), {}, {}};
  }
  if (access.secret.empty() || visitor.user != boot::chap_user(access, visitor.initiator)) return std::nullopt;
  return ChapSecret{access.secret.reveal(), access.target_secret.reveal(), boot::target_name({client.mac, 0x80})};
}

std::optional<ChapSecret> DiskRights::secret_of_any(const boot::RegistrySnapshot& registry,
                                                    const Visitor& visitor) const {
  for (const auto& [mac, client] : registry.clients) {
    if (!is_candidate(client, registry, visitor)) continue;
    if (auto secret = secret_of(client, visitor)) return secret;
  }
  return std::nullopt;
}

std::optional<ChapSecret> DiskRights::find_secret(std::string_view target, const Visitor& visitor) const {
  const auto snapshot = registry_.snapshot();
  if (target.empty()) return secret_of_any(*snapshot, visitor);
  const auto found = find_drive(target, *snapshot);
  if (!found || find_stranger(*found->client, visitor)) return std::nullopt;
  auto secret = secret_of(*found->client, visitor);
  if (secret && !secret->target.empty()) secret->target_user = target;
  return secret;
}

std::vector<std::string> DiskRights::targets_for(const Visitor& visitor) const {
  const auto snapshot = registry_.snapshot();
  const auto proven = visitor.user.empty() ? std::nullopt : secret_of_any(*snapshot, visitor);
  std::vector<std::string> names;
  for (const auto& [mac, client] : snapshot->clients) {
    if (!is_candidate(client, *snapshot, visitor)) continue;
    if (client.access.auth != boot::AuthKind::none) {
      const auto own = secret_of(client, visitor);
      if (!proven || !own || !equal(*own, *proven)) continue;
    }
    for (const FoundDrive& one : drives_of(client, *snapshot)) names.push_back(boot::target_name(one.key));
  }
  return names;
}

std::optional<LoginRefusal> DiskRights::find_objection(const boot::Client& client, const Visitor& visitor) const {
  if (auto stranger = find_stranger(client, visitor)) return stranger;
  if (client.access.auth == boot::AuthKind::none) return std::nullopt;
  const auto secret = secret_of(client, visitor);
  // A boot's user never gets another secret; a fixed one's is what people change to shut somebody out.
  if (secret && (!is_fixed(client.access.auth) || fingerprint(*secret) == visitor.proof)) return std::nullopt;
  return LoginRefusal{LoginRefusal::Why::not_authorized,
                      fmt::format("{} asks for another proof now.", client.mac.to_string())};
}

void DiskRights::on_opened(const boot::Client& client, const Visitor& visitor) const {
  if (client.access.auth == boot::AuthKind::boot) boot_secrets_.on_login(client.mac, visitor.user);
}

}  // namespace bootferry::app
