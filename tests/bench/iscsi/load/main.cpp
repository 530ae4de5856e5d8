// SPDX-License-Identifier: Apache-2.0
// iscsi_load: loads an iSCSI target and says in one line of JSON what came of it. Called by tests/bench/iscsi/run.
//   iscsi_load run host= target= [port lun sessions depth size op=read|write pattern=seq|random digests segment seconds
//                                 warm span pid each=]   each=5: session i goes to target 5+i, a word behind `target`
//   iscsi_load idle host= target= sessions= pid=      memory of sessions that only are
//   iscsi_load make file= bytes=  |  check file=      the disk's content
//   iscsi_load floor-serve ...    |  floor-read, floor-ask ...   see floor.hpp
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

#include "load/floor.hpp"
#include "load/options.hpp"
#include "load/pattern.hpp"
#include "load/process.hpp"
#include "load/session.hpp"

namespace bootferry::bench {
namespace {

using Now = std::chrono::steady_clock;
using Sessions = std::vector<std::unique_ptr<LoadSession>>;

SessionPlan plan_of(const Options& options) {
  SessionPlan plan;
  plan.host = options.text("host");
  plan.target = options.text("target");
  plan.initiator = options.text("initiator", plan.initiator);
  plan.source = options.text("source");
  plan.port = static_cast<std::uint16_t>(options.number("port", plan.port));
  plan.lun = static_cast<std::uint8_t>(options.number("lun", 0));
  plan.digests = options.number("digests", 0) != 0;
  plan.write = options.text("op") == "write";
  plan.random = options.text("pattern") == "random";
  plan.depth = static_cast<std::uint32_t>(options.number("depth", 1));
  plan.size = static_cast<std::uint32_t>(options.number("size", 4096));
  plan.segment = static_cast<std::uint32_t>(options.number("segment", 262144));
  plan.end = options.number("span", 1u << 30);
  return plan;
}

Sessions open_sessions(const Options& options, Tally& tally) {
  const SessionPlan whole = plan_of(options);
  const auto count = static_cast<std::uint32_t>(options.number("sessions", 1));
  Sessions sessions;
  for (std::uint32_t i = 0; i < count; ++i) {
    SessionPlan plan = whole;
    if (!plan.random && count <= 64) {  // each its own part
      const std::uint64_t part = whole.end / count / pattern_period * pattern_period;
      plan.begin = i * part, plan.end = plan.begin + part;
    }
    if (options.has("each")) {  // each its own disk
      plan.target += std::to_string(options.number("each", 0) + i);
      plan.begin = 0, plan.end = whole.end;
    }
    sessions.push_back(std::make_unique<LoadSession>(plan, i + 1, tally));
    sessions.back()->open();
  }
  return sessions;
}

class Loop {
 public:
  explicit Loop(Sessions& sessions) : sessions_(sessions), full_(sessions.size()) {
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      epoll_event event{EPOLLIN, {.u64 = i}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, sessions_[i]->fd(), &event);
    }
  }
  ~Loop() { ::close(epoll_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void kick() {
    for (std::size_t i = 0; i < sessions_.size(); ++i) go_on(i);
  }
  void run_until(Now::time_point end) {
    epoll_event events[64];
    while (Now::now() < end && !std::ranges::all_of(sessions_, [](const auto& one) { return one->idle(); })) {
      const int ready = ::epoll_wait(epoll_, events, 64, 1000);
      if (ready == 0 && Now::now() > end + std::chrono::seconds(10)) throw std::runtime_error("the target hangs");
      for (int i = 0; i < ready; ++i) {
        const std::size_t index = events[i].data.u64;
        if ((events[i].events & ~EPOLLOUT) != 0) sessions_[index]->on_readable();
        go_on(index);
      }
    }
  }

 private:
  void go_on(std::size_t index) {
    sessions_[index]->issue();
    const bool full = !sessions_[index]->flush();
    if (full == full_[index]) return;
    full_[index] = full;
    epoll_event event{full ? EPOLLIN | EPOLLOUT : EPOLLIN, {.u64 = index}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, sessions_[index]->fd(), &event);
  }
  Sessions& sessions_;
  std::vector<bool> full_;
  const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
};

double percentile(std::vector<std::uint32_t>& values, double part) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at / 16.0;
}

int run_load(const Options& options) {
  const std::uint64_t pid = options.number("pid", 0), self = static_cast<std::uint64_t>(::getpid());
  Tally tally;
  tally.microseconds_x16.reserve(1u << 20);
  Sessions sessions = open_sessions(options, tally);
  Loop loop(sessions);
  loop.kick();
  loop.run_until(Now::now() +
                 std::chrono::duration_cast<Now::duration>(std::chrono::duration<double>(options.real("warm", 0.2))));
  const double server = cpu_seconds(pid), client = cpu_seconds(self), machine = machine_cpu_seconds();
  const auto begin = Now::now();
  tally.counting = true;
  loop.run_until(begin +
                 std::chrono::duration_cast<Now::duration>(std::chrono::duration<double>(options.real("seconds", 1))));
  tally.counting = false;
  const double took = std::chrono::duration<double>(Now::now() - begin).count();
  const double server_cpu = cpu_seconds(pid) - server, client_cpu = cpu_seconds(self) - client;
  const double machine_cpu = machine_cpu_seconds() - machine;
  const std::uint64_t memory = own_memory(pid);
  for (auto& session : sessions) session->stop();
  loop.run_until(Now::now() + std::chrono::seconds(10));
  const double p50 = percentile(tally.microseconds_x16, 0.5), p99 = percentile(tally.microseconds_x16, 0.99);
  std::printf(
      "{\"seconds\": %.6f, \"bytes\": %llu, \"commands\": %llu, \"p50\": %.1f, \"p99\": %.1f, \"server_cpu\": %.6f, "
      "\"client_cpu\": %.6f, \"machine_cpu\": %.3f, \"memory\": %llu}\n",
      took, static_cast<unsigned long long>(tally.bytes), static_cast<unsigned long long>(tally.commands), p50, p99,
      server_cpu, client_cpu, machine_cpu, static_cast<unsigned long long>(memory));
  for (auto& session : sessions) session->logout();
  return 0;
}

int run_idle(const Options& options) {
  const std::uint64_t pid = options.number("pid", 0);
  const std::uint64_t count = options.number("sessions", 1000);
  Tally tally;
  const auto settle = [] { std::this_thread::sleep_for(std::chrono::milliseconds(500)); };
  const SessionPlan plan = plan_of(options);
  {  // what the first sessions make once for all is not theirs
    LoadSession first(plan, 1, tally);
    first.open();
    first.read_once();
    first.logout();
  }
  settle();
  const std::uint64_t before = own_memory(pid);
  std::vector<std::uint32_t> logins;
  std::uint64_t with = 0;
  double idle_cpu = 0;
  {
    Sessions sessions;
    for (std::uint32_t i = 0; i < count; ++i) {
      sessions.push_back(std::make_unique<LoadSession>(plan, i + 1, tally));
      const auto begin = Now::now();
      sessions.back()->open();
      logins.push_back(static_cast<std::uint32_t>((Now::now() - begin).count() * 16 / 1000));
      sessions.back()->read_once();
    }
    settle();
    with = own_memory(pid);
    const double cpu = cpu_seconds(pid);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    idle_cpu = cpu_seconds(pid) - cpu;
    for (auto& session : sessions) session->logout();
  }
  settle();
  settle();
  const std::uint64_t after = own_memory(pid);
  std::printf(
      "{\"sessions\": %llu, \"bytes_each\": %.0f, \"kept_each\": %.0f, \"login_p50\": %.1f, \"login_p99\": %.1f, "
      "\"idle_cpu\": %.4f}\n",
      static_cast<unsigned long long>(count),
      (static_cast<double>(with) - static_cast<double>(before)) / static_cast<double>(count),
      (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(count), percentile(logins, 0.5),
      percentile(logins, 0.99), idle_cpu);
  return 0;
}

int make_file(const Options& options) {
  std::ofstream file(options.text("file"), std::ios::binary);
  const bool zeros = options.number("zeros", 0) != 0;
  const Bytes nothing(pattern_period);
  const char* bytes = reinterpret_cast<const char*>(zeros ? nothing.data() : pattern().data());
  for (std::uint64_t at = 0; at < options.number("bytes", 0); at += pattern_period) file.write(bytes, pattern_period);
  return file.flush() ? 0 : 1;
}

/// Every 4096 bytes are as they were made, or zeros that were never written.
int check_file(const Options& options) {
  std::ifstream file(options.text("file"), std::ios::binary);
  const Bytes zeros(4096);
  Bytes block(4096);
  std::uint64_t at = 0, written = 0;
  for (; file.read(reinterpret_cast<char*>(block.data()), 4096); at += 4096) {
    if (std::memcmp(block.data(), pattern_at(at, 4096).data(), 4096) == 0)
      ++written;
    else if (block != zeros)
      throw std::runtime_error("wrong bytes at " + std::to_string(at));
  }
  std::printf("{\"blocks\": %llu, \"written\": %llu}\n", static_cast<unsigned long long>(at / 4096),
              static_cast<unsigned long long>(written));
  return written == 0 ? 1 : 0;
}

int run(const std::string& what, const Options& options) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (what == "run") return run_load(options);
  if (what == "idle") return run_idle(options);
  if (what == "make") return make_file(options);
  if (what == "check") return check_file(options);
  if (what == "floor-serve") return serve_floor(options);
  if (what == "floor-read") return read_floor(options);
  if (what == "floor-ask") return ask_floor(options);
  throw std::runtime_error("run, idle, make, check, floor-serve, floor-read or floor-ask?");
}

}  // namespace
}  // namespace bootferry::bench

int main(int count, char** words) {
  try {
    return bootferry::bench::run(count > 1 ? words[1] : "", bootferry::bench::Options(count - 1, words + 1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "iscsi_load: %s\n", error.what());
    return 1;
  }
}
