// SPDX-License-Identifier: Apache-2.0
// The boot traces on disk: STATE/traces/NAME@VERSION.trace. They are hints: one that is torn, foreign or missing is
// recorded anew by the next boot, so nothing is flushed. Used by BootTraces on its thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "images/boot_trace.hpp"

namespace bootferry::app {

/// What a trace belongs to: what is in an image changes from version to version.
struct TracedImage {
  std::string name;
  std::uint32_t version = 1;
  friend auto operator<=>(const TracedImage&, const TracedImage&) = default;
};

class BootTraceFiles {
 public:
  explicit BootTraceFiles(std::filesystem::path folder);

  [[nodiscard]] std::optional<images::BootTrace> load(const TracedImage& image) const;
  void store(const TracedImage& image, const images::BootTrace& trace) const;
  /// All versions of it.
  void remove(std::string_view name) const;
  /// Those of images that are gone.
  void sweep(const std::function<bool(const TracedImage&)>& exists) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const TracedImage& image) const;

  const std::filesystem::path folder_;
};

}  // namespace bootferry::app
