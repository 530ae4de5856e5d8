// SPDX-License-Identifier: Apache-2.0
#include "boot/vendor_table.hpp"

#include <algorithm>
#include <unordered_map>

namespace bootferry::boot {
namespace {

constexpr std::string_view prefix_word = "OUI:", name_word = " ID_OUI_FROM_DATABASE=";
constexpr std::size_t lengths[] = {9, 7, 6};  ///< digits of MA-S, MA-M and MA-L; the longest first
constexpr std::uint64_t key_of(std::uint64_t digits, std::size_t count) { return digits << 8 | count; }

std::optional<std::uint64_t> parse_digits(std::string_view text) {
  if (std::ranges::find(lengths, text.size()) == std::end(lengths)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint64_t>(digit);
  }
  return value;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line;
}

}  // namespace

VendorTable::VendorTable(std::string_view hwdb) {
  std::unordered_map<std::string_view, std::uint32_t> known;  // most have many assignments
  std::optional<std::uint64_t> digits;
  std::size_t count = 0;
  while (!hwdb.empty()) {
    const std::string_view line = take_line(hwdb);
    if (line.starts_with(prefix_word) && line.ends_with('*')) {
      const std::string_view text = line.substr(prefix_word.size(), line.size() - prefix_word.size() - 1);
      digits = parse_digits(text);
      count = text.size();
    } else if (digits && line.starts_with(name_word)) {
      const std::string_view name = line.substr(name_word.size());
      const auto [at, fresh] = known.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
      if (fresh) names_ += name;
      entries_.push_back({key_of(*digits, count), at->second, static_cast<std::uint32_t>(name.size())});
      digits.reset();
    }
  }
  std::ranges::stable_sort(entries_, {}, &Entry::prefix);
  entries_.shrink_to_fit();
  names_.shrink_to_fit();
}

std::optional<std::string_view> VendorTable::find(const MacAddress& mac) const {
  constexpr std::uint8_t locally_administered = 2;
  if (mac.is_multicast() || (mac.octets[0] & locally_administered) != 0) return std::nullopt;
  std::uint64_t whole = 0;
  for (const std::uint8_t octet : mac.octets) whole = whole << 8 | octet;
  for (const std::size_t count : lengths) {
    const std::uint64_t prefix = key_of(whole >> (48 - 4 * count), count);
    const auto found = std::ranges::lower_bound(entries_, prefix, {}, &Entry::prefix);
    if (found != entries_.end() && found->prefix == prefix)
      return std::string_view(names_).substr(found->name, found->length);
  }
  return std::nullopt;
}

}  // namespace bootferry::boot
