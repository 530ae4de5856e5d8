// SPDX-License-Identifier: Apache-2.0
// The boot loaders that may be sent, by name: a closed list, so that no request can name another file. Made by app at
// start from the Debian package and the user's own folder; read by tftp and http.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bootferry::boot {

class LoaderCatalog {
 public:
  void add(std::string name, std::filesystem::path file) { files_[std::move(name)] = std::move(file); }
  [[nodiscard]] std::optional<std::filesystem::path> find(std::string_view name) const {
    const auto at = files_.find(name);
    return at == files_.end() ? std::nullopt : std::optional(at->second);
  }
  [[nodiscard]] const std::map<std::string, std::filesystem::path, std::less<>>& files() const { return files_; }

 private:
  std::map<std::string, std::filesystem::path, std::less<>> files_;
};

}  // namespace bootferry::boot
