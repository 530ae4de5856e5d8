// SPDX-License-Identifier: Apache-2.0
// How patient a transfer is with a server that goes away and comes back. Used by image_sender and disk_receiver; pure.
#pragma once

#include <chrono>
#include <iterator>
#include <optional>

#include "base/result.hpp"

namespace bootferry::app {

/// How long to wait before the next try: short at first, about ten minutes in all. Begins anew when something arrived.
class RetryPauses {
 public:
  [[nodiscard]] std::optional<std::chrono::milliseconds> next() {
    using std::chrono::milliseconds;
    constexpr milliseconds first[] = {milliseconds(0), milliseconds(500), milliseconds(1000), milliseconds(2000)};
    constexpr unsigned most = 124;  // of 5 s but for the first
    if (tries_ == most) return std::nullopt;
    const unsigned now = tries_++;
    return now < std::size(first) ? first[now] : milliseconds(5000);
  }
  void reset() { tries_ = 0; }

 private:
  unsigned tries_ = 0;
};

/// The link or the server was gone for a moment: the same question may be answered in a while.
[[nodiscard]] inline bool is_of_the_link(const Error& error) {
  return error.kind == ErrorKind::io || error.kind == ErrorKind::unavailable;
}

/// "why; what to do", whether `why` ends like a sentence or not.
[[nodiscard]] inline std::string with_mend(const std::string& why, const std::string& mend) {
  return why + (why.ends_with('.') ? " " : "; ") + mend;
}

}  // namespace bootferry::app
