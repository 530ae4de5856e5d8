// SPDX-License-Identifier: Apache-2.0
#include "load/process.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bootferry::bench {

double cpu_seconds(std::uint64_t pid) {
  if (pid == 0) return 0;
  double nanoseconds = 0;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    std::ifstream file(task.path() / "schedstat");
    double running = 0;
    if (file >> running) nanoseconds += running;
  }
  return nanoseconds / 1e9;
}

std::uint64_t own_memory(std::uint64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  return 0;
}

double machine_cpu_seconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0;
  file >> name >> user >> nice >> system >> idle >> wait >> irq >> softirq >> steal;
  return (user + nice + system + irq + softirq + steal) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace bootferry::bench
