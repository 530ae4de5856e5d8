// SPDX-License-Identifier: Apache-2.0
// The server in numbers, in Prometheus' text format 0.0.4. Implemented by app and by a fake in the tests of http;
// called on a worker that may block, never on a loop.
#pragma once

#include <string>

namespace bootferry::boot {

class MetricsSource {
 public:
  virtual ~MetricsSource() = default;
  [[nodiscard]] virtual std::string render_metrics() = 0;
};

}  // namespace bootferry::boot
