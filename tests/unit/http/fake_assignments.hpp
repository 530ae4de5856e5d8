// SPDX-License-Identifier: Apache-2.0
// Groups, rules and the default, kept in the fake registry that the server reads them from.
#pragma once

#include <algorithm>
#include <mutex>

#include "boot/client_registry.hpp"

namespace bootferry::http::test {

class FakeAssignments final : public boot::AssignmentStore {
 public:
  explicit FakeAssignments(boot::RegistrySnapshot& state, std::mutex& mutex) : state_(state), mutex_(mutex) {}

  Result<void> put_group(const boot::Group& group) override {
    std::lock_guard lock(mutex_);
    state_.groups[group.name] = group;
    return {};
  }
  Result<void> remove_group(std::string_view name) override {
    std::lock_guard lock(mutex_);
    if (std::ranges::any_of(state_.rules, [&](const boot::Rule& one) {
          return one.then == boot::Assignment(boot::AsGroup{std::string(name)});
        }))
      return fail(ErrorKind::conflict, "A rule names this group.");
    if (state_.groups.erase(std::string(name)) == 0) return fail(ErrorKind::not_found, "There is no such group.");
    return {};
  }
  Result<void> put_rules(const std::vector<boot::Rule>& rules) override {
    std::lock_guard lock(mutex_);
    state_.rules = rules;
    return {};
  }
  Result<void> put_unknown(const boot::UnknownDefault& unknown) override {
    std::lock_guard lock(mutex_);
    state_.unknown = unknown;
    return {};
  }
  Result<std::vector<boot::SetupChange>> put_setup(const boot::Setup&, bool) override {
    return fail(ErrorKind::unsupported, "Administration does this here.");
  }
  Result<void> spend_next_boot(const MacAddress&) override { return {}; }
  void learn(const boot::Sighting&) override {}

 private:
  boot::RegistrySnapshot& state_;
  std::mutex& mutex_;
};

}  // namespace bootferry::http::test
