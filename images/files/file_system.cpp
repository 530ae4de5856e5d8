// SPDX-License-Identifier: Apache-2.0
#include "images/files/file_system.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace bootferry::images::files {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The bytes of the character that `text` begins with (RFC 3629 4); 0 when it is none.
std::size_t length_of_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0u; };
  const auto goes_on = [&](std::size_t count) {
    for (std::size_t i = 1; i <= count; ++i) {
      if ((byte(i) & 0xC0) != 0x80) return false;
    }
    return true;
  };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return goes_on(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    const bool overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second >= 0xA0;
    return goes_on(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    const bool overlong = first == 0xF0 && second < 0x90, beyond = first == 0xF4 && second >= 0x90;
    return goes_on(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

/// C0, DEL and C1: a terminal would obey them.
bool is_control(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character[0]);
  if (character.size() == 1) return first < ' ' || first == 0x7F;
  return first == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0;
}

}  // namespace

std::string safe_name(std::string_view name) {
  std::string safe;
  while (!name.empty()) {
    const std::size_t length = length_of_character(name);
    const std::string_view character = name.substr(0, std::max<std::size_t>(length, 1));
    safe += length == 0 || character == "/" || is_control(character) ? replacement : character;
    name.remove_prefix(character.size());
  }
  return safe.empty() || safe == "." || safe == ".." ? std::string(replacement) : safe;
}

std::string render_local_time(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                              unsigned second) {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                            std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return {};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", year, month, day, hour, minute, second);
}

}  // namespace bootferry::images::files
