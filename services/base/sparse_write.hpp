// SPDX-License-Identifier: Apache-2.0
// Writes into a file but for what is zeros anyway: blocks that are left out stay holes of a new file. Called by those
// who make disks out of streams (unpacking, downloads); blocks.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/bytes.hpp"

namespace bootferry {

[[nodiscard]] inline bool is_zero(ByteView bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

/// All of it. 0, or errno.
[[nodiscard]] inline int write_whole(int fd, ByteView data, std::uint64_t at) {
  while (!data.empty()) {
    const ssize_t put = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    data = data.subspan(static_cast<std::size_t>(put));
    at += static_cast<std::uint64_t>(put);
  }
  return 0;
}

/// Without the parts that are zeros, in steps that begin where blocks of the file do. 0, or errno.
[[nodiscard]] inline int write_sparse(int fd, ByteView data, std::uint64_t at) {
  constexpr std::size_t hole = 4096;  // what file systems can leave out
  while (!data.empty()) {
    std::size_t count = std::min<std::size_t>(hole - at % hole, data.size());
    if (!is_zero(data.first(count))) {
      // As far as it goes without zeros, in one write.
      while (count < data.size() && !is_zero(data.subspan(count, std::min(hole, data.size() - count))))
        count += std::min(hole, data.size() - count);
      if (const int failed = write_whole(fd, data.first(count), at); failed != 0) return failed;
    }
    data = data.subspan(count);
    at += count;
  }
  return 0;
}

}  // namespace bootferry
