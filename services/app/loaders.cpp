// SPDX-License-Identifier: Apache-2.0
#include "app/loaders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>

#include "boot/image.hpp"
#include "boot/loader_table.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;
using Files = boot::LoaderCatalog::Files;
using boot::LoaderFile;

constexpr std::uintmax_t longest_loader = 64u << 20;  // no firmware loads more by TFTP

bool is_loader(const fs::path& file) {
  constexpr std::array<std::string_view, 6> endings{".kpxe", ".kkpxe", ".kkkpxe", ".pxe", ".efi", ".lkrn"};
  return std::ranges::find(endings, file.extension().string()) != endings.end();
}

bool is_shim(std::string_view name) {
  return name.find("shim") != std::string_view::npos && name.find(".efi") != std::string_view::npos;
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

WallTime modified_of(const fs::path& file, std::error_code& error) {
  const auto time = fs::last_write_time(file, error);
  return std::chrono::time_point_cast<WallTime::duration>(std::chrono::file_clock::to_sys(time));
}

/// Fills the catalog from the folders, reading only files that it does not know already.
class Finder {
 public:
  explicit Finder(const Files& before) : before_(before) {}

  void add(const std::string& name, const fs::path& file, LoaderFile::Source source) {
    std::error_code error;
    LoaderFile found{.file = file, .source = source};
    found.size = {fs::file_size(file, error)};
    if (!error) found.modified = modified_of(file, error);
    if (error || found.size.value > longest_loader) return;
    const auto known = before_.find(name);
    found.facts = known != before_.end() && known->second == found ? known->second.facts : facts_of(file, source);
    found_.insert_or_assign(name, std::move(found));
  }

  /// Under `prefix`: "" or "FOLDER/".
  void add_folder(const fs::path& folder, const std::string& prefix, LoaderFile::Source source) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename();
      // The rule for image names fits: no path, nothing that a request could be confused by.
      if (!boot::check_image_name(name)) continue;
      const bool wanted = source == LoaderFile::Source::user || is_loader(entry.path());
      if (entry.is_regular_file(ignored) && wanted)
        add(prefix + name, entry.path(), source);
      else if (entry.is_directory(ignored) && source == LoaderFile::Source::user && prefix.empty())
        add_folder(entry.path(), name + "/", source);
    }
  }

  /// What a shim asks for beside itself has a name that its maker chose: grubx64.efi, or ipxe.efi.
  void complete_signed_sets(const fs::path& autoexec) {
    for (const std::string& folder : shim_folders()) {
      for (const char* wanted : {"ipxe.efi", "grubx64.efi"}) {
        for (const char* there : {"ipxe.efi", "snponly.efi", "grubx64.efi"}) add_alias(folder + wanted, folder + there);
      }
      const std::string script = folder + "autoexec.ipxe";
      if (!autoexec.empty() && !found_.contains(script)) add(script, autoexec, LoaderFile::Source::generated);
    }
  }

  [[nodiscard]] Files take() { return std::move(found_); }

 private:
  [[nodiscard]] boot::LoaderFacts facts_of(const fs::path& file, LoaderFile::Source source) {
    const std::string bytes = read_file(file);
    boot::LoaderFacts facts = boot::read_loader_facts(bytes_of(bytes));
    if (facts.version.empty() && source == LoaderFile::Source::package)
      facts.version = package_version(file.filename() == "memdisk" ? "syslinux-common" : "ipxe");
    return facts;
  }

  [[nodiscard]] std::string package_version(std::string_view package) {
    if (status_.empty()) status_ = read_file("/var/lib/dpkg/status");
    return find_package_version(status_, package);
  }

  [[nodiscard]] std::vector<std::string> shim_folders() const {
    std::vector<std::string> folders;
    for (const auto& [name, file] : found_) {
      const std::size_t slash = name.find('/');
      if (slash == std::string::npos || !is_shim(std::string_view(name).substr(slash))) continue;
      if (std::string folder = name.substr(0, slash + 1); folders.empty() || folders.back() != folder)
        folders.push_back(std::move(folder));
    }
    return folders;
  }

  void add_alias(const std::string& wanted, const std::string& there) {
    const auto found = found_.find(there);
    if (found == found_.end() || found_.contains(wanted)) return;
    LoaderFile alias = found->second;
    found_.emplace(wanted, std::move(alias));
  }

  const Files& before_;
  Files found_;
  std::string status_;
};

}  // namespace

std::string find_package_version(std::string_view status, std::string_view package) {
  const std::string head = fmt::format("Package: {}\n", package);
  std::size_t at = status.starts_with(head) ? 0 : status.find("\n" + head);
  if (at == std::string_view::npos) return {};
  const std::string_view entry = status.substr(at, status.find("\n\n", at + 1) - at);
  constexpr std::string_view key = "\nVersion: ";
  if (entry.find("\nStatus: install ok installed\n") == std::string_view::npos) return {};
  at = entry.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = entry.substr(at + key.size());
  return std::string(rest.substr(0, rest.find('\n')));
}

Files find_loaders(const LoaderFolders& folders, const Files& before) {
  Finder finder(before);
  finder.add_folder(folders.package, "", LoaderFile::Source::package);
  std::error_code ignored;
  if (fs::is_regular_file(folders.memdisk, ignored))
    finder.add("memdisk", folders.memdisk, LoaderFile::Source::package);
  finder.add_folder(folders.user, "", LoaderFile::Source::user);
  finder.complete_signed_sets(folders.autoexec);
  return finder.take();
}

}  // namespace bootferry::app
