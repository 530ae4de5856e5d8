// SPDX-License-Identifier: Apache-2.0
#include "boot/setup.hpp"

#include <algorithm>

namespace bootferry::boot {
namespace {

Menu without_ids(Menu menu) {
  for (Entry& entry : menu.entries) entry.id = no_entry;
  return menu;
}

Quirks without_learned(Quirks quirks) {
  quirks.learned_proxy_form.reset();
  return quirks;
}

}  // namespace

std::string_view name_of(SetupChange::Kind kind) {
  constexpr std::string_view names[] = {"create", "update", "same", "refused", "skipped"};
  return names[static_cast<std::size_t>(kind)];
}

bool says_same(const Client& one, const Client& other) {
  return one.mac == other.mac && one.name == other.name && one.known == other.known &&
         without_ids(one.menu) == without_ids(other.menu) && one.groups == other.groups &&
         one.reserved_address == other.reserved_address && one.access == other.access &&
         without_learned(one.quirks) == without_learned(other.quirks);
}

bool says_same(const Group& one, const Group& other) {
  return one.name == other.name && without_ids(one.menu) == without_ids(other.menu);
}

bool says_same(const Assignment& one, const Assignment& other) {
  const auto* first = std::get_if<Entry>(&one);
  const auto* second = std::get_if<Entry>(&other);
  return first && second ? first->boot == second->boot : one == other;
}

bool says_same(const std::vector<Rule>& one, const std::vector<Rule>& other) {
  return std::ranges::equal(one, other, [](const Rule& a, const Rule& b) {
    return a.mac == b.mac && a.uuid == b.uuid && a.serial == b.serial && a.architecture == b.architecture &&
           says_same(a.then, b.then);
  });
}

}  // namespace bootferry::boot
