// SPDX-License-Identifier: Apache-2.0
// co_await async_run(pool, function): runs a blocking function on a WorkerPool and resumes the coroutine on its own
// loop. The function is moved there and its result is moved back; an exception comes back as an exception.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>

#include "base/worker_pool.hpp"

namespace bootferry {

/// Cancelling the awaiting coroutine drops the result; the function itself runs to its end (disk jobs are not
/// cancelled).
template <class Function, class Value = std::invoke_result_t<Function&>>
boost::asio::awaitable<Value> async_run(WorkerPool& pool, Function function) {
  namespace asio = boost::asio;
  struct Shared {
    explicit Shared(asio::any_io_executor executor) : done(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer done;
    bool finished = false;
    std::optional<Value> value;
    std::exception_ptr failure;
  };
  auto executor = co_await asio::this_coro::executor;
  auto shared = std::make_shared<Shared>(executor);
  pool.post([shared, executor, work = std::move(function)]() mutable {
    std::optional<Value> value;
    std::exception_ptr failure;
    try {
      value.emplace(work());
    } catch (...) {
      failure = std::current_exception();
    }
    // The worker lets go of `shared` here: its timer belongs to the loop, which may be gone before this job is.
    asio::post(executor, [shared = std::move(shared), moved = std::move(value), failure]() mutable {
      shared->value = std::move(moved);
      shared->failure = failure;
      shared->finished = true;
      shared->done.cancel();
    });
  });
  while (!shared->finished) {
    boost::system::error_code woken;
    auto token = asio::redirect_error(asio::use_awaitable, woken);
    co_await shared->done.async_wait(token);
    auto cancelled = co_await asio::this_coro::cancellation_state;
    if (cancelled.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  if (shared->failure) std::rethrow_exception(shared->failure);
  co_return std::move(*shared->value);
}

}  // namespace bootferry
