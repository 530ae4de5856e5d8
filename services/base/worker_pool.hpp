// SPDX-License-Identifier: Apache-2.0
// Threads for work that blocks: the disk pool (several) and the db thread (a pool of one). Jobs are moved in and run in
// order of arrival; results go back by the job's own callback. Shutdown runs what is queued, then joins. The worker
// that fell asleep last is woken first: its caches are warm, and the others sleep on.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/parking_spot.hpp"

namespace bootferry {

class WorkerPool {
 public:
  using Job = std::move_only_function<void()>;

  WorkerPool(std::string name, std::size_t threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void post(Job job);
  /// Runs everything queued so far and joins; later posts are dropped.
  void stop();

 private:
  struct Worker {
    ParkingSpot spot;
    std::thread thread;
  };
  void run(Worker& self);
  /// The next job, or an empty one when the pool stops and nothing is left.
  [[nodiscard]] Job next(Worker& self);

  std::string name_;
  std::mutex mutex_;
  std::deque<Job> jobs_;
  std::vector<Worker*> asleep_;  ///< the last one to fall asleep at the back
  bool stopping_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace bootferry
