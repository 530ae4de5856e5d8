// SPDX-License-Identifier: Apache-2.0
#include "app/state_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace bootferry::app {

StateFolder::StateFolder(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code failed;
  std::filesystem::create_directories(path_, failed);
  if (!failed) chmod(path_.c_str(), 0700);
  for (const char* part : {"images", "files", "loaders"}) {
    if (!failed) std::filesystem::create_directory(path_ / part, failed);
  }
  if (failed) {
    throw std::runtime_error(
        fmt::format("the state directory {} cannot be made: {}; run as root, or choose another with --state-dir",
                    path_.string(), failed.message()));
  }
  const std::filesystem::path file = path_ / "lock";
  lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0)
    throw std::runtime_error(
        fmt::format("{} cannot be opened: {}; run as root, or choose another folder with --state-dir", file.string(),
                    std::strerror(errno)));
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    close(lock_);
    throw std::runtime_error(fmt::format(
        "another Bootferry already runs on {}; stop it, or choose another folder with --state-dir", path_.string()));
  }
}

StateFolder::~StateFolder() { close(lock_); }

}  // namespace bootferry::app
