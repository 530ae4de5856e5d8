// SPDX-License-Identifier: Apache-2.0
// A program that we start and end: no shell, arguments as a list, killed with us. Used by the demo, on the main thread.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace bootferry::app {

class ChildProcess {
 public:
  /// Starts argv[0], found in PATH; its output goes to `output_fd` (or to /dev/null for -1). Throws std::runtime_error
  /// with a sentence when the program is not there.
  ChildProcess(std::vector<std::string> argv, int output_fd);
  ~ChildProcess() { end(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Its exit status once it has ended (128 + signal when killed); empty while it runs.
  [[nodiscard]] std::optional<int> poll();
  /// Waits up to `limit`, then as poll().
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit);
  /// SIGTERM, and SIGKILL after five seconds.
  void end();

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// Runs to the end with its output hidden; throws std::runtime_error naming the command when it fails.
void run_program(std::vector<std::string> argv);

}  // namespace bootferry::app
