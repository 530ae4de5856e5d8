// SPDX-License-Identifier: Apache-2.0
// Something that ends once, and whoever waits for it without a thread: a SANITIZE and the commands that it holds up.
// Thread-safe; waiters are called on the thread that ends it, or at once when it is over.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.hpp"

namespace bootferry::iscsi::scsi {

class Completion {
 public:
  using Waiter = std::function<void(const Result<void>&)>;

  void when_done(Waiter waiter) {
    {
      std::lock_guard lock(mutex_);
      if (!result_) return waiters_.push_back(std::move(waiter));
    }
    waiter(*result_);
  }
  void finish(Result<void> result) {
    std::vector<Waiter> waiters;
    {
      std::lock_guard lock(mutex_);
      result_ = std::move(result);
      waiters.swap(waiters_);
    }
    for (const Waiter& waiter : waiters) waiter(*result_);
  }

 private:
  std::mutex mutex_;
  std::optional<Result<void>> result_;
  std::vector<Waiter> waiters_;
};

}  // namespace bootferry::iscsi::scsi
