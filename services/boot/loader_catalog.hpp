// SPDX-License-Identifier: Apache-2.0
// The boot loaders that may be sent, by name: a closed list, so that no request can name another file. Filled by app,
// which replaces it when the folders change; read by dhcp, tftp and http. A copy is the same catalog; any thread.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "boot/loader_file.hpp"

namespace bootferry::boot {

struct LoaderFile {
  enum class Source {
    package,    ///< of the Linux distribution
    user,       ///< dropped into STATE_DIR/loaders
    generated,  ///< written by us
  };

  std::filesystem::path file;
  Source source = Source::user;
  LoaderFacts facts{};
  ByteCount size{};
  WallTime modified{};
  friend bool operator==(const LoaderFile& a, const LoaderFile& b) {
    return a.file == b.file && a.source == b.source && a.size == b.size && a.modified == b.modified;
  }
};
[[nodiscard]] std::string_view name_of(LoaderFile::Source source);  ///< "package", "user", "generated"

class LoaderCatalog {
 public:
  /// By name, which may have one folder before it: "undionly.kpxe", "secureboot/shimx64.efi".
  using Files = std::map<std::string, LoaderFile, std::less<>>;

  LoaderCatalog();
  /// Names alone, for whoever only asks what there is.
  LoaderCatalog(std::initializer_list<std::string_view> names);

  void add(std::string name, std::filesystem::path file);
  void replace(Files files);

  [[nodiscard]] std::optional<std::filesystem::path> find(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return files()->contains(name); }
  /// As they are now; what comes later is in another one.
  [[nodiscard]] std::shared_ptr<const Files> files() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace bootferry::boot
