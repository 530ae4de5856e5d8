// SPDX-License-Identifier: Apache-2.0
#include "app/progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace bootferry::app {

std::string render_progress(std::string_view step, ByteCount done, ByteCount total) {
  constexpr double width = 30;
  const double part = total.value == 0 ? 0 : static_cast<double>(done.value) / static_cast<double>(total.value);
  const auto filled = static_cast<std::size_t>(width * std::min(1.0, part));
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
