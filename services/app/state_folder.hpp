// SPDX-License-Identifier: Apache-2.0
// The state directory: made if it is missing, root-only, and held by one server at a time.
#pragma once

#include <filesystem>

namespace bootferry::app {

class StateFolder {
 public:
  /// Makes the folder and its parts (images, files, loaders) and takes its lock. Throws std::runtime_error with a
  /// sentence.
  explicit StateFolder(std::filesystem::path path);
  ~StateFolder();
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace bootferry::app
