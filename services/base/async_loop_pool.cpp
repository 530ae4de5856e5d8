// SPDX-License-Identifier: Apache-2.0
#include "base/async_loop_pool.hpp"

#include <pthread.h>
#include <csignal>

#include "base/log.hpp"

namespace bootferry {

LoopPool::LoopPool(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>());
}

LoopPool::~LoopPool() { stop(); }

std::size_t LoopPool::least_busy() const {
  std::size_t best = 0;
  for (std::size_t i = 1; i < loops_.size(); ++i) {
    if (loops_[i]->load < loops_[best]->load) best = i;
  }
  return best;
}

void LoopPool::start() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    Loop& loop = *loops_[i];
    loop.thread = std::thread([&loop, i] {
      pthread_setname_np(pthread_self(), ("net-" + std::to_string(i)).c_str());
      loop.context.run();
    });
  }
}

void LoopPool::stop() {
  for (auto& loop : loops_) {
    loop->guard.reset();
    loop->context.stop();
  }
  for (auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
}

}  // namespace bootferry
