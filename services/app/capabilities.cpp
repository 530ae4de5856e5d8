// SPDX-License-Identifier: Apache-2.0
#include "app/capabilities.hpp"

#include <unistd.h>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bootferry::app {

bool has_capability(std::string_view status, Capability wanted) {
  constexpr std::string_view name = "\nCapEff:\t";
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return false;
  const std::string_view digits = status.substr(at + name.size());
  std::uint64_t bits = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
  return (bits >> static_cast<unsigned>(wanted) & 1) != 0;
}

bool has_capability(Capability wanted) {
  std::stringstream status;
  status << std::ifstream("/proc/self/status").rdbuf();
  return has_capability(status.str(), wanted);
}

Keeper find_keeper() {
  std::error_code ignored;
  for (const char* mark : {"/.dockerenv", "/run/.containerenv"})
    if (std::filesystem::exists(mark, ignored)) return Keeper::container;
  if (std::getenv("KUBERNETES_SERVICE_HOST") != nullptr) return Keeper::container;
  // systemd.exec(5): the pid of what the unit started; shells below a unit have it too, with another's pid.
  const char* pid = std::getenv("SYSTEMD_EXEC_PID");
  return pid != nullptr && std::to_string(getpid()) == pid ? Keeper::systemd : Keeper::nobody;
}

}  // namespace bootferry::app
