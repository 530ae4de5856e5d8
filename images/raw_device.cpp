// SPDX-License-Identifier: Apache-2.0
#include "images/raw_device.hpp"

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "images/file_descriptor.hpp"
#include "images/posix_error.hpp"
#include "images/range_check.hpp"

namespace bootferry::images {
namespace {

struct Geometry {
  std::uint64_t size = 0;  ///< when it was opened
  std::uint32_t block_size = 512;
  bool is_block_special = false;
};

// In whole blocks.
Result<std::uint64_t> size_of(int fd, const std::filesystem::path& path, std::uint32_t block_size) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return posix_fail(errno, "look at", path);
  std::uint64_t size = static_cast<std::uint64_t>(info.st_size);
  if (S_ISBLK(info.st_mode) && ::ioctl(fd, BLKGETSIZE64, &size) != 0) return posix_fail(errno, "ask the size of", path);
  return size - size % block_size;
}

class RawDevice final : public BlockDevice {
 public:
  RawDevice(std::filesystem::path path, FileDescriptor fd, Geometry geometry, Capabilities capabilities)
      : path_(std::move(path)), fd_(std::move(fd)), geometry_(geometry), capabilities_(capabilities) {}

  ByteCount size() const override { return {size_.load(std::memory_order_relaxed)}; }
  std::uint32_t block_size() const override { return geometry_.block_size; }
  Capabilities capabilities() const override { return capabilities_; }

  Result<void> refresh_size() override {
    const auto found = size_of(fd_.get(), path_, geometry_.block_size);
    if (!found) return std::unexpected(found.error());
    std::uint64_t known = size_.load();
    while (known < *found && !size_.compare_exchange_weak(known, *found)) {
    }
    return {};
  }

  Result<void> read(ByteCount offset, MutableByteView out) override {
    if (auto checked = check_range(*this, offset, out.size()); !checked) return checked;
    while (!out.empty()) {
      const ssize_t got = ::pread(fd_.get(), out.data(), out.size(), static_cast<off_t>(offset.value));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return posix_fail(errno, "read", path_);
      if (got == 0) return fail(ErrorKind::io, "Cannot read " + path_.string() + ": it became shorter while in use.");
      out = out.subspan(static_cast<std::size_t>(got));
      offset += {static_cast<std::uint64_t>(got)};
    }
    return {};
  }

  Result<void> write(ByteCount offset, ByteView data) override {
    if (auto checked = check_change(*this, offset, data.size()); !checked) return checked;
    return write_all(offset, data);
  }

  // After a failed writeback, for whatever reason, the kernel may drop the dirty pages and let the next fdatasync
  // succeed: the failure must stay. It is told to one caller only: looked at afterwards too, for those beside it.
  Result<void> flush() override {
    if (!capabilities_.writable) return {};
    if (lost_writes_.load()) return lost_writes();
    while (::fdatasync(fd_.get()) != 0) {
      if (errno == EINTR) continue;
      lost_writes_ = true;
      return posix_fail(errno, "flush", path_);
    }
    return lost_writes_.load() ? lost_writes() : Result<void>{};
  }

  // Punching reads as zeros ever after, on files and on block special files; plain BLKDISCARD promises nothing.
  Result<void> trim(ByteCount offset, ByteCount length) override {
    if (auto checked = check_change(*this, offset, length.value); !checked) return checked;
    if (length.value == 0) return {};
    if (!allocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length)) {
      if (errno != EOPNOTSUPP) return posix_fail(errno, "give back space of", path_);
      return zero(offset, length);
    }
    return {};
  }

  Result<void> zero(ByteCount offset, ByteCount length) override {
    if (auto checked = check_change(*this, offset, length.value); !checked) return checked;
    if (length.value == 0) return {};
    if (zero_range_works_.load(std::memory_order_relaxed)) {
      if (allocate(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, offset, length)) return {};
      if (errno != EOPNOTSUPP) return posix_fail(errno, "zero", path_);
      zero_range_works_ = false;
    }
    if (geometry_.is_block_special) {
      std::uint64_t range[2] = {offset.value, length.value};
      if (::ioctl(fd_.get(), BLKZEROOUT, range) == 0) return {};
    } else if (capabilities_.trims && allocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length)) {
      return {};
    }
    return write_zeros(offset, length);
  }

  Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) override {
    if (auto checked = check_range(*this, offset, length.value); !checked) return std::unexpected(checked.error());
    if (length.value == 0) return std::vector<Extent>{};
    if (geometry_.is_block_special) return std::vector<Extent>{{offset, length, true}};
    return file_extents(offset.value, offset.value + length.value);
  }

  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override {
    if (!nowait_works_.load(std::memory_order_relaxed)) return TryRead::would_block;
    if (auto checked = check_range(*this, offset, out.size()); !checked) return std::unexpected(checked.error());
    const iovec target{out.data(), out.size()};
    const ssize_t got = ::preadv2(fd_.get(), &target, 1, static_cast<off_t>(offset.value), RWF_NOWAIT);
    if (got >= 0 && static_cast<std::size_t>(got) == out.size()) return TryRead::done;
    if (got < 0 && (errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS)) nowait_works_ = false;
    return TryRead::would_block;  // a real error shows itself in read()
  }

 private:
  Result<void> lost_writes() const {
    return fail(ErrorKind::io, "Earlier writes to " + path_.string() + " were lost by the disk below.");
  }

  bool allocate(int mode, ByteCount offset, ByteCount length) {
    int result = 0;
    do {
      result = ::fallocate(fd_.get(), mode, static_cast<off_t>(offset.value), static_cast<off_t>(length.value));
    } while (result != 0 && errno == EINTR);
    return result == 0;
  }

  Result<void> write_all(ByteCount offset, ByteView data) {
    while (!data.empty()) {
      const ssize_t put = ::pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(offset.value));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return posix_fail(errno, "write", path_);
      data = data.subspan(static_cast<std::size_t>(put));
      offset += {static_cast<std::uint64_t>(put)};
    }
    return {};
  }

  Result<void> write_zeros(ByteCount offset, ByteCount length) {
    const Bytes zeros(std::min<std::uint64_t>(length.value, 1 << 20), 0);
    for (std::uint64_t done = 0; done < length.value; done += zeros.size()) {
      const std::uint64_t now = std::min<std::uint64_t>(zeros.size(), length.value - done);
      if (auto written = write_all(offset + ByteCount{done}, ByteView(zeros).first(now)); !written) return written;
    }
    return {};
  }

  Result<std::vector<Extent>> file_extents(std::uint64_t at, std::uint64_t end) {
    std::vector<Extent> found;
    while (at < end) {
      const off_t data = ::lseek(fd_.get(), static_cast<off_t>(at), SEEK_DATA);
      if (data < 0 && errno != ENXIO)
        return std::vector<Extent>{{{at}, {end - at}, true}};  // no such question here: all data
      const std::uint64_t data_begin = data < 0 ? end : std::min<std::uint64_t>(static_cast<std::uint64_t>(data), end);
      if (data_begin > at) found.push_back({{at}, {data_begin - at}, false});
      at = data_begin;
      if (at >= end) break;
      const off_t hole = ::lseek(fd_.get(), static_cast<off_t>(at), SEEK_HOLE);
      const std::uint64_t data_end = hole < 0 ? end : std::min<std::uint64_t>(static_cast<std::uint64_t>(hole), end);
      // A hole punched meanwhile: look again rather than report nothing.
      if (data_end <= at) continue;
      found.push_back({{at}, {data_end - at}, true});
      at = data_end;
    }
    return found;
  }

  const std::filesystem::path path_;
  const FileDescriptor fd_;
  const Geometry geometry_;
  const Capabilities capabilities_;
  std::atomic<std::uint64_t> size_{geometry_.size};  ///< grows
  std::atomic<bool> nowait_works_{true};
  std::atomic<bool> zero_range_works_{true};
  std::atomic<bool> lost_writes_{false};
};

Result<Geometry> geometry_of(int fd, const std::filesystem::path& path, std::uint32_t block_size) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return posix_fail(errno, "look at", path);
  Geometry geometry;
  geometry.block_size = block_size;
  if (S_ISBLK(info.st_mode)) {
    int sector = 0;
    if (::ioctl(fd, BLKSSZGET, &sector) != 0) return posix_fail(errno, "ask the sector size of", path);
    if (sector != 512 && sector != 4096) {
      return fail(ErrorKind::unsupported,
                  path.string() + " has sectors of " + std::to_string(sector) + " bytes; only 512 and 4096 work.");
    }
    geometry.block_size = static_cast<std::uint32_t>(sector);
    geometry.is_block_special = true;
  } else if (!S_ISREG(info.st_mode)) {
    return fail(ErrorKind::unsupported, path.string() + " is neither a file nor a disk.");
  }
  const auto size = size_of(fd, path, geometry.block_size);
  if (!size) return std::unexpected(size.error());
  geometry.size = *size;
  if (geometry.size == 0)
    return fail(ErrorKind::invalid, path.string() + " is smaller than one block; it cannot be a disk.");
  return geometry;
}

// Asks the file system by punching behind the end, where nothing is.
bool can_punch(int fd, const Geometry& geometry) {
  if (geometry.is_block_special) {
    // An unaligned discard is refused as invalid where discards exist, and as unsupported where they do not. Not one of
    // no bytes: older kernels drop all that waits to be written to the disk before they refuse that.
    std::uint64_t unaligned[2] = {1, 512};
    return ::ioctl(fd, BLKDISCARD, unaligned) != 0 && errno == EINVAL;
  }
  return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(geometry.size + (1 << 20)),
                     4096) == 0;
}

}  // namespace

Result<std::shared_ptr<BlockDevice>> make_raw_device(const std::filesystem::path& path, OpenMode mode, Symlinks links,
                                                     std::uint32_t block_size) {
  struct stat info{};
  const bool is_block = ::stat(path.c_str(), &info) == 0 && S_ISBLK(info.st_mode);
  int flags = O_CLOEXEC | O_NONBLOCK;  // a FIFO must not hold us up
  flags |= mode == OpenMode::read_write ? O_RDWR : O_RDONLY;
  if (links == Symlinks::refuse) flags |= O_NOFOLLOW;
  if (is_block && mode == OpenMode::read_write) flags |= O_EXCL;  // EBUSY when it is mounted or part of an array
  FileDescriptor fd(::open(path.c_str(), flags));
  if (!fd && errno == ELOOP)
    return fail(ErrorKind::denied, path.string() + " is a symbolic link; images must be files themselves.");
  if (!fd && errno == EBUSY)
    return fail(ErrorKind::conflict, path.string() + " is in use by this machine (mounted, swap or in an array).");
  if (!fd) return posix_fail(errno, "open", path);
  auto geometry = geometry_of(fd.get(), path, block_size);
  if (!geometry) return std::unexpected(geometry.error());

  Capabilities capabilities;
  capabilities.writable = mode == OpenMode::read_write;
  capabilities.trims = capabilities.writable && can_punch(fd.get(), *geometry);
  capabilities.zeroes = capabilities.writable;
  capabilities.trimmed_reads_zero = capabilities.trims;
  return std::make_shared<RawDevice>(path, std::move(fd), *geometry, capabilities);
}

}  // namespace bootferry::images
