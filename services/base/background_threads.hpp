// SPDX-License-Identifier: Apache-2.0
// Long jobs that no request waits for, each on a thread of its own. Owned by app, given to whoever has such a job; any
// thread may start one. The end of this object asks all jobs to stop and joins them.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

namespace bootferry {

class BackgroundThreads {
 public:
  using Job = std::move_only_function<void(std::stop_token)>;

  BackgroundThreads() = default;
  ~BackgroundThreads() { stop(); }
  BackgroundThreads(const BackgroundThreads&) = delete;
  BackgroundThreads& operator=(const BackgroundThreads&) = delete;

  /// After stop() a job is told to stop at once.
  void start(Job job);
  void stop();

 private:
  struct Running {
    std::jthread thread;
    bool done = false;
  };
  std::mutex mutex_;
  bool stopped_ = false;
  std::list<Running> running_;
};

}  // namespace bootferry
