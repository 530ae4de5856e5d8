// SPDX-License-Identifier: Apache-2.0
#include "http/api/paging.hpp"

#include <fmt/format.h>

namespace bootferry::http::api {
namespace {

std::string known_words(std::initializer_list<std::string_view> others) {
  std::string words;
  for (const std::string_view word : others) words += fmt::format("{}, ", word);
  return words + "after and limit";
}

/// RFC 3986 2.3, and what a query may have as it is.
std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~:").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::optional<std::string> find_word(const Request& request, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& [word, value] : request.target.query) {
    if (word == name) found = value;
  }
  return found;
}

}  // namespace

Result<PageWords> parse_page_words(const Request& request, std::initializer_list<std::string_view> others) {
  for (const auto& [name, value] : request.target.query) {
    const bool known = name == "limit" || name == "after" || std::ranges::find(others, name) != others.end();
    if (!known) return fail(ErrorKind::invalid, fmt::format("The query knows {}.", known_words(others)));
  }
  PageWords words{{}, find_word(request, "after")};
  const auto text = find_word(request, "limit");
  if (!text) return words;
  const auto number = require_number("limit", *text);
  if (!number) return std::unexpected(number.error());
  if (*number < 1 || *number > max_limit)
    return fail(ErrorKind::invalid, fmt::format("\"limit\" must be 1 to {}.", max_limit));
  words.limit = *number;
  return words;
}

Result<LogWords> parse_log_words(const Request& request, std::initializer_list<std::string_view> others) {
  const auto page = parse_page_words(request, others);
  if (!page) return std::unexpected(page.error());
  LogWords words{.limit = page->limit};
  for (const auto& [name, number] : {std::pair{"after", &words.after}, std::pair{"before", &words.before}}) {
    const auto text = find_word(request, name);
    if (!text) continue;
    const auto value = require_number(name, *text);
    if (!value) return std::unexpected(value.error());
    *number = *value;
  }
  if (const auto text = find_word(request, "mac")) {
    const auto mac = parse_mac_address(*text);
    if (!mac) return std::unexpected(mac.error());
    words.mac = *mac;
  }
  return words;
}

template <>
Result<MacAddress> parse_key(const std::string& text) {
  return parse_mac_address(text);
}
template <>
Result<Ipv4Address> parse_key(const std::string& text) {
  return parse_ipv4_address(text);
}
template <>
Result<std::uint64_t> parse_key(const std::string& text) {
  return require_number("after", text);
}
template <>
Result<std::string> parse_key(const std::string& text) {
  return text;
}

std::string text_of_key(const MacAddress& key) { return key.to_string(); }
std::string text_of_key(Ipv4Address key) { return key.to_string(); }
std::string text_of_key(std::uint64_t key) { return std::to_string(key); }
std::string text_of_key(const std::string& key) { return key; }

void add_next_link(Answer& answer, const Request& request, const std::string& key) {
  std::string query;
  for (const auto& [name, value] : request.target.query) {
    if (name != "after") query += fmt::format("{}={}&", name, percent_encode(value));
  }
  answer.add_header("Link", fmt::format("<{}?{}after={}>; rel=\"next\"", request.path(), query, percent_encode(key)));
}

}  // namespace bootferry::http::api
