// SPDX-License-Identifier: Apache-2.0
// boot_load: loads a TFTP or an HTTP server and says in one line of JSON what came of it. Called by
// tests/bench/boot-services.
//   boot_load tftp host= port= file= expect=FILE [clients blksize window seconds warm pid=1,2]
//   boot_load http host= port= path= [expect=FILE clients close drop range span seconds warm pid=1,2]
#include <arpa/inet.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <sstream>

#include "load/http_reader.hpp"
#include "load/options.hpp"
#include "load/process.hpp"
#include "load/tftp_reader.hpp"

namespace bootferry::bench {
namespace {

sockaddr_in server_of(const Options& options) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(static_cast<std::uint16_t>(options.number("port", 69)));
  if (::inet_pton(AF_INET, options.text("host").c_str(), &made.sin_addr) != 1) throw std::runtime_error("host=?");
  return made;
}

/// Of all its threads, those that have ended too: atftpd makes one for each download.
double cpu_seconds_of(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    throw std::runtime_error("no process " + std::to_string(pid));
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

double server_cpu_seconds(const Options& options) {
  double sum = 0;
  std::istringstream list(options.text("pid"));
  for (std::string pid; std::getline(list, pid, ',');) sum += cpu_seconds_of(std::stoi(pid));
  return sum;
}

double percentile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

template <class Reader>
class Loop {
 public:
  explicit Loop(std::vector<std::unique_ptr<Reader>>& readers) : readers_(readers) {
    for (std::size_t i = 0; i < readers_.size(); ++i) readers_[i]->begin(epoll_, i);
  }
  ~Loop() { ::close(epoll_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run_for(double seconds) {
    const auto end = Now::now() + std::chrono::duration_cast<Now::duration>(std::chrono::duration<double>(seconds));
    epoll_event events[64];
    auto ticked = Now::now();
    for (auto now = Now::now(); now < end; now = Now::now()) {
      const int ready = ::epoll_wait(epoll_, events, 64, 100);
      if (ready == 0 && now > end + std::chrono::seconds(10)) throw std::runtime_error("the server hangs");
      for (int i = 0; i < ready; ++i) {
        const std::uint64_t index = events[i].data.u64;
        if (readers_[index]->on_readable()) readers_[index]->begin(epoll_, index);
      }
      if (now - ticked < std::chrono::milliseconds(200)) continue;
      ticked = now;
      if constexpr (requires { readers_[0]->on_tick(now); }) {
        for (auto& reader : readers_) reader->on_tick(now);
      }
    }
  }

 private:
  std::vector<std::unique_ptr<Reader>>& readers_;
  const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
};

template <class Reader>
void measure(const Options& options, std::vector<std::unique_ptr<Reader>>& readers, Tally& tally) {
  Loop<Reader> loop(readers);
  loop.run_for(options.real("warm", 0.2));
  const pid_t self = ::getpid();
  const double server = server_cpu_seconds(options), client = cpu_seconds_of(self), machine = machine_cpu_seconds();
  const auto begin = Now::now();
  tally.counting = true;
  loop.run_for(options.real("seconds", 1));
  const double took = std::chrono::duration<double>(Now::now() - begin).count();
  const double server_cpu = server_cpu_seconds(options) - server, client_cpu = cpu_seconds_of(self) - client;
  const double machine_cpu = machine_cpu_seconds() - machine;
  const double p50 = percentile(tally.seconds, 0.5), p99 = percentile(tally.seconds, 0.99);
  std::printf(
      "{\"seconds\": %.6f, \"bytes\": %llu, \"answers\": %llu, \"p50\": %.7f, \"p99\": %.7f, \"repeats\": %llu, "
      "\"gaps\": %llu, \"server_cpu\": %.6f, \"client_cpu\": %.6f, \"machine_cpu\": %.3f}\n",
      took, static_cast<unsigned long long>(tally.bytes), static_cast<unsigned long long>(tally.answers), p50, p99,
      static_cast<unsigned long long>(tally.repeats), static_cast<unsigned long long>(tally.gaps), server_cpu,
      client_cpu, machine_cpu);
}

void run_tftp(const Options& options) {
  const TftpPlan plan{server_of(options), options.text("file"), options.number("blksize", 1468),
                      options.number("window", 1)};
  const Expected expected(options.text("expect"));
  Tally tally;
  std::vector<std::unique_ptr<TftpReader>> readers;
  for (std::uint64_t i = 0; i < options.number("clients", 1); ++i)
    readers.push_back(std::make_unique<TftpReader>(plan, expected, tally));
  measure(options, readers, tally);
}

void run_http(const Options& options) {
  HttpPlan plan{.server = server_of(options), .path = options.text("path")};
  plan.keep = !options.has("close");
  plan.drop = options.has("drop");
  plan.range = options.number("range", 0);
  plan.span = options.number("span", 0);
  std::unique_ptr<Expected> expected;
  if (options.has("expect")) expected = std::make_unique<Expected>(options.text("expect"));
  plan.expected = expected.get();
  Tally tally;
  std::vector<std::unique_ptr<HttpReader>> readers;
  for (std::uint64_t i = 0; i < options.number("clients", 1); ++i)
    readers.push_back(std::make_unique<HttpReader>(plan, i + 1, tally));
  measure(options, readers, tally);
}

void run(const std::string& what, const Options& options) {
  if (what == "tftp") return run_tftp(options);
  if (what == "http") return run_http(options);
  throw std::runtime_error("tftp or http?");
}

}  // namespace
}  // namespace bootferry::bench

int main(int count, char** words) {
  try {
    bootferry::bench::run(count > 1 ? words[1] : "", bootferry::bench::Options(count - 1, words + 1));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "boot_load: %s\n", error.what());
    return 1;
  }
}
