// SPDX-License-Identifier: Apache-2.0
#include "base/worker_pool.hpp"

#include <pthread.h>

#include "base/log.hpp"

namespace bootferry {

WorkerPool::WorkerPool(std::string name, std::size_t threads) : name_(std::move(name)) {
  for (std::size_t i = 0; i < threads; ++i) {
    Worker& worker = *workers_.emplace_back(std::make_unique<Worker>());
    worker.thread = std::thread([this, &worker] { run(worker); });
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::post(Job job) {
  Worker* waked = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    jobs_.push_back(std::move(job));
    if (!asleep_.empty()) {
      waked = asleep_.back();
      asleep_.pop_back();
    }
  }
  if (waked != nullptr) waked->spot.wake();
}

void WorkerPool::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    asleep_.clear();
  }
  for (const auto& worker : workers_) worker->spot.wake();
  for (const auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

WorkerPool::Job WorkerPool::next(Worker& self) {
  std::unique_lock lock(mutex_);
  while (jobs_.empty()) {
    if (stopping_) return {};
    asleep_.push_back(&self);
    lock.unlock();
    self.spot.wait();
    lock.lock();
  }
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void WorkerPool::run(Worker& self) {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  while (Job job = next(self)) {
    try {
      job();
    } catch (const std::exception& error) {
      log::error("JOB_FAILED", {{"pool", name_}, {"why", error.what()}});
    }
  }
}

}  // namespace bootferry
