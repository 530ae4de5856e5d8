// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/range.hpp"

#include <algorithm>
#include <charconv>

namespace bootferry::http {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return UINT64_MAX;  // far behind any file's end: same meaning
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

RangeChoice choose(std::uint64_t first, std::uint64_t length) {
  if (length == 0) return {RangeChoice::Kind::unsatisfiable, 0, 0};
  return {RangeChoice::Kind::part, first, length};
}

}  // namespace

RangeChoice parse_range(std::string_view text, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  if (!text.starts_with(unit)) return {RangeChoice::Kind::whole, 0, size};
  text.remove_prefix(unit.size());
  const std::size_t dash = text.find('-');
  if (dash == text.npos || text.find(',') != text.npos) return {RangeChoice::Kind::whole, 0, size};
  const std::string_view before = text.substr(0, dash);
  const std::string_view behind = text.substr(dash + 1);

  if (before.empty()) {  // the last N bytes
    const auto count = parse_number(behind);
    if (!count) return {RangeChoice::Kind::whole, 0, size};
    const std::uint64_t length = std::min(*count, size);
    return choose(size - length, length);
  }
  const auto first = parse_number(before);
  const auto last = behind.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : parse_number(behind);
  if (!first || !last || *last < *first) return {RangeChoice::Kind::whole, 0, size};
  if (*first >= size) return choose(0, 0);
  return choose(*first, std::min(*last, size - 1) - *first + 1);
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view unit = "bytes ";
  if (!text.starts_with(unit)) return std::nullopt;
  text.remove_prefix(unit.size());
  const std::size_t dash = text.find('-'), slash = text.find('/');
  if (dash == text.npos || slash == text.npos || dash > slash) return std::nullopt;
  const auto first = parse_number(text.substr(0, dash));
  const auto last = parse_number(text.substr(dash + 1, slash - dash - 1));
  const auto size = parse_number(text.substr(slash + 1));
  if (!first || !last || !size || *first > *last || *last >= *size || *size == UINT64_MAX) return std::nullopt;
  return ContentRange{*first, *size};
}

}  // namespace bootferry::http
