// SPDX-License-Identifier: Apache-2.0
// Owns the coroutines of one loop: spawns, cancels and joins them, so that shutdown waits for every child (`detached`
// is banned). An exception that escapes a child is logged and ends that child only. Used by shells, on the group's own
// loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <string>

namespace bootferry {

class TaskGroup {
 public:
  explicit TaskGroup(boost::asio::any_io_executor executor);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task`; `what` names it in the log when it fails. Build the awaitable on the line before (GCC 12).
  void spawn(boost::asio::awaitable<void> task, std::string what);
  /// Asks every child to end at its next suspension point.
  void cancel();
  /// Returns when no child is left.
  boost::asio::awaitable<void> join();

  [[nodiscard]] std::size_t size() const { return children_.size(); }
  [[nodiscard]] boost::asio::any_io_executor executor() const { return executor_; }

 private:
  struct Child {
    boost::asio::cancellation_signal signal;
    std::string what;
  };

  boost::asio::any_io_executor executor_;
  std::list<Child> children_;
  boost::asio::steady_timer all_ended_;
};

}  // namespace bootferry
