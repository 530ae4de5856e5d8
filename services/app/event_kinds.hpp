// SPDX-License-Identifier: Apache-2.0
// The "event: KIND" lines of a stream of server-sent events that comes in pieces, cut anywhere. Used by api_client;
// pure. HTML Living Standard 9.2.6.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bootferry::app {

class EventKinds {
 public:
  /// The kinds of the events whose kind is whole with this piece.
  [[nodiscard]] std::vector<std::string> take(std::string_view piece) {
    std::vector<std::string> kinds;
    for (const char c : piece) {
      if (c == '\n' || c == '\r') {
        if (line_.starts_with(word)) kinds.push_back(line_.substr(word.size()));
        line_.clear();
      } else if (line_.size() < longest_line) {
        line_ += c;
      }
    }
    return kinds;
  }

 private:
  static constexpr std::string_view word = "event: ";
  static constexpr std::size_t longest_line = 256;  ///< of data, the rest is not needed
  std::string line_;
};

}  // namespace bootferry::app
