// SPDX-License-Identifier: Apache-2.0
#include "images/file_copy.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/bytes.hpp"
#include "base/sparse_write.hpp"
#include "images/posix_error.hpp"

namespace bootferry::images {
namespace {

constexpr std::uint64_t piece = 4 << 20;  // a progress call each

struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The data in the source, as far as its file system tells holes from it.
std::vector<Span> data_spans(const CopyJob& job) {
  std::vector<Span> spans;
  const std::uint64_t size = job.size.value;
  for (std::uint64_t at = 0; at < size;) {
    const off_t data = ::lseek(job.source, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0) return errno == ENXIO ? spans : std::vector<Span>{{0, size}};
    const off_t hole = ::lseek(job.source, data, SEEK_HOLE);
    const std::uint64_t end = hole <= data ? size : std::min<std::uint64_t>(static_cast<std::uint64_t>(hole), size);
    if (static_cast<std::uint64_t>(data) >= size) break;
    spans.push_back({static_cast<std::uint64_t>(data), end});
    at = end;
  }
  return spans;
}

Result<void> check_space(const CopyJob& job, std::uint64_t needed) {
  struct statvfs disk{};
  if (::fstatvfs(job.target, &disk) != 0) return posix_fail(errno, "look at the free space for", job.target_path);
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (needed <= free) return {};
  return fail(ErrorKind::exhausted, "The copy needs " + render_byte_count({needed}) + " and only " +
                                        render_byte_count({free}) + " are free on the disk of " +
                                        job.target_path.parent_path().string() + ".");
}

// Block special files do not tell their holes: runs of zeros are left out, 64 KiB at a time.
Result<void> copy_by_hand(const CopyJob& job, Span span, Bytes& buffer) {
  buffer.resize(64 << 10);
  for (std::uint64_t at = span.begin; at < span.end;) {
    const std::uint64_t want = std::min<std::uint64_t>(buffer.size(), span.end - at);
    const ssize_t got = ::pread(job.source, buffer.data(), want, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return posix_fail(errno, "read", job.source_path);
    if (got == 0) return fail(ErrorKind::io, job.source_path.string() + " became shorter while it was copied.");
    const ByteView data = ByteView(buffer).first(static_cast<std::size_t>(got));
    at += data.size();
    if (is_zero(data)) continue;
    const int refused = write_whole(job.target, data, at - data.size());
    if (refused != 0) return posix_fail(refused, "write", job.target_path);
  }
  return {};
}

// 0 or an errno that says: this kernel cannot copy these two by itself.
int copy_in_kernel(const CopyJob& job, Span span) {
  off_t from = static_cast<off_t>(span.begin);
  off_t to = from;
  while (static_cast<std::uint64_t>(from) < span.end) {
    const ssize_t got =
        ::copy_file_range(job.source, &from, job.target, &to, span.end - static_cast<std::uint64_t>(from), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return EINVAL;
  }
  return 0;
}

}  // namespace

Result<void> copy_file(const CopyJob& job, const std::function<Result<void>(ByteCount, ByteCount)>& progress) {
  const auto report = [&](std::uint64_t done) { return progress({done}, job.size); };
  const bool cloned = ::ioctl(job.target, FICLONE, job.source) == 0;
  if (::ftruncate(job.target, static_cast<off_t>(job.size.value)) != 0)
    return posix_fail(errno, "make room for", job.target_path);
  if (cloned) return report(job.size.value);

  const std::vector<Span> spans = data_spans(job);
  std::uint64_t needed = 0;
  for (Span span : spans) needed += span.end - span.begin;
  if (auto fits = check_space(job, needed); !fits) return fits;

  bool kernel_copies = true;
  Bytes buffer;
  for (Span span : spans) {
    for (std::uint64_t at = span.begin; at < span.end; at += piece) {
      const Span part{at, std::min(at + piece, span.end)};
      const int refused = kernel_copies ? copy_in_kernel(job, part) : 0;
      if (refused == ENOSPC || refused == EDQUOT || refused == EIO)
        return posix_fail(refused, "copy to", job.target_path);
      if (refused != 0) kernel_copies = false;
      if (!kernel_copies) {
        if (auto copied = copy_by_hand(job, part, buffer); !copied) return copied;
      }
      if (auto go_on = report(part.end); !go_on) return go_on;
    }
  }
  return report(job.size.value);
}

}  // namespace bootferry::images
