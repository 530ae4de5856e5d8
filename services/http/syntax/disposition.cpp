// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/disposition.hpp"

#include <cstdint>

namespace bootferry::http {

std::string render_attachment(std::string_view file_name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string plain, exact;
  for (const char c : file_name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool harmless = letter || c == '.' || c == '-' || c == '_';
    const auto byte = static_cast<std::uint8_t>(c);
    plain += harmless || c == ' ' ? c : '_';
    exact += harmless ? std::string(1, c) : std::string{'%', digits[byte >> 4], digits[byte & 15]};
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + exact;
}

}  // namespace bootferry::http
