// SPDX-License-Identifier: Apache-2.0
// Who has which image open: the sharing rule of ImageLibrary, as plain state behind one lock. Used by ImageLibrary
// only; thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "images/image_library.hpp"

namespace bootferry::images {

class ImageUses : public std::enable_shared_from_this<ImageUses> {
 public:
  using OpenDevice = std::function<Result<std::shared_ptr<BlockDevice>>()>;

  /// Opens once for each holder and mode; later opens share the device.
  [[nodiscard]] Result<Opened> open(const std::string& name, OpenMode mode, const std::string& holder,
                                    const OpenDevice& open_device);
  /// The name for one who makes, replaces or removes the file; nobody opens it until the claim is gone.
  [[nodiscard]] Result<std::shared_ptr<void>> claim(const std::string& name);
  /// Tells all open devices to look how big they are; the first error, after all have been told.
  [[nodiscard]] Result<void> refresh_sizes(const std::string& name);
  [[nodiscard]] std::vector<std::string> holders(const std::string& name) const;

 private:
  [[nodiscard]] std::vector<std::shared_ptr<BlockDevice>> devices(const std::string& name) const;

  using Key = std::pair<std::string, OpenMode>;  ///< holder, mode
  struct Use {
    std::shared_ptr<BlockDevice> device;
    std::size_t opens = 0;
  };

  [[nodiscard]] Result<void> check_sharing(const std::string& name, OpenMode mode, const std::string& holder) const;
  void close(const std::string& name, const Key& key);

  mutable std::mutex mutex_;
  std::map<std::string, std::map<Key, Use>> uses_;
  std::set<std::string> claimed_;
};

}  // namespace bootferry::images
