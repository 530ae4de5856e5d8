// SPDX-License-Identifier: Apache-2.0
// Programs of the house that are told of events by a POST, as a person looks at them. Implemented by app, and by a fake
// in the tests of http. test() blocks for seconds: on a worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace bootferry::boot {

/// What became of one POST.
struct WebhookResult {
  WallTime at{};
  std::string kind;     ///< what was told: "unknown-client", "test"
  unsigned status = 0;  ///< of HTTP; 0: nobody answered
  std::string text;     ///< a sentence, with its mend where it was not taken
  std::chrono::milliseconds took{};
  bool delivered = false;
};

struct WebhookView {
  std::size_t number = 0;  ///< 1 is the first of the settings
  std::string address;     ///< scheme, host and port: the path of a URL is often a secret
  std::vector<std::string> events;
  bool is_signed = false;
  std::optional<WallTime> failing_since;  ///< none: all is well, or nothing was told yet
  std::optional<WebhookResult> last;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;  ///< not taken after all tries, or pushed out of a full queue
  std::size_t waiting = 0;
};

class Webhooks {
 public:
  virtual ~Webhooks() = default;
  [[nodiscard]] virtual std::vector<WebhookView> webhooks() const = 0;
  /// Tells it now, once; not_found when there is no such number.
  [[nodiscard]] virtual Result<WebhookResult> test(std::size_t number) = 0;
};

}  // namespace bootferry::boot
