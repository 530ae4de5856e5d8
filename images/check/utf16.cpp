// SPDX-License-Identifier: Apache-2.0
#include "images/check/utf16.hpp"

namespace bootferry::images::check {
namespace {

void append(std::string& text, char32_t point) {
  const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xC0 | point >> 6);
    tail(0);
  } else if (point < 0x10000) {
    text += static_cast<char>(0xE0 | point >> 12);
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0 | point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

std::string utf8_of(std::span<const char16_t> units) {
  std::string text;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const char16_t unit = units[i];
    const bool high = unit >= 0xD800 && unit < 0xDC00, low = unit >= 0xDC00 && unit < 0xE000;
    if (high && i + 1 < units.size() && units[i + 1] >= 0xDC00 && units[i + 1] < 0xE000) {
      append(text, 0x10000 + (char32_t{unit} - 0xD800) * 0x400 + (char32_t{units[++i]} - 0xDC00));
    } else {
      append(text, high || low ? U'\uFFFD' : char32_t{unit});
    }
  }
  return text;
}

}  // namespace bootferry::images::check
