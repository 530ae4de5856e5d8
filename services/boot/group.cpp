// SPDX-License-Identifier: Apache-2.0
#include "boot/group.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace bootferry::boot {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Result<void> check_pattern(std::string_view what, std::string_view pattern) {
  const bool plain = std::ranges::all_of(pattern, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (plain && pattern.size() <= 128) return {};
  return fail(ErrorKind::invalid, fmt::format("the {} of a rule is at most 128 printable ASCII characters", what));
}

}  // namespace

// Two places are remembered: where the last '*' was, and how much of the text it has swallowed so far.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, swallowed = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      swallowed = t;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++swallowed;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Result<void> check_rule(const Rule& rule) {
  for (const auto& [what, pattern] : {std::pair{"MAC", &rule.mac}, {"UUID", &rule.uuid}, {"serial", &rule.serial}}) {
    if (auto good = check_pattern(what, *pattern); !good) return good;
  }
  if (rule.mac.empty() && rule.uuid.empty() && rule.serial.empty() && !rule.architecture) {
    return fail(ErrorKind::invalid,
                "a rule without MAC, UUID, serial and architecture fits every machine; set the default instead");
  }
  if (const auto* entry = std::get_if<Entry>(&rule.then)) return check_boot_entry(entry->boot);
  return {};
}

bool fits(const Rule& rule, const MacAddress& mac, const Client* seen) {
  const auto all_of = [](const std::string& pattern, std::string_view text) {
    return pattern.empty() || (!text.empty() && matches(pattern, text));
  };
  if (!all_of(rule.mac, mac.to_string())) return false;
  if (rule.architecture && (!seen || seen->architecture != *rule.architecture)) return false;
  return all_of(rule.uuid, seen ? seen->uuid : "") && all_of(rule.serial, seen ? seen->serial : "");
}

}  // namespace bootferry::boot
