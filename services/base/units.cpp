// SPDX-License-Identifier: Apache-2.0
#include "base/units.hpp"

#include <fmt/format.h>
#include <cctype>
#include <charconv>
#include <cmath>

namespace bootferry {

Result<ByteCount> parse_byte_count(std::string_view text) {
  auto refuse = [&] {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a size; write for example 8G, 512M or 4096", text));
  };
  double number = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return refuse();
  std::string suffix;
  for (const char* c = rest; c != text.data() + text.size(); ++c)
    suffix += static_cast<char>(std::toupper(static_cast<unsigned char>(*c)));
  if (suffix.ends_with("IB"))
    suffix.resize(suffix.size() - 2);
  else if (suffix.ends_with('B'))
    suffix.pop_back();
  static constexpr std::string_view units = "KMGTP";
  if (suffix.size() > 1) return refuse();
  if (!suffix.empty()) {
    const std::size_t power = units.find(suffix[0]);
    if (power == std::string_view::npos) return refuse();
    number *= std::pow(1024.0, static_cast<double>(power + 1));
  }
  if (number > 9.0e18) return refuse();
  return ByteCount{static_cast<std::uint64_t>(std::llround(number))};
}

std::string render_byte_count(ByteCount count) {
  if (count.value < 1024) return fmt::format("{} B", count.value);
  static constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double number = static_cast<double>(count.value) / 1024;
  std::size_t unit = 0;
  for (; number >= 1024 && unit + 1 < std::size(units); ++unit) number /= 1024;
  return fmt::format("{:.1f} {}", number, units[unit]);
}

}  // namespace bootferry
