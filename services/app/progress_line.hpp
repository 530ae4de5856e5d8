// SPDX-License-Identifier: Apache-2.0
// How far something is, as one line that is written over and over on standard error; nothing where no person looks.
// Used by the commands, on the main thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace bootferry::app {

class ProgressLine {
 public:
  /// Without `wanted`, as with --json, or without a terminal it draws nothing.
  explicit ProgressLine(bool wanted);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  [[nodiscard]] bool draws() const { return draws_; }
  /// Ten times a second at most, and each new step at once.
  void draw(std::string_view step, ByteCount done, ByteCount total);
  /// Before anything else is written.
  void clear();

 private:
  const bool draws_;
  bool drawn_ = false;
  std::string step_;
  std::chrono::steady_clock::time_point last_{};
};

/// "unpacking  [######                        ] 2 MiB of 10 MiB".
[[nodiscard]] std::string render_progress(std::string_view step, ByteCount done, ByteCount total);

}  // namespace bootferry::app
