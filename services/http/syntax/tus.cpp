// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/tus.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>

namespace bootferry::http {
namespace {

constexpr int variant = sodium_base64_VARIANT_ORIGINAL;  // RFC 4648 4, padded

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  auto* const bytes = reinterpret_cast<unsigned char*>(out.data());
  if (sodium_base642bin(bytes, out.size(), text.data(), text.size(), nullptr, &size, nullptr, variant) != 0)
    return std::nullopt;
  out.resize(size);
  return out;
}

std::string encode_base64(std::string_view text) {
  std::string out(sodium_base64_encoded_len(text.size(), variant), '\0');
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  sodium_bin2base64(out.data(), out.size(), bytes, text.size(), variant);
  out.pop_back();  // C's end of a string
  return out;
}

}  // namespace

std::optional<std::uint64_t> parse_tus_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value >> 63 != 0) return std::nullopt;
  return value;
}

std::optional<std::map<std::string, std::string>> parse_tus_metadata(std::string_view text) {
  std::map<std::string, std::string> pairs;
  while (!text.empty()) {
    std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    const auto space = item.find(' ');
    const std::string_view key = item.substr(0, space);
    auto value = decode_base64(space == std::string_view::npos ? "" : item.substr(space + 1));
    if (key.empty() || !value || !pairs.emplace(std::string(key), std::move(*value)).second) return std::nullopt;
  }
  return pairs;
}

std::string render_tus_metadata(const std::map<std::string, std::string>& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) text += (text.empty() ? "" : ",") + key + " " + encode_base64(value);
  return text;
}

}  // namespace bootferry::http
