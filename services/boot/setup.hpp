// SPDX-License-Identifier: Apache-2.0
// What a person has set, many things at once, as "apply" takes it: groups, clients, rules, the default. Plain values,
// and what is the same in two of them. Read out of a file by http, completed by app, kept by db; pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boot/client.hpp"
#include "boot/group.hpp"

namespace bootferry::boot {

/// What is not in it stays as it is.
struct Setup {
  std::vector<Group> groups;
  std::vector<Client> clients;  ///< of each what a person says; what was seen of it does not count
  std::optional<std::vector<Rule>> rules;
  std::optional<UnknownDefault> unknown;
};

/// What became of one thing of an order, or what would.
struct SetupChange {
  enum class Kind { create, update, same, refused, skipped };
  std::string what;  ///< "group", "client", "rules", "default", "image", "template"
  std::string name;  ///< a client's is its MAC; empty where there is only one
  Kind kind = Kind::same;
  std::string why = {};  ///< of what was refused or skipped: a sentence with its mend
};
[[nodiscard]] std::string_view name_of(SetupChange::Kind kind);

/// A person says the same in both, whatever ids the entries have and whatever was seen or learned meanwhile.
[[nodiscard]] bool says_same(const Client& one, const Client& other);
[[nodiscard]] bool says_same(const Group& one, const Group& other);
[[nodiscard]] bool says_same(const std::vector<Rule>& one, const std::vector<Rule>& other);
[[nodiscard]] bool says_same(const Assignment& one, const Assignment& other);

}  // namespace bootferry::boot
