// SPDX-License-Identifier: Apache-2.0
// Who has which file of the library open: its sharing rule, as plain state behind one lock. One holder writes, alone;
// many read, or have disks that lie on it. Used by ImageLibrary only; thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace bootferry::images {

class ImageUses : public std::enable_shared_from_this<ImageUses> {
 public:
  enum class Role {
    write,
    read,
    below,  ///< read, by a disk whose top is another file: nobody may write to it, its holder neither
  };
  struct Wanted {
    std::string key;
    std::string label;  ///< what messages call it: "image win"
    Role role = Role::read;
    bool own_readers = true;  ///< its holder may be reading it already when it wants to write
  };

  /// All of them or none; the uses end when the last copy of the answer is gone.
  [[nodiscard]] Result<std::shared_ptr<void>> enter(std::vector<Wanted> wanted, const std::string& holder);
  /// For one who makes, replaces or removes the file; nobody opens it until the claim is gone.
  [[nodiscard]] Result<std::shared_ptr<void>> claim(const std::string& key, const std::string& label);
  /// conflict, naming who, when a disk lies on it.
  [[nodiscard]] Result<void> check_top(const std::string& key, const std::string& label) const;
  /// Each once.
  [[nodiscard]] std::vector<std::string> holders(const std::string& key) const;

 private:
  using User = std::pair<std::string, Role>;  ///< holder, role

  [[nodiscard]] Result<void> check(const Wanted& wanted, const std::string& holder) const;
  void leave(const std::vector<Wanted>& wanted, const std::string& holder);

  mutable std::mutex mutex_;
  std::map<std::string, std::map<User, std::size_t>> uses_;
  std::set<std::string> claimed_;
};

}  // namespace bootferry::images
