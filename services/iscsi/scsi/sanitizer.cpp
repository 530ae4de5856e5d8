// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/sanitizer.hpp"

#include <chrono>
#include <condition_variable>

#include "iscsi/scsi/work.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::uint64_t bytes_per_second = 100u << 20;  // a disk's pace: the other clients' disks are on the same one
constexpr std::uint64_t erase_piece = 256u << 20;
constexpr std::uint8_t mark_version = 1;

Bytes encode_plan(const SanitizePlan& plan) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(mark_version);
  out.u8(static_cast<std::uint8_t>(plan.method));
  out.u8(static_cast<std::uint8_t>((plan.unrestricted_exit ? 2 : 0) | (plan.inverts ? 1 : 0)));
  out.u8(plan.passes);
  out.bytes(plan.pattern);
  return bytes;
}

std::optional<SanitizePlan> decode_plan(ByteView bytes) {
  if (bytes.size() < 4 || bytes[0] != mark_version || bytes[1] < 1 || bytes[1] > 3) return std::nullopt;
  SanitizePlan plan;
  plan.method = static_cast<SanitizePlan::Method>(bytes[1]);
  plan.unrestricted_exit = (bytes[2] & 2) != 0;
  plan.inverts = (bytes[2] & 1) != 0;
  plan.passes = bytes[3];
  plan.pattern = copy_of(bytes.subspan(4));
  if (plan.method == SanitizePlan::Method::overwrite && (plan.passes == 0 || plan.pattern.empty())) return std::nullopt;
  return plan;
}

// The pattern starts anew in each block (SBC-3 5.22.3).
Bytes fill_of(const SanitizePlan& plan, std::uint32_t block_size, bool inverted) {
  Bytes fill(work_chunk);
  for (std::size_t at = 0; at < fill.size(); ++at) {
    const std::uint8_t byte = plan.pattern[at % block_size % plan.pattern.size()];
    fill[at] = inverted ? static_cast<std::uint8_t>(~byte) : byte;
  }
  return fill;
}

void sleep_until(std::chrono::steady_clock::time_point when, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_until(lock, stop, when, [] { return false; });
}

Result<void> stopped() { return fail(ErrorKind::unavailable, "the server stops"); }

}  // namespace

std::shared_ptr<Completion> Sanitizer::try_begin(SanitizePlan plan) {
  std::lock_guard lock(mutex_);
  if (state() == State::running) return nullptr;
  plan_ = std::move(plan);
  completion_ = std::make_shared<Completion>();
  progress_ = 0;
  state_ = State::running;
  device_->seal();
  return completion_;
}

Result<void> Sanitizer::store_mark() { return mark_ ? mark_->store(encode_plan(plan_)) : Result<void>{}; }

void Sanitizer::run(const std::stop_token& stop) {
  {
    const AccessGate::Alone drained(device_->gate());
  }  // what was at the device when it was sealed is through
  end(do_it(stop));
}

Result<void> Sanitizer::do_it(const std::stop_token& stop) {
  auto done = plan_.method == SanitizePlan::Method::overwrite ? overwrite(stop) : erase(stop);
  if (done) done = device_->flush();
  return done && mark_ ? mark_->clear() : done;
}

Result<void> Sanitizer::overwrite(const std::stop_token& stop) {
  images::BlockDevice& device = device_->below();
  const std::uint64_t size = device.size().value, whole = size * plan_.passes;
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t written = 0;
  for (std::uint8_t pass = 0; pass < plan_.passes; ++pass) {
    const Bytes fill = fill_of(plan_, device.block_size(), plan_.inverts && pass % 2 != 0);
    for (std::uint64_t at = 0; at < size;) {
      if (stop.stop_requested()) return stopped();
      const std::uint64_t now = std::min<std::uint64_t>(fill.size(), size - at);
      if (auto put = device.write({at}, ByteView(fill).first(now)); !put) return put;
      at += now;
      written += now;
      progress_ = static_cast<std::uint16_t>(written * 65535.0 / static_cast<double>(whole));
      const auto due = std::chrono::milliseconds(written * 1000 / bytes_per_second);
      if (written != whole) sleep_until(begun + due, stop);
    }
    if (auto flushed = device.flush(); !flushed) return flushed;  // each pass reaches the medium
  }
  return {};
}

// Cryptographic erase too: no key is kept apart from the data, so what makes the data unreadable is to give it up.
Result<void> Sanitizer::erase(const std::stop_token& stop) {
  images::BlockDevice& device = device_->below();
  const std::uint64_t size = device.size().value;
  const bool gives_back = device.capabilities().trimmed_reads_zero;
  for (std::uint64_t at = 0; at < size;) {
    if (stop.stop_requested()) return stopped();
    const ByteCount now{std::min(erase_piece, size - at)};
    if (auto erased = gives_back ? device.trim({at}, now) : device.zero({at}, now); !erased) return erased;
    at += now.value;
    progress_ = static_cast<std::uint16_t>(at * 65535.0 / static_cast<double>(size));
  }
  return {};
}

void Sanitizer::end(Result<void> result) {
  std::shared_ptr<Completion> completion;
  {
    std::lock_guard lock(mutex_);
    state_ = result ? State::idle : State::failed;
    device_->unseal();
    completion = completion_;
  }
  completion->finish(std::move(result));
}

std::optional<SanitizePlan> Sanitizer::find_unfinished(bool can_write) {
  const Bytes marked = mark_ ? mark_->load() : Bytes{};
  if (marked.empty()) return std::nullopt;
  auto plan = decode_plan(marked);
  if (plan && can_write) return plan;
  state_ = State::failed;  // it was begun and not finished: nothing may look like a disk again
  return std::nullopt;
}

Result<void> Sanitizer::exit_failure_mode() {
  std::lock_guard lock(mutex_);
  if (state() != State::failed) return {};
  if (!plan_.unrestricted_exit) return fail(ErrorKind::denied, "The SANITIZE that failed must be done again.");
  if (mark_) {
    if (auto cleared = mark_->clear(); !cleared) return cleared;
  }
  state_ = State::idle;
  return {};
}

}  // namespace bootferry::iscsi::scsi
