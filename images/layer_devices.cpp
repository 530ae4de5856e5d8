// SPDX-License-Identifier: Apache-2.0
#include "images/layer_devices.hpp"

#include <sys/stat.h>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/log.hpp"
#include "base/random.hpp"
#include "images/layer_paths.hpp"
#include "images/posix_file.hpp"
#include "images/raw_device.hpp"
#include "images/read_only_device.hpp"

namespace bootferry::images {
namespace {

constexpr std::size_t crowd = 64;  // files remembered before those that nobody has open are looked for

std::uint8_t digit_of(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<std::uint8_t>(letter - '0');
  return static_cast<std::uint8_t>((letter - 'a' + 10) & 0xf);
}

/// Where the kernel does not tell it, notes count for this run of the server only.
std::array<std::uint8_t, 16> read_boot_id() {
  std::array<std::uint8_t, 16> id{};
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(in, text);
  std::erase(text, '-');
  if (text.size() != 2 * id.size()) {
    SystemRandom().fill(id);
    return id;
  }
  for (std::size_t i = 0; i < id.size(); ++i)
    id[i] = static_cast<std::uint8_t>(digit_of(text[2 * i]) << 4 | digit_of(text[2 * i + 1]));
  return id;
}

bool is_qcow2(const LayerFile& layer) { return layer.format == "qcow2"; }

std::string reader_key(std::span<const LayerFile> layers, std::uint32_t block_size) {
  std::string key = std::to_string(block_size);
  for (const LayerFile& layer : layers) key += '\n' + layer.format + ' ' + layer.file;
  return key;
}

bool has_notes(const std::filesystem::path& file) {
  return std::ranges::any_of(notes_of(file), [](const std::filesystem::path& notes) {
    std::error_code error;
    const auto size = std::filesystem::file_size(notes, error);
    return !error && size != 0;
  });
}

}  // namespace

LayerDevices::LayerDevices(std::filesystem::path folder) : folder_(std::move(folder)), boot_id_(read_boot_id()) {}

std::filesystem::path LayerDevices::path_of(const LayerFile& layer) const { return folder_ / layer.file; }

std::shared_ptr<LayerDevices::File> LayerDevices::file_of(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (files_.size() >= crowd) {
    std::erase_if(files_, [](const auto& entry) {
      const File& file = *entry.second;
      return entry.second.use_count() == 1 && file.writer.expired() &&
             std::ranges::all_of(file.readers, [](const auto& reader) { return reader.second.expired(); });
    });
  }
  auto& file = files_[key];
  if (!file) file = std::make_shared<File>();
  return file;
}

void LayerDevices::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  files_.erase(key);
}

Result<std::shared_ptr<BlockDevice>> LayerDevices::open(std::span<const LayerFile> layers, OpenMode mode,
                                                        const StackOptions& options) {
  auto below = open_below(layers, options);
  if (!below) return std::unexpected(below.error());
  const auto file = file_of(key_of(layers.front().file));
  const std::lock_guard alone(file->opening);
  if (mode == OpenMode::read_write) return open_writer(*file, layers.front(), std::move(*below), options);
  return open_reader(*file, layers, std::move(*below), options);
}

/// Before the file above is locked: nobody waits for one file with another in his hand.
Result<LayerDevices::Below> LayerDevices::open_below(std::span<const LayerFile> layers, const StackOptions& options) {
  if (layers.size() == 1) return Below{};
  StackOptions below;
  below.block_size = options.block_size;
  return open(layers.subspan(1), OpenMode::read_only, below);
}

Result<std::shared_ptr<BlockDevice>> LayerDevices::open_writer(File& file, const LayerFile& layer, Below below,
                                                               const StackOptions& options) {
  if (auto writer = file.writer.lock()) {
    if (const auto qcow2 = file.qcow2_writer.lock()) qcow2->set_limit(options.limit, options.on_space_low);
    return writer;
  }
  if (!is_qcow2(layer)) {
    auto raw = open_raw(layer, OpenMode::read_write, options);
    if (raw) file.writer = *raw;
    return raw;
  }
  auto device = open_qcow2(layer, OpenMode::read_write, std::move(below), options);
  if (!device) return std::unexpected(device.error());
  file.writer = *device;
  file.qcow2_writer = *device;
  return *device;
}

Result<std::shared_ptr<BlockDevice>> LayerDevices::open_reader(File& file, std::span<const LayerFile> layers,
                                                               Below below, const StackOptions& options) {
  // Its holder reads it too, or its last session just ends: a second look at the file would miss what is not flushed.
  if (auto writer = file.writer.lock()) return std::make_shared<ReadOnlyDevice>(std::move(writer));
  const std::string key = reader_key(layers, options.block_size);
  if (auto shared = file.readers[key].lock()) return shared;
  if (!is_qcow2(layers.front())) {
    auto raw = open_raw(layers.front(), OpenMode::read_only, options);
    if (raw) file.readers[key] = *raw;
    return raw;
  }
  if (has_notes(path_of(layers.front()))) {  // not closed in order: what was acknowledged goes into the file first
    StackOptions plain;
    plain.block_size = options.block_size;
    const auto mended = open_qcow2(layers.front(), OpenMode::read_write, below, plain);
    if (!mended) return std::unexpected(mended.error());
  }
  auto device = open_qcow2(layers.front(), OpenMode::read_only, std::move(below), options);
  if (!device) return std::unexpected(device.error());
  file.readers[key] = *device;
  return *device;
}

Result<std::shared_ptr<qcow2::Device>> LayerDevices::open_qcow2(const LayerFile& layer, OpenMode mode, Below below,
                                                                const StackOptions& options) const {
  const std::filesystem::path path = path_of(layer);
  auto image = open_posix_file(path, mode);
  if (!image) return std::unexpected(image.error());
  qcow2::Files files;
  files.image = std::move(*image);
  if (mode == OpenMode::read_write) {
    const auto notes = notes_of(path);
    for (std::size_t i = 0; i < notes.size(); ++i) {
      auto file = open_posix_file(notes[i], mode);
      if (!file && file.error().kind == ErrorKind::not_found) file = create_posix_file(notes[i]);
      if (!file) return std::unexpected(file.error());
      files.journal[i] = std::move(*file);
    }
  }
  qcow2::Options wanted;
  wanted.mode = mode;
  wanted.boot_id = boot_id_;
  wanted.block_size = options.block_size;
  wanted.limit = options.limit;
  wanted.on_space_low = options.on_space_low;
  return qcow2::open_device(std::move(files), std::move(below), wanted);
}

Result<std::shared_ptr<BlockDevice>> LayerDevices::open_raw(const LayerFile& layer, OpenMode mode,
                                                            const StackOptions& options) const {
  const std::filesystem::path path = path_of(layer);
  const bool outside = path == layer.file;
  struct stat info{};
  if (outside && ::stat(path.c_str(), &info) == 0 && !S_ISBLK(info.st_mode))
    return fail(ErrorKind::denied, path.string() + " is no disk; files must lie in the image folder.");
  return make_raw_device(path, mode, outside ? Symlinks::follow : Symlinks::refuse, options.block_size);
}

Result<void> LayerDevices::grow(std::span<const LayerFile> layers, ByteCount size, const StackOptions& options) {
  const std::string key = key_of(layers.front().file);
  auto below = open_below(layers, options);
  if (!below) return std::unexpected(below.error());
  {
    const auto file = file_of(key);
    const std::lock_guard alone(file->opening);
    auto device = file->qcow2_writer.lock();
    if (!device) {
      auto opened = open_qcow2(layers.front(), OpenMode::read_write, std::move(*below), options);
      if (!opened) return std::unexpected(opened.error());
      device = std::move(*opened);
    }
    if (size < device->size()) {
      return fail(ErrorKind::conflict, fmt::format("This disk has {} bytes, and none is ever made smaller: make a new, "
                                                   "smaller image and copy to it from a machine that has both.",
                                                   device->size().value));
    }
    if (auto grown = device->grow(size); !grown) return grown;
  }
  return refresh_sizes(key);
}

Result<void> LayerDevices::refresh_sizes(const std::string& key) {
  std::vector<std::shared_ptr<BlockDevice>> devices;
  {
    const auto file = file_of(key);
    const std::lock_guard alone(file->opening);
    if (auto writer = file->writer.lock()) devices.push_back(std::move(writer));
    for (const auto& [shape, reader] : file->readers) {
      if (auto device = reader.lock()) devices.push_back(std::move(device));
    }
  }
  Result<void> all;
  for (const auto& device : devices) {
    if (auto told = device->refresh_size(); !told && all) all = told;
  }
  return all;
}

}  // namespace bootferry::images
