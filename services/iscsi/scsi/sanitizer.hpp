// SPDX-License-Identifier: Apache-2.0
// A disk's SANITIZE operation (SBC-3 4.11): what is to be done, how far it is, and that a crash does not hide that it
// was not finished. Started by the command, runs on a background thread at a disk's pace, asked by every command of
// every session (one atomic load). Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>

#include "iscsi/scsi/completion.hpp"
#include "iscsi/scsi/gated_device.hpp"

namespace bootferry::iscsi::scsi {

struct SanitizePlan {
  enum class Method : std::uint8_t { overwrite = 1, block_erase = 2, cryptographic_erase = 3 };
  Method method = Method::overwrite;
  bool unrestricted_exit = false;  ///< AUSE: EXIT FAILURE MODE may end a failure
  bool inverts = false;            ///< every second pass writes the complement
  std::uint8_t passes = 1;
  Bytes pattern;  ///< repeated over each block
};

/// What must outlive a crash: the bytes of a plan, beside the disk. Blocks; called on disk workers.
class SanitizeMark {
 public:
  virtual ~SanitizeMark() = default;
  [[nodiscard]] virtual Bytes load() = 0;  ///< empty: there is none
  /// Durable when it returns.
  [[nodiscard]] virtual Result<void> store(ByteView bytes) = 0;
  [[nodiscard]] virtual Result<void> clear() = 0;
};

class Sanitizer {
 public:
  enum class State : std::uint8_t { idle, running, failed };

  Sanitizer(std::shared_ptr<GatedDevice> device, std::shared_ptr<SanitizeMark> mark)
      : device_(std::move(device)), mark_(std::move(mark)) {}

  [[nodiscard]] State state() const { return state_.load(std::memory_order_acquire); }
  /// Of 65536.
  [[nodiscard]] std::uint16_t progress() const { return progress_.load(std::memory_order_relaxed); }

  /// Nothing when one runs; else store_mark(), then run() or give_up() must follow, and the result says when that is
  /// through.
  [[nodiscard]] std::shared_ptr<Completion> try_begin(SanitizePlan plan);
  /// Durable when it returns: what is acknowledged goes on after a crash. Blocks.
  [[nodiscard]] Result<void> store_mark();
  /// Blocks until all is done, or stopped: then it is still marked, and begins again when the disk is opened next.
  void run(const std::stop_token& stop);
  /// Instead of run(), when it cannot be called: ends as failed.
  void give_up(Error why) { end(std::unexpected(std::move(why))); }
  /// The plan that a crash or a stop left. `can_write`: else it can only be told as failed.
  [[nodiscard]] std::optional<SanitizePlan> find_unfinished(bool can_write);
  /// EXIT FAILURE MODE: denied when the failed one did not allow it. Blocks.
  [[nodiscard]] Result<void> exit_failure_mode();

 private:
  [[nodiscard]] Result<void> do_it(const std::stop_token& stop);
  [[nodiscard]] Result<void> overwrite(const std::stop_token& stop);
  [[nodiscard]] Result<void> erase(const std::stop_token& stop);
  void end(Result<void> result);

  const std::shared_ptr<GatedDevice> device_;
  const std::shared_ptr<SanitizeMark> mark_;
  std::atomic<State> state_{State::idle};
  std::atomic<std::uint16_t> progress_{0};
  std::mutex mutex_;
  SanitizePlan plan_;
  std::shared_ptr<Completion> completion_;
};

}  // namespace bootferry::iscsi::scsi
