// SPDX-License-Identifier: Apache-2.0
// What a run of the load generator is told: KEY=VALUE words of its command line.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace bootferry::bench {

class Options {
 public:
  Options(int count, char** words) {
    for (int i = 0; i < count; ++i) {
      const std::string word = words[i];
      const auto equals = word.find('=');
      values_[word.substr(0, equals)] = equals == std::string::npos ? "1" : word.substr(equals + 1);
    }
  }
  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise = "") const {
    const auto found = values_.find(key);
    return found == values_.end() ? otherwise : found->second;
  }
  [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }
  [[nodiscard]] double real(const std::string& key, double otherwise) const {
    const auto found = values_.find(key);
    return found == values_.end() ? otherwise : std::stod(found->second);
  }
  [[nodiscard]] std::uint64_t number(const std::string& key, std::uint64_t otherwise) const {
    const auto found = values_.find(key);
    return found == values_.end() ? otherwise : std::stoull(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace bootferry::bench
