// SPDX-License-Identifier: Apache-2.0
// What a check says of an image, one sentence each, and what a repair would write. Plain values.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/units.hpp"

namespace bootferry::images::check {

enum class Severity {
  ok,       ///< looked at, and right
  note,     ///< worth knowing
  warning,  ///< some machines or systems will fail
  error,    ///< wrong for everybody
};

/// Bytes that a repair puts at a place; never across a 512-byte sector.
struct Patch {
  ByteCount offset;
  Bytes bytes;
};

struct Finding {
  Severity severity = Severity::ok;
  std::string code;       ///< "fat-hidden-sectors": for programs, never changes
  std::string sentence;   ///< for people
  std::string mend = {};  ///< what to do; empty when there is nothing to do
  std::vector<Patch> patches = {};

  [[nodiscard]] bool repairable() const { return !patches.empty(); }
};

struct Report {
  std::string kind;  ///< "dos", "gpt", "mbr", "floppy", "volume", "cd", "blank", "unknown"
  std::vector<Finding> findings;

  void add(Severity severity, std::string code, std::string sentence, std::string mend = {},
           std::vector<Patch> patches = {}) {
    findings.push_back({severity, std::move(code), std::move(sentence), std::move(mend), std::move(patches)});
  }
  void ok(std::string code, std::string sentence) { add(Severity::ok, std::move(code), std::move(sentence)); }
  [[nodiscard]] Severity worst() const {
    Severity worst = Severity::ok;
    for (const Finding& finding : findings) worst = std::max(worst, finding.severity);
    return worst;
  }
};

}  // namespace bootferry::images::check
