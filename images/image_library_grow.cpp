// SPDX-License-Identifier: Apache-2.0
// What changes how big a disk is, or what it takes: growing and reserving.
#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include <cerrno>

#include "images/file_descriptor.hpp"
#include "images/image_library.hpp"
#include "images/image_uses.hpp"
#include "images/layer_devices.hpp"
#include "images/layer_paths.hpp"
#include "images/posix_error.hpp"
#include "images/source_size.hpp"

namespace bootferry::images {
namespace {

constexpr std::uint64_t sector = 512;  // the smallest block
constexpr std::uint64_t max_disk = 1ull << 62;

int allocate(int fd, int mode, ByteCount offset, ByteCount length) {
  int result = 0;
  do {
    result = ::fallocate(fd, mode, static_cast<off_t>(offset.value), static_cast<off_t>(length.value));
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

// Behind the end of the file, which stays where it is: a crash leaves the old size. Where the space cannot be there,
// other images are not starved of it by trying.
Result<void> reserve_behind(int fd, const std::filesystem::path& file, ByteCount end, ByteCount new_end) {
  const ByteCount more{new_end.value - end.value};
  std::error_code unknown;
  const auto space = std::filesystem::space(file, unknown);
  const bool fits = unknown || space.available >= more.value;
  const int failed = fits ? allocate(fd, FALLOC_FL_KEEP_SIZE, end, more) : ENOSPC;
  if (failed == 0) return {};
  (void)::ftruncate(fd, static_cast<off_t>(end.value));  // gives back what was taken before it failed
  return posix_fail(failed, "reserve the space of", file);
}

}  // namespace

Result<ByteCount> ImageLibrary::grow(std::string_view name, ByteCount size, std::uint32_t block_size, bool thick) {
  if (size.value > max_disk) return fail(ErrorKind::invalid, "No disk can be that big.");
  const auto file = path(name);
  if (!file) return std::unexpected(file.error());
  const LayerFile only{file->filename().string(), "raw"};
  return grow_layer({&only, 1}, size, block_size, thick);
}

Result<ByteCount> ImageLibrary::grow_layer(std::span<const LayerFile> layers, ByteCount size, std::uint32_t block_size,
                                           bool thick) {
  if (size.value > max_disk) return fail(ErrorKind::invalid, "No disk can be that big.");
  if (auto checked = check_layers(layers); !checked) return std::unexpected(checked.error());
  const ByteCount rounded{(size.value + block_size - 1) / block_size * block_size};
  const std::string key = key_of(layers.front().file);
  const std::lock_guard alone(growing_);
  if (auto free = uses_->check_top(key, label_of(layers.front().file)); !free) return std::unexpected(free.error());
  if (layers.front().format == "qcow2") {
    StackOptions options;
    options.block_size = block_size;
    if (auto grown = devices_->grow(layers, rounded, options); !grown) return std::unexpected(grown.error());
    return rounded;
  }
  if (auto grown = grow_file(folder_ / layers.front().file, rounded, thick); !grown)
    return std::unexpected(grown.error());
  if (auto told = devices_->refresh_sizes(key); !told) return std::unexpected(told.error());
  return rounded;
}

// The length of a file is one number of its inode: after a crash it is the old or the new one.
Result<void> ImageLibrary::grow_file(const std::filesystem::path& file, ByteCount size, bool thick) {
  const int links = file.parent_path() == folder_ ? O_NOFOLLOW : 0;  // LVM names its disks by links
  const FileDescriptor fd(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK | links));
  if (!fd) return posix_fail(errno, "open", file);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return posix_fail(errno, "look at", file);
  auto now = source_size(fd.get(), file, 1);
  if (!now) return std::unexpected(now.error());
  if (size.value / sector < now->value / sector)
    return fail(ErrorKind::conflict, fmt::format("This disk has {} bytes, and none is ever made smaller: make a new, "
                                                 "smaller image and copy to it from a machine that has both.",
                                                 now->value));
  if (S_ISBLK(info.st_mode)) {
    if (size == *now) return {};
    return fail(ErrorKind::conflict,
                fmt::format("{} has {} bytes itself; make it bigger first.", file.string(), now->value));
  }
  if (size <= *now) return {};
  if (thick) {
    if (auto reserved = reserve_behind(fd.get(), file, *now, size); !reserved) return reserved;
  }
  if (::ftruncate(fd.get(), static_cast<off_t>(size.value)) != 0) return posix_fail(errno, "make room for", file);
  if (::fsync(fd.get()) != 0) return posix_fail(errno, "flush", file);
  return {};
}

Result<void> ImageLibrary::reserve(std::string_view name) {
  auto file = path(name);
  if (!file) return std::unexpected(file.error());
  const FileDescriptor fd(::open(file->c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  struct stat info{};
  if (!fd || ::fstat(fd.get(), &info) != 0) return posix_fail(errno, "open", *file);
  const int failed = allocate(fd.get(), 0, {0}, {static_cast<std::uint64_t>(info.st_size)});
  return failed == 0 ? Result<void>{} : posix_fail(failed, "reserve the space of", *file);
}

}  // namespace bootferry::images
