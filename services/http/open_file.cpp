// SPDX-License-Identifier: Apache-2.0
#include "http/open_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bootferry::http {
namespace {

// O_NONBLOCK: opening a FIFO that somebody put there must not hang; it means nothing to a regular file.
constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

Error open_error(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ENXIO:
      return {ErrorKind::not_found, "There is no such file."};
    case EXDEV:
    case ELOOP:
      return {ErrorKind::not_found, "There is no such file here: its path leads out of the folder."};
    case EACCES:
    case EPERM:
      return {ErrorKind::denied, "The server has no right to read this file; mend its permissions."};
    case EAGAIN:
      return {ErrorKind::unavailable, "The file cannot be opened at this moment; try again."};
    case EMFILE:
    case ENFILE:
      return {ErrorKind::unavailable, "The server has too many files open; try again."};
    default:
      return {ErrorKind::io, fmt::format("The file cannot be opened: {}.", std::strerror(code))};
  }
}

// As <linux/mman.h> has them since 6.5.
struct CacheRange {
  std::uint64_t offset, length;
};
struct CacheCounts {
  std::uint64_t cached, dirty, being_written, evicted, recently_evicted;
};
constexpr long cachestat_number = 451;

}  // namespace

OpenFile::~OpenFile() { ::close(descriptor_); }

long OpenFile::read_some(char* out, std::size_t count, std::uint64_t offset) const {
  for (;;) {
    const ssize_t got = ::pread(descriptor_, out, count, static_cast<off_t>(offset));
    if (got >= 0 || errno != EINTR) return got;
  }
}

long OpenFile::try_read_some(char* out, std::size_t count, std::uint64_t offset) const {
  const iovec piece{out, count};
  return ::preadv2(descriptor_, &piece, 1, static_cast<off_t>(offset), RWF_NOWAIT);
}

bool OpenFile::is_in_memory(std::size_t count, std::uint64_t offset) const {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  CacheRange range{offset, count};
  CacheCounts counts{};
  if (::syscall(cachestat_number, descriptor_, &range, &counts, 0) != 0) return false;
  return counts.cached >= (offset + count - 1) / page - offset / page + 1;
}

namespace {

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

}  // namespace

OpenFile::Identity OpenFile::identity_of(const struct stat& found) {
  return {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size), nanoseconds(found.st_mtim),
          nanoseconds(found.st_ctim)};
}

void OpenFileMemo::keep(const std::filesystem::path& path, std::shared_ptr<const OpenFile> file) {
  path_ = path;
  file_ = std::move(file);
}

std::shared_ptr<const OpenFile> OpenFileMemo::find(const std::filesystem::path& path) const {
  if (!file_ || path != path_) return nullptr;
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0 || OpenFile::identity_of(found) != file_->identity_) return nullptr;
  return file_;
}

Result<std::shared_ptr<const OpenFile>> adopt_file(int descriptor) {
  auto file = std::make_shared<OpenFile>(descriptor);
  struct stat found{};
  if (::fstat(descriptor, &found) != 0) return std::unexpected(open_error(errno));
  if (!S_ISREG(found.st_mode))
    return fail(ErrorKind::not_found, "There is no such file; this is a folder or a special file.");
  file->identity_ = OpenFile::identity_of(found);
  file->size_ = static_cast<std::uint64_t>(found.st_size);
  file->modified_ = std::chrono::sys_seconds{std::chrono::seconds{found.st_mtim.tv_sec}};
  file->etag_ =
      fmt::format("\"{:x}-{:x}-{:x}.{:x}\"", found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
  return file;
}

Result<std::shared_ptr<const OpenFile>> open_below(const std::filesystem::path& folder, const std::string& relative,
                                                   Patience patience) {
  const int root = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return std::unexpected(open_error(errno));
  open_how how{};
  how.flags = open_flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (patience == Patience::only_cached) how.resolve |= RESOLVE_CACHED;
  const long descriptor = ::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how);
  const int code = errno;
  ::close(root);
  if (descriptor < 0) return std::unexpected(open_error(code));
  return adopt_file(static_cast<int>(descriptor));
}

Result<std::shared_ptr<const OpenFile>> open_named(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), open_flags);
  if (descriptor < 0) return std::unexpected(open_error(errno));
  return adopt_file(descriptor);
}

}  // namespace bootferry::http
