// SPDX-License-Identifier: Apache-2.0
// Scripts that were decided and rendered, for as long as nothing is changed that they depend on: a room of machines
// asks for the same few again and again, and a fetch costs a look instead of a template. Each fetch still has
// credentials of its own, which fill the holes of the kept text. Each loop has one of its own.
#pragma once

#include <map>
#include <memory>

#include "base/ip_address.hpp"
#include "boot/client_registry.hpp"
#include "boot/loader_catalog.hpp"
#include "boot/script_policy.hpp"
#include "http/script_renderer.hpp"

namespace bootferry::http {

struct MadeScript {
  boot::ScriptAnswer answer;
  RenderedScript script;  ///< with holes for the credentials
};

class ScriptMemo {
 public:
  /// What all scripts depend on, and what each is asked with.
  struct World {
    const boot::BootSettings* settings = nullptr;  ///< of the server, which never change
    std::shared_ptr<const boot::RegistrySnapshot> registry;
    std::shared_ptr<const boot::LoaderCatalog::Files> loaders;
  };
  struct Question {
    MacAddress mac;
    std::optional<unsigned> entry;
    bool introduced = false;
    std::optional<IpAddress> reached_at;  ///< where URLs lead to, when that is not the settings' address
    friend auto operator<=>(const Question&, const Question&) = default;
  };

  /// Null: not since the world changed.
  [[nodiscard]] std::shared_ptr<const MadeScript> find(const World& world, const Question& question) const {
    if (!is_of(world)) return nullptr;
    const auto at = made_.find(question);
    return at == made_.end() ? nullptr : at->second;
  }
  /// `made` was made in this world, seen before it was begun.
  void keep(const World& world, const Question& question, std::shared_ptr<const MadeScript> made) {
    if (!is_of(world) || made_.size() >= most) made_.clear();
    settings_ = world.settings;
    registry_ = world.registry;
    loaders_ = world.loaders;
    made_[question] = std::move(made);
  }

 private:
  static constexpr std::size_t most = 1024;
  template <typename T>
  static bool is_same(const std::weak_ptr<T>& a, const std::shared_ptr<T>& b) {
    return !a.owner_before(b) && !b.owner_before(a);  // by the control block, which nobody else gets while we hold it
  }
  [[nodiscard]] bool is_of(const World& world) const {
    return settings_ == world.settings && is_same(registry_, world.registry) && is_same(loaders_, world.loaders);
  }

  const boot::BootSettings* settings_ = nullptr;
  std::weak_ptr<const boot::RegistrySnapshot> registry_;
  std::weak_ptr<const boot::LoaderCatalog::Files> loaders_;
  std::map<Question, std::shared_ptr<const MadeScript>> made_;
};

}  // namespace bootferry::http
