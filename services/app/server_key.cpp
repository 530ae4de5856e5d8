// SPDX-License-Identifier: Apache-2.0
#include "app/server_key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace bootferry::app {
namespace {

using Key = boot::BootSecrets::Key;

[[noreturn]] void give_up(const std::filesystem::path& file, const char* what, int problem) {
  throw std::runtime_error(fmt::format("the server key {} cannot be {}: {}", file.string(), what,
                                       problem != 0 ? std::strerror(problem) : "it was cut short; remove it"));
}

bool read_key(const std::filesystem::path& file, Key& key) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT) return false;
  if (fd < 0) give_up(file, "read", errno);
  fchmod(fd, 0600);  // whoever copied the folder back may have been generous
  errno = 0;
  const ssize_t got = read(fd, key.data(), key.size());
  const int problem = errno;
  close(fd);
  if (got != static_cast<ssize_t>(key.size())) give_up(file, "read", got < 0 ? problem : 0);
  return true;
}

bool sync_folder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return done;
}

/// Whole and durable before its name appears: a machine that booted with it must find it again.
void write_key(const std::filesystem::path& file, const Key& key) {
  const std::filesystem::path fresh = file.string() + ".new";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const bool written = fd >= 0 && fchmod(fd, 0600) == 0 &&
                       write(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(fd) == 0;
  const int problem = errno;
  if (fd >= 0) close(fd);
  if (!written) give_up(fresh, "written", problem != 0 ? problem : EIO);
  if (std::rename(fresh.c_str(), file.c_str()) != 0 || !sync_folder(file.parent_path()))
    give_up(file, "written", errno);
}

}  // namespace

Key load_or_make_server_key(const std::filesystem::path& state_dir, Random& random) {
  const std::filesystem::path file = state_dir / "server-key";
  Key key{};
  if (read_key(file, key)) return key;
  random.fill(key);
  write_key(file, key);
  return key;
}

}  // namespace bootferry::app
