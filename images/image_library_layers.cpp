// SPDX-License-Identifier: Apache-2.0
// Layers: qcow2 files that lie on an image's first file or on each other.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "images/file_descriptor.hpp"
#include "images/image_library.hpp"
#include "images/image_uses.hpp"
#include "images/layer_devices.hpp"
#include "images/layer_paths.hpp"
#include "images/posix_error.hpp"
#include "images/posix_file.hpp"
#include "images/qcow2/device.hpp"
#include "images/qcow2/header.hpp"
#include "images/qcow2/open.hpp"
#include "images/source_size.hpp"

namespace bootferry::images {
namespace {

constexpr std::uint64_t sector = 512;  // what st_blocks counts in

Result<void> check_inside(std::string_view file) {
  if (file.starts_with('/')) return fail(ErrorKind::invalid, "Files are made and removed in the image folder only.");
  return check_layer_file(file);
}

void remove_notes(const std::filesystem::path& file) {
  for (const auto& notes : notes_of(file)) ::unlink(notes.c_str());
}

}  // namespace

/// Under another name, flushed, named, and the folder flushed: after a crash it is whole or not there.
Result<void> ImageLibrary::make_layer(const NewLayer& layer) {
  if (auto checked = check_inside(layer.file); !checked) return checked;
  if (!layer.backing_file.empty()) {
    if (auto checked = check_layer_file(layer.backing_file); !checked) return checked;
  }
  if (layer.size.value == 0 || layer.size.value % sector != 0)
    return fail(ErrorKind::invalid, "A disk is a whole number of sectors, one at least.");
  const std::filesystem::path file = folder_ / layer.file;
  const std::filesystem::path parent = file.parent_path();
  if (parent != folder_ && ::mkdir(parent.c_str(), 0755) != 0 && errno != EEXIST)
    return posix_fail(errno, "make", parent);
  if (auto synced = sync_folder(folder_); !synced) return synced;
  const auto claim = claim_layer(layer.file);
  if (!claim) return std::unexpected(claim.error());
  if (std::error_code error; std::filesystem::exists(std::filesystem::symlink_status(file, error)))
    return fail(ErrorKind::conflict, "There is already a file " + layer.file + ".");

  const std::filesystem::path draft = parent / (std::string(unfinished) + file.filename().string());
  ::unlink(draft.c_str());  // the claim makes it ours
  remove_notes(file);       // of one with the same name whose removal was cut short
  qcow2::NewFile wanted;
  wanted.size = layer.size;
  if (!layer.backing_file.empty()) {
    wanted.backing_name = name_from(layer.file, layer.backing_file);
    wanted.backing_format = layer.backing_format == "qcow2" ? "qcow2" : "raw";  // what other tools call an iso
  }
  auto made = create_posix_file(draft);
  if (!made) return std::unexpected(made.error());
  auto done = qcow2::lay_out(**made, wanted);
  if (done && ::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0)
    done = posix_fail(errno, "name the new layer", file);
  if (!done) {
    ::unlink(draft.c_str());
    return done;
  }
  return sync_folder(parent);
}

Result<Opened> ImageLibrary::open_stack(std::span<const LayerFile> layers, OpenMode mode, std::string_view holder,
                                        const StackOptions& options) {
  if (auto checked = check_layers(layers); !checked) return std::unexpected(checked.error());
  std::vector<ImageUses::Wanted> wanted;
  for (const LayerFile& layer : layers) wanted.push_back({key_of(layer.file), label_of(layer.file)});
  for (auto& below : std::span(wanted).subspan(1)) below.role = ImageUses::Role::below;
  auto& top = wanted.front();
  if (!options.name.empty()) top.label = options.name;
  if (mode == OpenMode::read_write) top.role = ImageUses::Role::write;
  top.own_readers = layers.front().format != "qcow2";  // whose readers do not see what a writer changes
  auto hold = uses_->enter(std::move(wanted), std::string(holder));
  if (!hold) return std::unexpected(hold.error());
  auto device = devices_->open(layers, mode, options);
  if (!device) return std::unexpected(device.error());
  return Opened{std::move(*device), std::move(*hold)};
}

Result<std::shared_ptr<void>> ImageLibrary::claim_layer(std::string_view file) {
  if (auto checked = check_layer_file(file); !checked) return std::unexpected(checked.error());
  const std::string key = key_of(file);
  auto claim = uses_->claim(key, label_of(file));
  if (claim) devices_->forget(key);
  return claim;
}

std::vector<std::string> ImageLibrary::layer_holders(std::string_view file) const {
  return uses_->holders(key_of(file));
}

Result<void> ImageLibrary::remove_layer(std::string_view file) {
  if (auto checked = check_inside(file); !checked) return checked;
  const std::filesystem::path path = folder_ / file;
  if (path.parent_path() == folder_) return fail(ErrorKind::invalid, "This is no layer but an image.");
  const auto claim = claim_layer(file);
  if (!claim) return std::unexpected(claim.error());
  if (::unlink(path.c_str()) != 0) return posix_fail(errno, "remove", path);
  remove_notes(path);
  return sync_folder(path.parent_path());
}

bool ImageLibrary::is_empty_layer(std::string_view file) const {
  if (!check_inside(file)) return false;
  const auto opened = open_posix_file(folder_ / file, OpenMode::read_only);
  if (!opened) return false;
  const auto size = (*opened)->size();
  Bytes start(std::min<std::uint64_t>(size.value_or(ByteCount{}).value, 64 << 10));
  if (!size || !(*opened)->read({0}, start)) return false;
  const auto header = qcow2::decode_header(start, *size);
  if (!header) return false;
  Bytes table(std::size_t{header->l1_entries} * 8);
  if (!(*opened)->read({header->l1_offset}, table)) return false;
  return std::ranges::all_of(table, [](std::uint8_t byte) { return byte == 0; });
}

std::vector<std::string> ImageLibrary::layer_files() const {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / layers_folder, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with('.') && entry.is_regular_file(error))
      found.push_back(std::string(layers_folder) + '/' + name);
  }
  std::ranges::sort(found);
  return found;
}

Result<ByteCount> ImageLibrary::layer_allocated(std::string_view file) const {
  if (auto checked = check_layer_file(file); !checked) return std::unexpected(checked.error());
  const std::filesystem::path path = folder_ / file;
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return posix_fail(errno, "look at", path);
  if (S_ISBLK(info.st_mode)) return layer_size(file, "raw");
  return ByteCount{static_cast<std::uint64_t>(info.st_blocks) * sector};
}

std::string ImageLibrary::layer_revision(std::string_view file) const {
  struct stat info{};
  if (!check_layer_file(file) || ::stat((folder_ / file).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  return fmt::format("{:x}-{:x}-{:x}.{:x}", info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

Result<ByteCount> ImageLibrary::layer_size(std::string_view file, std::string_view format) const {
  if (auto checked = check_layer_file(file); !checked) return std::unexpected(checked.error());
  const std::filesystem::path path = folder_ / file;
  if (format == "qcow2") {
    const auto opened = open_posix_file(path, OpenMode::read_only);
    if (!opened) return std::unexpected(opened.error());
    const auto header = qcow2::read_header(**opened);
    if (!header) return std::unexpected(header.error());
    return ByteCount{header->size};
  }
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return posix_fail(errno, "open", path);
  return source_size(fd.get(), path, sector);
}

}  // namespace bootferry::images
