// SPDX-License-Identifier: Apache-2.0
// Posts an object's jobs to the db thread in such a way that none of them runs once the object is being destroyed.
// A member of each store; close() first thing in the store's destructor (it waits for the job that is running).
#pragma once

#include <memory>
#include <mutex>

#include "base/worker_pool.hpp"

namespace bootferry::db {

class JobGate {
 public:
  explicit JobGate(WorkerPool& pool) : pool_(pool), state_(std::make_shared<State>()) {}
  ~JobGate() { close(); }
  JobGate(const JobGate&) = delete;
  JobGate& operator=(const JobGate&) = delete;

  void post(WorkerPool::Job job) {
    pool_.post([state = state_, work = std::move(job)]() mutable {
      std::lock_guard lock(state->mutex);
      if (state->open) work();
    });
  }
  void close() {
    std::lock_guard lock(state_->mutex);
    state_->open = false;
  }

 private:
  struct State {
    std::mutex mutex;
    bool open = true;
  };

  WorkerPool& pool_;
  std::shared_ptr<State> state_;
};

}  // namespace bootferry::db
