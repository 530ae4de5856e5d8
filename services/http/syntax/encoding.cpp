// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/encoding.hpp"

#include <algorithm>

namespace bootferry::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool same(std::string_view one, std::string_view small) {
  return std::ranges::equal(one, small, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
}

/// ";q=0.5" and nothing are weights above 0; ";q=0", ";q=0.0" and what is no weight are not.
bool has_weight(std::string_view parameters) {
  parameters = trimmed(parameters);
  if (parameters.empty()) return true;
  if (!same(parameters.substr(0, 2), "q=")) return false;
  return parameters.substr(2).find_first_of("123456789") != parameters.npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const std::size_t end = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view item = accept_encoding.substr(0, end);
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view coding = trimmed(item.substr(0, semicolon));
    const bool wanted = has_weight(item.substr(std::min(semicolon + 1, item.size())));
    if (same(coding, "gzip") || same(coding, "x-gzip")) return wanted;
    if (coding == "*") any = wanted;
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
  }
  return any;
}

}  // namespace bootferry::http
