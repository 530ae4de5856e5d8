// SPDX-License-Identifier: Apache-2.0
#include "iscsi/codec/key_values.hpp"

#include <algorithm>
#include <charconv>

namespace bootferry::iscsi {

Result<std::vector<KeyValue>> parse_key_values(ByteView text) {
  std::vector<KeyValue> pairs;
  std::string_view rest = text_of(text);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\0');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return fail(ErrorKind::invalid, "a negotiation text has no key=value form");
    if (equals > max_key_length) return fail(ErrorKind::invalid, "a negotiation key is longer than 63 bytes");
    if (pair.size() - equals - 1 > max_value_length) return fail(ErrorKind::invalid, "a negotiation value is too long");
    if (pairs.size() == max_keys) return fail(ErrorKind::invalid, "a negotiation has more than 64 keys");
    const auto is_key_char = [](char c) { return c > 0x20 && c < 0x7f; };
    if (!std::all_of(pair.begin(), pair.begin() + static_cast<std::ptrdiff_t>(equals), is_key_char)) {
      return fail(ErrorKind::invalid, "a negotiation key has a forbidden character");
    }
    pairs.push_back({std::string(pair.substr(0, equals)), std::string(pair.substr(equals + 1))});
  }
  return pairs;
}

std::optional<std::string_view> find_value(const std::vector<KeyValue>& pairs, std::string_view key) {
  for (const KeyValue& pair : pairs) {
    if (pair.key == key) return pair.value;
  }
  return std::nullopt;
}

void KeyValueText::add(std::string_view key, std::string_view value) {
  const std::size_t length = key.size() + value.size() + 2;
  if (length > limit_ - bytes_.size()) {
    overflowed_ = true;
    return;
  }
  ByteWriter writer(bytes_);
  writer.text(key);
  writer.u8('=');
  writer.text(value);
  writer.u8(0);
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::vector<std::string_view> parse_list(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() < 32) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return parts;
}

}  // namespace bootferry::iscsi
