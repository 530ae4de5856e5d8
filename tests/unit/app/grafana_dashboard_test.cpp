// SPDX-License-Identifier: Apache-2.0
// packaging/grafana-dashboard.json may only ask for metrics that there are: a renamed one would leave a panel empty.
#include <gtest/gtest.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "support/source_tree.hpp"

namespace bootferry::app {
namespace {

std::string read(const std::string& file) {
  std::ifstream in(test::in_source_tree(file));
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(GrafanaDashboard, AsksOnlyForMetricsThatAreServed) {
  const auto dashboard = nlohmann::json::parse(read("packaging/grafana-dashboard.json"));
  const std::string source = read("services/app/metrics.cpp");
  ASSERT_FALSE(source.empty());
  const std::regex metric("(bootferry|process)_[a-z_]+");
  std::set<std::string> asked;
  for (const auto& panel : dashboard["panels"]) {
    for (const auto& target : panel["targets"]) {
      const std::string query = target["expr"];
      for (std::sregex_iterator at(query.begin(), query.end(), metric), end; at != end; ++at) asked.insert(at->str());
    }
  }
  EXPECT_GT(asked.size(), 12u);
  for (std::string name : asked) {
    if (name.ends_with("_bucket")) name.resize(name.size() - 7);
    EXPECT_NE(source.find('"' + name + '"'), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace bootferry::app
