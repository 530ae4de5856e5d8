// SPDX-License-Identifier: Apache-2.0
#include "app/admin_token.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace bootferry::app {
namespace {

std::string read_token(const std::filesystem::path& file) {
  std::string token;
  std::getline(std::ifstream(file), token);
  return token;
}

void write_token(const std::filesystem::path& file, const std::string& token) {
  const std::filesystem::path fresh = file.string() + ".new";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const std::string line = token + "\n";
  const bool written = fd >= 0 && fchmod(fd, 0600) == 0 &&
                       write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(fd) == 0;
  const int problem = errno;
  if (fd >= 0) close(fd);
  if (!written || std::rename(fresh.c_str(), file.c_str()) != 0) {
    throw std::runtime_error(
        fmt::format("the admin token cannot be written to {}: {}", file.string(), std::strerror(problem)));
  }
}

}  // namespace

AdminToken load_or_make_admin_token(const std::filesystem::path& state_dir, Random& random) {
  const std::filesystem::path file = state_dir / "admin-token";
  if (std::string token = read_token(file); token.size() >= 32) return {token, false};
  std::array<std::uint8_t, 16> secret{};
  random.fill(secret);
  AdminToken made{fmt::format("{:02x}", fmt::join(secret, "")), true};
  write_token(file, made.value);
  return made;
}

}  // namespace bootferry::app
