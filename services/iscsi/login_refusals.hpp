// SPDX-License-Identifier: Apache-2.0
// How many logins were refused, by the status that they got (RFC 7143 11.13.5). Counted by connections on their loops,
// read from any thread.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "iscsi/codec/pdu.hpp"

namespace bootferry::iscsi {

class LoginRefusals {
 public:
  void count(LoginStatus status) {
    const auto code = static_cast<std::uint16_t>(status);
    const std::size_t group = code >> 8 == 2 ? 0 : code >> 8 == 3 ? 1 : 2;
    counts_[group][std::min<std::size_t>(code & 0xff, details - 1)].fetch_add(1, std::memory_order_relaxed);
  }
  /// Those that there were: status class and detail as one number, how often.
  [[nodiscard]] std::vector<std::pair<std::uint16_t, std::uint64_t>> list() const {
    std::vector<std::pair<std::uint16_t, std::uint64_t>> found;
    for (std::size_t group = 0; group < counts_.size(); ++group) {
      for (std::size_t detail = 0; detail < details; ++detail) {
        const std::uint64_t times = counts_[group][detail].load(std::memory_order_relaxed);
        if (times != 0) found.emplace_back(static_cast<std::uint16_t>((group + 2) << 8 | detail), times);
      }
    }
    return found;
  }

 private:
  static constexpr std::size_t details = 16;
  std::array<std::array<std::atomic<std::uint64_t>, details>, 3> counts_{};
};

}  // namespace bootferry::iscsi
