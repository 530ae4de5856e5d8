// SPDX-License-Identifier: Apache-2.0
#include "images/posix_file.hpp"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "images/file_descriptor.hpp"
#include "images/posix_error.hpp"

namespace bootferry::images {
namespace {

class PosixFile final : public ByteFile {
 public:
  PosixFile(std::filesystem::path path, FileDescriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Result<ByteCount> size() const override {
    struct stat info{};
    if (::fstat(fd_.get(), &info) != 0) return posix_fail(errno, "look at", path_);
    return ByteCount{static_cast<std::uint64_t>(info.st_size)};
  }

  Result<void> read(ByteCount offset, MutableByteView out) override {
    while (!out.empty()) {
      const ssize_t got = ::pread(fd_.get(), out.data(), out.size(), static_cast<off_t>(offset.value));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return posix_fail(errno, "read", path_);
      if (got == 0) {
        std::memset(out.data(), 0, out.size());
        return {};
      }
      out = out.subspan(static_cast<std::size_t>(got));
      offset += {static_cast<std::uint64_t>(got)};
    }
    return {};
  }

  Result<TryRead> try_read(ByteCount offset, MutableByteView out) override {
    if (!nowait_works_.load(std::memory_order_relaxed)) return TryRead::would_block;
    const iovec target{out.data(), out.size()};
    const ssize_t got = ::preadv2(fd_.get(), &target, 1, static_cast<off_t>(offset.value), RWF_NOWAIT);
    if (got >= 0 && static_cast<std::size_t>(got) == out.size()) return TryRead::done;
    if (got < 0 && (errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS)) nowait_works_ = false;
    return TryRead::would_block;
  }

  Result<void> write(ByteCount offset, ByteView data) override {
    while (!data.empty()) {
      const ssize_t put = ::pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(offset.value));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return posix_fail(errno, "write", path_);
      data = data.subspan(static_cast<std::size_t>(put));
      offset += {static_cast<std::uint64_t>(put)};
    }
    return {};
  }

  // A failed writeback may be reported once only, and what it dropped is gone: the failure stays (as in RawDevice).
  Result<void> flush() override {
    while (!lost_writes_.load()) {
      if (::fdatasync(fd_.get()) == 0) break;
      if (errno == EINTR) continue;
      lost_writes_ = true;
      return posix_fail(errno, "flush", path_);
    }
    if (!lost_writes_.load()) return {};
    return fail(ErrorKind::io, "Earlier writes to " + path_.string() + " were lost by the disk below.");
  }

  void discard(ByteCount offset, ByteCount length) override {
    (void)::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset.value),
                      static_cast<off_t>(length.value));
  }

  Result<void> truncate(ByteCount size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size.value)) != 0) return posix_fail(errno, "resize", path_);
    return {};
  }

 private:
  const std::filesystem::path path_;
  const FileDescriptor fd_;
  std::atomic<bool> nowait_works_{true};
  std::atomic<bool> lost_writes_{false};
};

}  // namespace

Result<std::unique_ptr<ByteFile>> open_posix_file(const std::filesystem::path& path, OpenMode mode) {
  const int access = mode == OpenMode::read_write ? O_RDWR : O_RDONLY;
  FileDescriptor fd(::open(path.c_str(), access | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ELOOP)
    return fail(ErrorKind::denied, path.string() + " is a symbolic link; images must be files themselves.");
  if (!fd) return posix_fail(errno, "open", path);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return posix_fail(errno, "look at", path);
  if (!S_ISREG(info.st_mode)) return fail(ErrorKind::unsupported, path.string() + " is not a file.");
  return std::make_unique<PosixFile>(path, std::move(fd));
}

Result<std::unique_ptr<ByteFile>> create_posix_file(const std::filesystem::path& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd && errno == EEXIST) return fail(ErrorKind::conflict, path.string() + " is there already.");
  if (!fd) return posix_fail(errno, "make", path);
  return std::make_unique<PosixFile>(path, std::move(fd));
}

}  // namespace bootferry::images
