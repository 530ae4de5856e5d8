// SPDX-License-Identifier: Apache-2.0
// Many edits of Registry as one: what the file of "apply" says, all of it or none. What is said already is not written
// again, and nobody is told of it.
#include <algorithm>

#include "db/registry.hpp"
#include "db/registry_checks.hpp"
#include "db/registry_rows.hpp"

namespace bootferry::db {
namespace {

using boot::SetupChange;
using Kind = SetupChange::Kind;

void refuse(SetupChange& change, const Result<void>& verdict) {
  if (verdict) return;
  change.kind = Kind::refused;
  change.why = verdict.error().message;
}

template <class Found, class Wanted>
Kind kind_of(const Found* known, const Wanted& wanted) {
  if (!known) return Kind::create;
  return boot::says_same(*known, wanted) ? Kind::same : Kind::update;
}

}  // namespace

Result<std::vector<SetupChange>> Registry::put_setup(const boot::Setup& wanted, bool dry_run) {
  std::lock_guard lock(database_.mutex());
  const auto now = snapshot();
  Edit edit = begin_edit();
  std::vector<SetupChange> changes;
  const auto note = [&](const char* what, std::string name, Kind kind, auto enter) {
    SetupChange& change = changes.emplace_back(SetupChange{what, std::move(name), kind});
    if (kind != Kind::same) refuse(change, enter());
  };
  for (const boot::Group& group : wanted.groups) {
    const auto known = now->groups.find(group.name);
    const boot::Group* before = known == now->groups.end() ? nullptr : &known->second;
    note("group", group.name, kind_of(before, group), [&] { return add(edit, group); });
  }
  // Two clients may have changed their names or addresses with one another: all are placed before any is looked at, and
  // give up what is theirs alone before any is written.
  const std::size_t first_client = changes.size();
  std::vector<std::function<void()>> releases;
  for (const boot::Client& client : wanted.clients) {
    const boot::Client* seen = now->find_client(client.mac);
    const Kind kind = kind_of(seen && seen->known ? seen : nullptr, client);
    note("client", client.mac.to_string(), kind, [&] { return place_client(edit, client); });
    if (kind != Kind::same) releases.emplace_back([this, mac = client.mac] { release_client(database_, mac); });
  }
  for (std::size_t i = 0; i < wanted.clients.size(); ++i) {
    SetupChange& change = changes[first_client + i];
    if (change.kind == Kind::create || change.kind == Kind::update)
      refuse(change, check_client(*edit.next, wanted.clients[i].mac));
  }
  edit.writes.insert(edit.writes.begin(), releases.begin(), releases.end());
  if (wanted.rules) note("rules", "", kind_of(&now->rules, *wanted.rules), [&] { return add(edit, *wanted.rules); });
  if (wanted.unknown)
    note("default", "", kind_of(&now->unknown, *wanted.unknown), [&] { return add(edit, *wanted.unknown); });
  const bool refused = std::ranges::any_of(changes, [](const auto& one) { return one.kind == Kind::refused; });
  if (refused || dry_run || edit.writes.empty()) return changes;
  if (auto done = commit(std::move(edit)); !done) return std::unexpected(done.error());
  return changes;
}

}  // namespace bootferry::db
