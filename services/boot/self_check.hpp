// SPDX-License-Identifier: Apache-2.0
// The self-test: would a machine that netboots here get through? One line for each thing looked at. Asked by the API
// and the command line, implemented by app and by a fake in the tests of http. run() takes seconds: on a worker only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootferry::boot {

enum class CheckVerdict { ok, warning, failure };
[[nodiscard]] std::string_view name_of(CheckVerdict verdict);  ///< "ok", "warn", "fail"

struct CheckLine {
  std::string id;  ///< of what was looked at; never changes: "tftp", "firewall"
  CheckVerdict verdict = CheckVerdict::ok;
  std::string text;  ///< a sentence
  std::string mend;  ///< what to do, one command where there is one; empty when all is well
  friend bool operator==(const CheckLine&, const CheckLine&) = default;
};

class SelfCheck {
 public:
  virtual ~SelfCheck() = default;
  [[nodiscard]] virtual std::vector<CheckLine> run() = 0;
};

}  // namespace bootferry::boot
