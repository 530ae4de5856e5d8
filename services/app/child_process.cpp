// SPDX-License-Identifier: Apache-2.0
#include "app/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace bootferry::app {
namespace {

/// In the child: never returns. Only async-signal-safe calls.
[[noreturn]] void become(char* const* argv, int output_fd, int report_fd) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(output_fd < 0 ? null : output_fd, STDOUT_FILENO);
  dup2(output_fd < 0 ? null : output_fd, STDERR_FILENO);
  execvp(argv[0], argv);
  const int problem = errno;
  (void)!write(report_fd, &problem, sizeof problem);
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> argv, int output_fd) {
  std::vector<char*> raw;
  raw.reserve(argv.size() + 1);
  for (std::string& argument : argv) raw.push_back(argument.data());
  raw.push_back(nullptr);
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for a new process");
  pid_ = fork();
  if (pid_ == 0) become(raw.data(), output_fd, report[1]);
  close(report[1]);
  int problem = 0;
  const ssize_t reported = pid_ < 0 ? 0 : read(report[0], &problem, sizeof problem);
  close(report[0]);
  if (pid_ < 0) throw std::runtime_error(fmt::format("{} cannot be started: {}", argv[0], std::strerror(errno)));
  if (reported > 0) {
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
    throw std::runtime_error(fmt::format("{} cannot be started: {}", argv[0], std::strerror(problem)));
  }
}

std::optional<int> ChildProcess::poll() {
  if (status_ || pid_ < 0) return status_;
  int raw = 0;
  if (waitpid(pid_, &raw, WNOHANG) != pid_) return std::nullopt;
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return status_;
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!poll() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return status_;
}

void ChildProcess::end() {
  if (pid_ < 0 || poll()) return;
  kill(pid_, SIGTERM);
  if (wait(std::chrono::seconds(5))) return;
  kill(pid_, SIGKILL);
  (void)wait(std::chrono::seconds(5));
}

void run_program(std::vector<std::string> argv) {
  const std::string name = fmt::format("{}", fmt::join(argv, " "));
  ChildProcess child(std::move(argv), -1);
  const auto status = child.wait(std::chrono::seconds(30));
  if (!status || *status != 0) throw std::runtime_error(fmt::format("\"{}\" failed", name));
}

}  // namespace bootferry::app
