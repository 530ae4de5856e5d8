// SPDX-License-Identifier: Apache-2.0
#include "app/sanitize_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "images/file_descriptor.hpp"
#include "images/posix_error.hpp"

namespace bootferry::app {
using images::FileDescriptor;
using images::posix_fail;

// A mark that cannot be read still says that there was one: a byte that no plan begins with.
Bytes SanitizeFile::load() {
  const FileDescriptor fd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT) return {};
  Bytes bytes(64u << 10);
  const ssize_t got = fd ? ::read(fd.get(), bytes.data(), bytes.size()) : -1;
  if (got <= 0) return {0xff};
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

Result<void> SanitizeFile::store(ByteView bytes) {
  const std::filesystem::path draft = file_.string() + ".new";
  const FileDescriptor fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return posix_fail(errno, "make", draft);
  if (::write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) || ::fsync(fd.get()) != 0)
    return posix_fail(errno, "write", draft);
  if (::rename(draft.c_str(), file_.c_str()) != 0) return posix_fail(errno, "name", file_);
  return sync_folder();
}

Result<void> SanitizeFile::clear() {
  if (::unlink(file_.c_str()) != 0 && errno != ENOENT) return posix_fail(errno, "remove", file_);
  return sync_folder();
}

Result<void> SanitizeFile::sync_folder() const {
  const std::filesystem::path folder = file_.parent_path();
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return posix_fail(errno, "flush", folder);
  return {};
}

}  // namespace bootferry::app
