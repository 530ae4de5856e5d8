// SPDX-License-Identifier: Apache-2.0
#include "images/boot_recorder.hpp"

#include <algorithm>
#include <utility>

namespace bootferry::images {

void BootRecorder::start() {
  std::lock_guard lock(mutex_);
  (void)take_locked(false);
  started_ = last_read_ = clock_.now();
  pending_ = true;
  recording_ = true;
}

std::optional<BootRecorder::Recorded> BootRecorder::take_if_over() {
  std::lock_guard lock(mutex_);
  if (!pending_ || !is_over(clock_.now())) return std::nullopt;
  return take_locked(true);
}

std::optional<BootRecorder::Recorded> BootRecorder::take() {
  std::lock_guard lock(mutex_);
  if (!pending_) return std::nullopt;
  return take_locked(is_over(clock_.now()));
}

bool BootRecorder::is_over(SteadyTime now) const {
  return ended_ || now - started_ >= limits_.longest || now - last_read_ >= limits_.silence;
}

BootRecorder::Recorded BootRecorder::take_locked(bool whole) {
  recording_ = false;
  pending_ = ended_ = false;
  total_ = {};
  covered_.clear();
  return {std::exchange(trace_, {}), whole};
}

void BootRecorder::add(std::uint64_t offset, std::size_t length) {
  std::lock_guard lock(mutex_);
  if (!recording_ || length == 0) return;
  const SteadyTime now = clock_.now();
  if (is_over(now)) return end_here();  // this read is of the machine's life, not of its boot
  last_read_ = now;
  std::uint64_t at = offset / BootTrace::page * BootTrace::page;
  const std::uint64_t end = (offset + length + BootTrace::page - 1) / BootTrace::page * BootTrace::page;
  auto next = covered_.upper_bound(at);
  if (next != covered_.begin()) at = std::max(at, std::prev(next)->second);
  while (at < end && recording_) {
    next = covered_.lower_bound(at);
    const std::uint64_t gap_end = next == covered_.end() ? end : std::min(end, next->first);
    const std::uint64_t behind = next == covered_.end() ? end : next->second;
    if (at < gap_end) append_new(at, gap_end);
    at = std::max(gap_end, behind);
  }
}

void BootRecorder::append_new(std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t room = limits_.total.value - total_.value;
  end = std::min(end, begin + room);
  const bool extends =
      !trace_.runs.empty() && trace_.runs.back().offset.value + trace_.runs.back().length.value == begin;
  if (!extends && trace_.runs.size() >= limits_.runs) return end_here();
  if (extends)
    trace_.runs.back().length += ByteCount{end - begin};
  else
    trace_.runs.push_back({{begin}, {end - begin}});
  total_ += ByteCount{end - begin};
  cover(begin, end);
  if (total_ >= limits_.total) end_here();
}

void BootRecorder::end_here() {
  recording_ = false;
  ended_ = true;
}

// Nothing of it was covered: at most it touches its neighbours.
void BootRecorder::cover(std::uint64_t begin, std::uint64_t end) {
  auto next = covered_.lower_bound(begin);
  if (next != covered_.end() && next->first == end) {
    end = next->second;
    next = covered_.erase(next);
  }
  if (next != covered_.begin() && std::prev(next)->second == begin)
    std::prev(next)->second = end;
  else
    covered_.emplace_hint(next, begin, end);
}

}  // namespace bootferry::images
