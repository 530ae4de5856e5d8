// SPDX-License-Identifier: Apache-2.0
#include "app/kept_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "boot/image.hpp"
#include "images/file_descriptor.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key_name = "server-key", scripts = "ipxe-scripts/";
constexpr std::uintmax_t largest = 64 * 1024;

void add_file(const fs::path& file, std::string name, std::vector<db::KeptFile>& files) {
  std::error_code unknown;
  if (!fs::is_regular_file(file, unknown) || fs::file_size(file, unknown) > largest) return;
  std::ifstream in(file, std::ios::binary);
  if (in) files.push_back({std::move(name), {std::istreambuf_iterator<char>(in), {}}});
}

bool write_whole(const fs::path& place, std::string_view content, mode_t mode) {
  const fs::path draft = place.string() + ".new";
  const images::FileDescriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file || ::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()) ||
      ::fsync(file.get()) != 0 || ::rename(draft.c_str(), place.c_str()) != 0)
    return false;
  const images::FileDescriptor folder(::open(place.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0;
}

std::optional<fs::path> place_of(const std::string& name, const fs::path& state_dir, const fs::path& settings_file) {
  if (name == kept_settings_name) return settings_file;
  if (name == key_name) return state_dir / key_name;
  if (!name.starts_with(scripts) || !name.ends_with(".ipxe")) return std::nullopt;
  // The rule for image names fits: no path, no leading dot.
  const std::string bare = name.substr(scripts.size());
  return boot::check_image_name(bare) ? std::optional(state_dir / name) : std::nullopt;
}

}  // namespace

std::vector<db::KeptFile> read_kept_files(const fs::path& state_dir, const fs::path& settings_file) {
  std::vector<db::KeptFile> files;
  add_file(settings_file, std::string(kept_settings_name), files);
  add_file(state_dir / key_name, std::string(key_name), files);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(state_dir / "ipxe-scripts", ignored)) {
    const std::string name = std::string(scripts) + entry.path().filename().string();
    if (place_of(name, state_dir, settings_file)) add_file(entry.path(), name, files);
  }
  return files;
}

Result<void> check_kept_names(const std::vector<db::KeptFile>& files) {
  for (const db::KeptFile& file : files) {
    if (!place_of(file.name, {}, {}))
      return fail(ErrorKind::invalid, fmt::format("the backup holds the file \"{}\", which no Bootferry puts there",
                                                  file.name.substr(0, 80)));
  }
  return {};
}

Result<void> write_kept_files(const std::vector<db::KeptFile>& files, const fs::path& state_dir,
                              const fs::path& settings_file) {
  if (auto good = check_kept_names(files); !good) return good;
  for (const db::KeptFile& file : files) {
    const fs::path place = *place_of(file.name, state_dir, settings_file);
    std::error_code failed;
    fs::create_directories(place.parent_path(), failed);
    if (!write_whole(place, file.content, file.name == key_name ? 0600 : 0644))
      return fail(ErrorKind::io, fmt::format("cannot write {}: {}; check the disk and its rights", place.string(),
                                             std::strerror(errno)));
  }
  return {};
}

}  // namespace bootferry::app
