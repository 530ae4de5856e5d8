// SPDX-License-Identifier: Apache-2.0
#include "images/iso_image.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "images/file_descriptor.hpp"
#include "images/posix_error.hpp"

namespace bootferry::images {

Result<bool> is_iso_image(const std::filesystem::path& path) {
  constexpr std::string_view mark = "CD001";
  constexpr off_t mark_at = 16 * cd_block_size + 1;  // behind the type of the first descriptor
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return posix_fail(errno, "open", path);
  std::array<char, mark.size()> found{};
  ssize_t got = 0;
  do {
    got = ::pread(fd.get(), found.data(), found.size(), mark_at);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return posix_fail(errno, "read", path);
  return static_cast<std::size_t>(got) == mark.size() && std::string_view(found.data(), found.size()) == mark;
}

}  // namespace bootferry::images
