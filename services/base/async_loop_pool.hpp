// SPDX-License-Identifier: Apache-2.0
// The network threads: N loops, each an io_context(1) on its own thread, so that what lives on a loop needs no lock.
// Made by app; shells take a loop's executor and stay there. DHCP and TFTP live on loop 0.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace bootferry {

class LoopPool {
 public:
  explicit LoopPool(std::size_t count);
  ~LoopPool();
  LoopPool(const LoopPool&) = delete;
  LoopPool& operator=(const LoopPool&) = delete;

  [[nodiscard]] std::size_t size() const { return loops_.size(); }
  [[nodiscard]] boost::asio::io_context& context(std::size_t index) { return loops_[index]->context; }

  /// One connection's stay on a loop: counted while it lives, so that the acceptor can find the least busy loop.
  class Seat {
   public:
    Seat() = default;
    explicit Seat(std::atomic<int>* load) : load_(load, [](std::atomic<int>* l) { l->fetch_sub(1); }) {
      load->fetch_add(1);
    }

   private:
    std::shared_ptr<std::atomic<int>> load_;
  };
  [[nodiscard]] std::size_t least_busy() const;
  [[nodiscard]] Seat take_seat(std::size_t index) { return Seat(&loops_[index]->load); }

  void start();
  /// Stops the loops and joins their threads; what is still queued is dropped.
  void stop();

 private:
  struct Loop {
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{context.get_executor()};
    std::atomic<int> load{0};
    std::thread thread;
  };
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace bootferry
