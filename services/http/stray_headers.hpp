// SPDX-License-Identifier: Apache-2.0
// Counts requests that name their user though no trusted proxy sent them: somebody tries, or a proxy is not in
// http.trusted_proxies. Told in the log at the 1st, 10th, 100th, ..., so that nobody can fill it. Called by
// request_reader; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/log.hpp"

namespace bootferry::http {

class StrayHeaders {
 public:
  void note(const std::string& from) {
    const std::uint64_t count = ++count_;
    if (!is_power_of_ten(count)) return;
    log::warning("USER_HEADER_IGNORED",
                 {{"from", from},
                  {"times", std::to_string(count)},
                  {"mend", "a reverse proxy that logs people in must be named in http.trusted_proxies"}});
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  static bool is_power_of_ten(std::uint64_t number) {
    while (number % 10 == 0) number /= 10;
    return number == 1;
  }
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace bootferry::http
