// SPDX-License-Identifier: Apache-2.0
#include "base/background_threads.hpp"

#include "base/log.hpp"

namespace bootferry {

void BackgroundThreads::start(Job job) {
  std::lock_guard lock(mutex_);
  std::erase_if(running_, [](const Running& each) { return each.done; });
  Running& mine = running_.emplace_back();
  const bool stopped = stopped_;
  mine.thread = std::jthread([this, &mine, stopped, job = std::move(job)](std::stop_token stop) mutable {
    std::stop_source at_once;
    if (stopped) at_once.request_stop();
    try {
      job(stopped ? at_once.get_token() : stop);
    } catch (const std::exception& error) {
      log::error("BACKGROUND_JOB_FAILED", {{"why", error.what()}});
    }
    job = {};  // what it holds goes before the thread counts as done
    std::lock_guard at_end(mutex_);
    mine.done = true;
  });
}

void BackgroundThreads::stop() {
  std::list<Running> ending;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    for (Running& each : running_) each.thread.request_stop();
    ending.splice(ending.end(), running_);
  }
  ending.clear();  // joins; nodes keep their place, so a thread may still mark its own
}

}  // namespace bootferry
