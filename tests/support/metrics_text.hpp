// SPDX-License-Identifier: Apache-2.0
// A strict reader of Prometheus' text format 0.0.4: every line must be a well-formed comment or sample; each sample
// needs its family's TYPE before it, no series may come twice, histograms must add up.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace bootferry::test {

class MetricsText {
 public:
  explicit MetricsText(const std::string& text) {
    EXPECT_TRUE(text.ends_with('\n')) << "the last line must be complete";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) line.starts_with('#') ? read_comment(line) : read_sample(line);
    check_histograms();
  }
  /// "name{label="value"}" as it stands in the text.
  [[nodiscard]] double at(const std::string& series) const {
    const auto found = samples_.find(series);
    if (found == samples_.end()) ADD_FAILURE() << "there is no " << series;
    return found == samples_.end() ? -1 : found->second;
  }
  [[nodiscard]] bool has(const std::string& series) const { return samples_.contains(series); }
  [[nodiscard]] std::size_t size() const { return samples_.size(); }

 private:
  void read_comment(const std::string& line) {
    static const std::regex help("# HELP ([a-z_]+) .+"), type("# TYPE ([a-z_]+) (counter|gauge|histogram)");
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      EXPECT_TRUE(helped_.insert(match[1]).second) << "twice: " << line;
    } else if (std::regex_match(line, match, type)) {
      EXPECT_TRUE(types_.emplace(match[1], match[2]).second) << "twice: " << line;
      EXPECT_TRUE(helped_.contains(match[1])) << line;
      EXPECT_EQ(match[2] == "counter", match[1].str().ends_with("_total")) << line;
    } else {
      ADD_FAILURE() << "not a comment that the format knows: " << line;
    }
  }
  void read_sample(const std::string& line) {
    static const std::regex sample(
        R"re(([a-z_]+)(\{([a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*)?\})? (\+Inf|-?[0-9.]+(e[+-]?[0-9]+)?))re");
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, sample)) << "not a sample: " << line;
    std::string family = match[1];
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      const std::size_t at = family.size() - std::min(family.size(), std::string(suffix).size());
      if (!types_.contains(family) && family.ends_with(suffix) && types_.contains(family.substr(0, at)))
        family = family.substr(0, at);
    }
    EXPECT_TRUE(types_.contains(family)) << "before its TYPE: " << line;
    EXPECT_TRUE(family.starts_with("bootferry_") || family.starts_with("process_")) << line;
    const std::string series = line.substr(0, line.rfind(' '));
    EXPECT_TRUE(samples_.emplace(series, std::strtod(match[7].str().c_str(), nullptr)).second) << "twice: " << line;
    order_.push_back(series);
  }
  void check_histograms() const {
    double last = 0;
    for (const std::string& series : order_) {
      const std::size_t le = series.find("le=\"");
      if (le == std::string::npos) {
        last = 0;
        continue;
      }
      EXPECT_GE(samples_.at(series), last) << "buckets are cumulative: " << series;
      last = samples_.at(series);
    }
  }

  std::map<std::string, std::string> types_;
  std::set<std::string> helped_;
  std::map<std::string, double> samples_;
  std::vector<std::string> order_;
};

}  // namespace bootferry::test
