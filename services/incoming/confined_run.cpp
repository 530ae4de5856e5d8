// SPDX-License-Identifier: Apache-2.0
#include "incoming/confined_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

namespace bootferry::incoming {
namespace {

using images::FileDescriptor;
using Time = std::chrono::steady_clock;

constexpr std::size_t most_words = 2048;
constexpr std::chrono::milliseconds tick{200};

struct Pipe {
  FileDescriptor read, write;
  static Pipe make() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  }
};

/// What the child needs, made ready before it is one: after the fork there are system calls only.
struct Start {
  std::vector<char*> argv;
  const Confinement* confinement;
  const ConfinedLimits* limits;
  int input, output, words_out, words_error, report;
  pid_t parent;
};

[[noreturn]] void give_up(int report, int problem) {
  (void)!::write(report, &problem, sizeof problem);
  ::_exit(127);
}

/// Above everything that is to be overwritten, so that no dup2 hits what a later one needs.
int aside(int fd) { return fd < 0 ? -1 : ::fcntl(fd, F_DUPFD_CLOEXEC, 100); }

[[noreturn]] void become(const Start& start) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != start.parent) ::_exit(127);  // it died before that
  const int report = aside(start.report);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const std::array wanted{aside(null), aside(start.words_out), aside(start.words_error), aside(start.input),
                          aside(start.output)};
  for (int to = 0; to < static_cast<int>(wanted.size()); ++to) {
    ::close(to);
    if (const int from = wanted[static_cast<std::size_t>(to)]; from >= 0 && ::dup2(from, to) < 0)
      give_up(report, errno);
  }
  if (const int failed = start.confinement->apply(*start.limits, report); failed != 0) give_up(report, failed);
  std::array<char*, 2> environment{const_cast<char*>("LC_ALL=C"), nullptr};
  ::execve(start.argv[0], start.argv.data(), environment.data());
  give_up(report, errno);
}

class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) (void)end(true);
  }
  /// Waits for its end, and brings it about at once or after a while.
  int end(bool now) {
    int raw = 0;
    for (int i = 0; !now && i < 500; ++i) {
      if (::waitpid(pid_, &raw, WNOHANG) == pid_) return pid_ = -1, raw;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return raw;
  }

 private:
  pid_t pid_;
};

/// One read; false at the end of the pipe.
bool take(int fd, const std::function<void(std::string_view)>& use) {
  std::array<char, 4096> piece;
  const ssize_t got = ::read(fd, piece.data(), piece.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got > 0 && use) use({piece.data(), static_cast<std::size_t>(got)});
  return got > 0;
}

/// Until both pipes are closed: it has ended, or has nothing more to say.
Result<void> listen(const ConfinedCommand& command, int output, int error, std::string& words) {
  const auto deadline = Time::now() + command.time;
  const auto keep = [&words](std::string_view text) { words += text.substr(0, most_words - words.size()); };
  std::array<pollfd, 2> pipes{pollfd{output, POLLIN, 0}, pollfd{error, POLLIN, 0}};
  auto next_tick = Time::now();
  while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
    if (::poll(pipes.data(), pipes.size(), static_cast<int>(tick.count())) < 0 && errno != EINTR)
      return fail(ErrorKind::io, "Cannot listen to a converter.");
    if (pipes[0].revents != 0 && !take(output, command.on_output)) pipes[0].fd = -1;
    if (pipes[1].revents != 0 && !take(error, keep)) pipes[1].fd = -1;
    const auto now = Time::now();
    if (now > deadline) return fail(ErrorKind::exhausted, "Converting took too long and was ended.");
    if (now < next_tick || !command.go_on) continue;
    next_tick = now + tick;
    if (auto good = command.go_on(); !good) return good;
  }
  return {};
}

}  // namespace

Result<ConfinedEnd> run_confined(const ConfinedCommand& command) {
  auto confinement = Confinement::prepare(command.argv.at(0), command.input, command.output);
  if (!confinement) return std::unexpected(confinement.error());
  Pipe output = Pipe::make(), error = Pipe::make(), report = Pipe::make();
  if (!output.read || !error.read || !report.read) return fail(ErrorKind::exhausted, "No more files can be opened.");

  Start start{{},
              &*confinement,
              &command.limits,
              command.input,
              command.output,
              output.write.get(),
              error.write.get(),
              report.write.get(),
              ::getpid()};
  for (const std::string& argument : command.argv) start.argv.push_back(const_cast<char*>(argument.c_str()));
  start.argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) become(start);
  if (pid < 0) return fail(ErrorKind::exhausted, "No process can be started to convert the image.");
  Child child(pid);
  for (Pipe* pipe : {&output, &error, &report}) pipe->write = FileDescriptor();  // now they end when the child does
  int problem = 0;
  if (::read(report.read.get(), &problem, sizeof problem) > 0) {
    const std::string why = fmt::format("{} cannot be started: {}", command.argv[0], std::strerror(problem));
    return fail(ErrorKind::unavailable, why);
  }
  ConfinedEnd end;
  if (auto heard = listen(command, output.read.get(), error.read.get(), end.words); !heard)
    return std::unexpected(heard.error());
  const int raw = child.end(false);
  end.status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
  end.signal = WIFSIGNALED(raw) ? WTERMSIG(raw) : 0;
  return end;
}

}  // namespace bootferry::incoming
