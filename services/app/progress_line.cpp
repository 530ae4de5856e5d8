// SPDX-License-Identifier: Apache-2.0
#include "app/progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace bootferry::app {

std::string render_progress(std::string_view step, ByteCount done, ByteCount total) {
  constexpr std::uint64_t width = 30;
  const std::uint64_t filled = total.value == 0 ? 0 : std::min(width, done.value / (total.value / width + 1));
  return fmt::format("{:<10} [{:<30}] {} of {}", step, std::string(filled, '#'), render_byte_count(done),
                     render_byte_count(total));
}

ProgressLine::ProgressLine(bool wanted) : draws_(wanted && ::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::draw(std::string_view step, ByteCount done, ByteCount total) {
  if (!draws_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && step == step_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  step_ = step;
  drawn_ = true;
  fmt::print(stderr, "\r{} \033[K", render_progress(step, done, total));
}

void ProgressLine::clear() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
}

}  // namespace bootferry::app
