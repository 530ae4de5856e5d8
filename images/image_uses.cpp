// SPDX-License-Identifier: Apache-2.0
#include "images/image_uses.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootferry::images {
namespace {

// The last owner to go runs `at_end`. Not null, so that a holder can ask whether it holds something.
template <class Function>
std::shared_ptr<void> make_guard(Function at_end) {
  static char token = 0;
  return {&token, [at_end = std::move(at_end)](void*) { at_end(); }};
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// At the start of a sentence; a path stays as it is.
std::string begin(std::string label) {
  if (!label.empty() && label.front() >= 'a' && label.front() <= 'z') label.front() -= 'a' - 'A';
  return label;
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

}  // namespace

Result<std::shared_ptr<void>> ImageUses::enter(std::vector<Wanted> wanted, const std::string& holder) {
  std::lock_guard lock(mutex_);
  for (const Wanted& one : wanted) {
    if (auto allowed = check(one, holder); !allowed) return std::unexpected(allowed.error());
  }
  for (const Wanted& one : wanted) ++uses_[one.key][{holder, one.role}];
  return make_guard([self = shared_from_this(), wanted = std::move(wanted), holder] { self->leave(wanted, holder); });
}

Result<void> ImageUses::check(const Wanted& wanted, const std::string& holder) const {
  if (claimed_.contains(wanted.key))
    return fail(ErrorKind::conflict, begin(wanted.label) + " is just being made or removed.");
  const auto uses = uses_.find(wanted.key);
  if (uses == uses_.end()) return {};
  std::vector<std::string> readers, writers, above;
  for (const auto& [user, count] : uses->second) {
    const auto& [name, role] = user;
    const bool own = name == holder;
    if (role == Role::write && (!own || wanted.role == Role::below)) add_once(writers, name);
    if (role == Role::read && (!own || !wanted.own_readers)) add_once(readers, name);
    if (role == Role::below) add_once(above, name);
  }
  if (!writers.empty())
    return fail(ErrorKind::conflict,
                fmt::format("{} is in use for writing by {}.", begin(wanted.label), join(writers)));
  if (wanted.role != Role::write) return {};
  if (!readers.empty())
    return fail(ErrorKind::conflict, fmt::format("{} is in use for reading by {}; it cannot be written to now.",
                                                 begin(wanted.label), join(readers)));
  if (!above.empty())
    return fail(ErrorKind::conflict,
                fmt::format("{} carries the disks of {}, which are in use; it cannot be written to now.",
                            begin(wanted.label), join(above)));
  return {};
}

Result<std::shared_ptr<void>> ImageUses::claim(const std::string& key, const std::string& label) {
  {
    std::lock_guard lock(mutex_);
    if (!uses_.contains(key)) {
      if (!claimed_.insert(key).second)
        return fail(ErrorKind::conflict, fmt::format("{} is just being made or removed.", begin(label)));
      return make_guard([self = shared_from_this(), key] {
        std::lock_guard relock(self->mutex_);
        self->claimed_.erase(key);
      });
    }
  }
  return fail(ErrorKind::conflict, fmt::format("{} is in use by {}.", begin(label), join(holders(key))));
}

Result<void> ImageUses::check_top(const std::string& key, const std::string& label) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> above;
  if (const auto uses = uses_.find(key); uses != uses_.end()) {
    for (const auto& [user, count] : uses->second) {
      if (user.second == Role::below) add_once(above, user.first);
    }
  }
  if (above.empty()) return {};
  return fail(ErrorKind::conflict, fmt::format("{} carries the disks of {}, which are in use; it cannot change now.",
                                               begin(label), join(above)));
}

std::vector<std::string> ImageUses::holders(const std::string& key) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  if (const auto uses = uses_.find(key); uses != uses_.end()) {
    for (const auto& [user, count] : uses->second) add_once(found, user.first);
  }
  return found;
}

void ImageUses::leave(const std::vector<Wanted>& wanted, const std::string& holder) {
  std::lock_guard lock(mutex_);
  for (const Wanted& one : wanted) {
    const auto uses = uses_.find(one.key);
    const auto use = uses->second.find({holder, one.role});
    if (--use->second != 0) continue;
    uses->second.erase(use);
    if (uses->second.empty()) uses_.erase(uses);
  }
}

}  // namespace bootferry::images
