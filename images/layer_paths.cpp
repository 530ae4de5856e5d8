// SPDX-License-Identifier: Apache-2.0
#include "images/layer_paths.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "images/file_descriptor.hpp"
#include "images/posix_error.hpp"

namespace bootferry::images {
namespace {

constexpr std::array<std::string_view, 2> note_suffixes{".notes0", ".notes1"};

constexpr std::size_t max_layers = 32;

bool is_in_layers(std::string_view file) {
  return file.size() > layers_folder.size() && file.starts_with(layers_folder) && file[layers_folder.size()] == '/';
}

}  // namespace

Result<void> check_name(std::string_view name) {
  const auto plain = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-' || letter == '_' || letter == '.';
  };
  if (name.empty() || name.size() > 200 || name.front() == '.' || !std::ranges::all_of(name, plain)) {
    return fail(ErrorKind::invalid,
                "An image name is made of letters, digits, '-', '_' and '.', and begins with none of the latter.");
  }
  return {};
}

Result<void> check_layer_file(std::string_view file) {
  if (!file.starts_with('/')) return check_name(is_in_layers(file) ? file.substr(layers_folder.size() + 1) : file);
  const std::filesystem::path path(file);
  if (file.size() < 4096 && file.find('\0') == std::string_view::npos && path.lexically_normal() == path) return {};
  return fail(ErrorKind::invalid, "The path of a disk is absolute and without '..'.");
}

Result<void> check_layers(std::span<const LayerFile> layers) {
  if (layers.empty()) return fail(ErrorKind::invalid, "A disk needs a file.");
  if (layers.size() > max_layers)
    return fail(ErrorKind::invalid, fmt::format("A disk of more than {} layers is not opened.", max_layers));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& [file, format] = layers[i];
    if (auto checked = check_layer_file(file); !checked) return checked;
    const bool stands_alone = format == "raw" || format == "iso";
    if (!stands_alone && format != "qcow2")
      return fail(ErrorKind::unsupported, fmt::format("No disk of the format \"{}\" is opened.", format));
    if (stands_alone && i + 1 != layers.size())
      return fail(ErrorKind::invalid, fmt::format("{} cannot lie on another file.", label_of(file)));
    const auto below = layers.subspan(i + 1);
    if (std::ranges::any_of(below, [&](const LayerFile& other) { return key_of(other.file) == key_of(file); }))
      return fail(ErrorKind::invalid, fmt::format("{} would lie on itself.", label_of(file)));
  }
  return {};
}

std::string key_of(std::string_view file) {
  struct stat info{};
  const std::string name(file);
  if (!file.starts_with('/') || ::stat(name.c_str(), &info) != 0 || !S_ISBLK(info.st_mode)) return name;
  return fmt::format("disk {}:{}", major(info.st_rdev), minor(info.st_rdev));
}

std::string label_of(std::string_view file) {
  if (file.starts_with('/')) return std::string(file);
  const std::string stem = std::filesystem::path(file).stem();
  return (is_in_layers(file) ? "layer " : "image ") + stem;
}

std::string name_from(std::string_view file, std::string_view backing) {
  if (backing.starts_with('/')) return std::string(backing);
  if (!is_in_layers(file)) return std::string(backing);
  return is_in_layers(backing) ? std::string(backing.substr(layers_folder.size() + 1)) : "../" + std::string(backing);
}

std::array<std::filesystem::path, 2> notes_of(const std::filesystem::path& file) {
  const std::string hidden = '.' + file.filename().string();
  return {file.parent_path() / (hidden + std::string(note_suffixes[0])),
          file.parent_path() / (hidden + std::string(note_suffixes[1]))};
}

std::filesystem::path owner_of_notes(const std::filesystem::path& path) {
  const std::string name = path.filename();
  for (const std::string_view suffix : note_suffixes) {
    if (name.size() <= suffix.size() + 1 || !name.starts_with('.') || !name.ends_with(suffix)) continue;
    return path.parent_path() / name.substr(1, name.size() - suffix.size() - 1);
  }
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return posix_fail(errno, "flush", folder);
  return {};
}

}  // namespace bootferry::images
