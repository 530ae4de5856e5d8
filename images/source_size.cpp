// SPDX-License-Identifier: Apache-2.0
#include "images/source_size.hpp"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <cerrno>

#include "images/posix_error.hpp"

namespace bootferry::images {

Result<ByteCount> source_size(int fd, const std::filesystem::path& path, std::uint64_t block) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return posix_fail(errno, "look at", path);
  std::uint64_t size = static_cast<std::uint64_t>(info.st_size);
  if (S_ISBLK(info.st_mode)) {
    if (::ioctl(fd, BLKGETSIZE64, &size) != 0) return posix_fail(errno, "ask the size of", path);
  } else if (!S_ISREG(info.st_mode)) {
    return fail(ErrorKind::unsupported, path.string() + " is neither a file nor a disk.");
  }
  if (size == 0) return fail(ErrorKind::invalid, path.string() + " is empty; it cannot be a disk.");
  return ByteCount{(size + block - 1) / block * block};  // a last part of a block is filled up with zeros
}

}  // namespace bootferry::images
