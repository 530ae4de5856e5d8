// SPDX-License-Identifier: Apache-2.0
#include "app/process_stats.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bootferry::app {
namespace {

/// Seconds since 1970 when the machine was started.
double boot_time() {
  std::ifstream in("/proc/stat");
  for (std::string word; in >> word;) {
    double seconds = 0;
    if (word == "btime" && in >> seconds) return seconds;
  }
  return 0;
}

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats stats;
  std::ifstream in("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::size_t name_end = text.rfind(')');  // the name may hold anything
  std::istringstream fields(name_end == std::string::npos ? "" : text.substr(name_end + 1));
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::string field;
  for (int number = 3; fields >> field; ++number) {  // numbers of proc(5)
    const double value = std::strtod(field.c_str(), nullptr);
    if (number == 14 || number == 15) stats.cpu_seconds += value / ticks;
    if (number == 20) stats.threads = static_cast<std::uint64_t>(value);
    if (number == 22) stats.start_seconds = boot_time() + value / ticks;
    if (number == 23) stats.virtual_size = {static_cast<std::uint64_t>(value)};
    if (number == 24)
      stats.resident = {static_cast<std::uint64_t>(value) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
  }
  std::error_code failed;
  for (std::filesystem::directory_iterator at("/proc/self/fd", failed), end; !failed && at != end; at.increment(failed))
    ++stats.open_descriptors;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_descriptors = limit.rlim_cur;
  return stats;
}

}  // namespace bootferry::app
