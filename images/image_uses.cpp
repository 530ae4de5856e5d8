// SPDX-License-Identifier: Apache-2.0
#include "images/image_uses.hpp"

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

}  // namespace

Result<Opened> ImageUses::open(const std::string& name, OpenMode mode, const std::string& holder,
                               const OpenDevice& open_device) {
  std::lock_guard lock(mutex_);
  if (auto allowed = check_sharing(name, mode, holder); !allowed) return std::unexpected(allowed.error());
  const Key key{holder, mode};
  auto& of_image = uses_[name];
  auto found = of_image.find(key);
  if (found == of_image.end()) {
    auto device = open_device();
    if (!device) {
      if (of_image.empty()) uses_.erase(name);
      return std::unexpected(device.error());
    }
    found = of_image.emplace(key, Use{std::move(*device), 0}).first;
  }
  ++found->second.opens;
  return Opened{found->second.device, make_guard([self = shared_from_this(), name, key] { self->close(name, key); })};
}

Result<std::shared_ptr<void>> ImageUses::claim(const std::string& name) {
  std::lock_guard lock(mutex_);
  if (auto found = uses_.find(name); found != uses_.end()) {
    std::vector<std::string> who;
    for (const auto& [key, use] : found->second) who.push_back(key.first);
    return fail(ErrorKind::conflict, "Image " + name + " is in use by " + join(who) + ".");
  }
  if (!claimed_.insert(name).second)
    return fail(ErrorKind::conflict, "Image " + name + " is just being made or removed.");
  return make_guard([self = shared_from_this(), name] {
    std::lock_guard relock(self->mutex_);
    self->claimed_.erase(name);
  });
}

Result<void> ImageUses::refresh_sizes(const std::string& name) {
  Result<void> all;
  for (const auto& device : devices(name)) {
    if (auto told = device->refresh_size(); !told && all) all = told;
  }
  return all;
}

std::vector<std::shared_ptr<BlockDevice>> ImageUses::devices(const std::string& name) const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<BlockDevice>> found;
  if (auto uses = uses_.find(name); uses != uses_.end()) {
    for (const auto& [key, use] : uses->second) found.push_back(use.device);
  }
  return found;
}

std::vector<std::string> ImageUses::holders(const std::string& name) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  if (auto uses = uses_.find(name); uses != uses_.end()) {
    for (const auto& [key, use] : uses->second) {
      if (found.empty() || found.back() != key.first) found.push_back(key.first);
    }
  }
  return found;
}

Result<void> ImageUses::check_sharing(const std::string& name, OpenMode mode, const std::string& holder) const {
  if (claimed_.contains(name)) return fail(ErrorKind::conflict, "Image " + name + " is just being made or removed.");
  auto uses = uses_.find(name);
  if (uses == uses_.end()) return {};
  std::vector<std::string> readers;
  for (const auto& [key, use] : uses->second) {
    if (key.first == holder) continue;
    if (key.second == OpenMode::read_write) {
      return fail(ErrorKind::conflict, "Image " + name + " is in use for writing by " + key.first + ".");
    }
    readers.push_back(key.first);
  }
  if (mode == OpenMode::read_write && !readers.empty()) {
    return fail(ErrorKind::conflict,
                "Image " + name + " is in use for reading by " + join(readers) + "; it cannot be written to now.");
  }
  return {};
}

void ImageUses::close(const std::string& name, const Key& key) {
  std::shared_ptr<BlockDevice> last;  // closed after the lock is gone
  std::lock_guard lock(mutex_);
  auto uses = uses_.find(name);
  auto use = uses->second.find(key);
  if (--use->second.opens != 0) return;
  last = std::move(use->second.device);
  uses->second.erase(use);
  if (uses->second.empty()) uses_.erase(uses);
}

}  // namespace bootferry::images
