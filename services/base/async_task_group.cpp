// SPDX-License-Identifier: Apache-2.0
#include "base/async_task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "base/log.hpp"

namespace bootferry {
namespace asio = boost::asio;

namespace {

/// A cancelled operation is how a child is asked to end; everything else is worth a line.
void log_ending(const std::string& what, const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) return;
    log::warning("TASK_ENDED", {{"task", what}, {"why", error.what()}});
  } catch (const std::exception& error) {
    log::warning("TASK_ENDED", {{"task", what}, {"why", error.what()}});
  }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor) : executor_(executor), all_ended_(executor) {}

void TaskGroup::spawn(asio::awaitable<void> task, std::string what) {
  auto child = children_.emplace(children_.end());
  child->what = std::move(what);
  auto on_end = [this, child](std::exception_ptr failure) {
    log_ending(child->what, failure);
    children_.erase(child);
    if (children_.empty()) all_ended_.cancel();
  };
  auto bound = asio::bind_cancellation_slot(child->signal.slot(), std::move(on_end));
  asio::co_spawn(executor_, std::move(task), std::move(bound));
}

void TaskGroup::cancel() {
  for (auto child = children_.begin(); child != children_.end();) {
    auto next = std::next(child);  // a child may end inside emit()
    child->signal.emit(asio::cancellation_type::terminal);
    child = next;
  }
}

asio::awaitable<void> TaskGroup::join() {
  while (!children_.empty()) {
    all_ended_.expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code ended;
    auto token = asio::redirect_error(asio::use_awaitable, ended);
    co_await all_ended_.async_wait(token);
  }
}

}  // namespace bootferry
