// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/path.hpp"

namespace bootferry::http {
namespace {

constexpr std::size_t max_query_pairs = 16;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Decodes once and never again: what looks encoded afterwards is a name with a per cent sign in it.
Result<std::string> decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(ErrorKind::invalid, "The address has a '%' that two hexadecimal digits must follow.");
      c = static_cast<char>(high << 4 | low);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return fail(ErrorKind::invalid, "The address has a control character.");
    out.push_back(c);
  }
  return out;
}

/// A shim asks for what lies beside it by its own folder, two slashes and a name.
void forgive_double_slash(std::string& path) {
  if (!path.starts_with("/loaders/")) return;
  for (std::size_t at = path.find("//"); at != std::string::npos; at = path.find("//", at)) path.erase(at, 1);
}

Result<void> check_segments(std::string_view path) {
  if (path.find('\\') != path.npos)
    return fail(ErrorKind::invalid, "The path has a backslash; parts of a path are parted by '/'.");
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment == "." || segment == "..") return fail(ErrorKind::invalid, "The path has a '.' or '..' part.");
    if (segment.empty() && end < path.size()) return fail(ErrorKind::invalid, "The path has an empty part ('//').");
    begin = end + 1;
  }
  return {};
}

Result<QueryPairs> parse_query(std::string_view text) {
  QueryPairs pairs;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (pairs.size() == max_query_pairs) return fail(ErrorKind::invalid, "The query has too many parts.");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode_percent(pair.substr(0, equals));
    if (!name) return std::unexpected(name.error());
    auto value = decode_percent(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) return std::unexpected(value.error());
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  if (text.starts_with("http://")) {
    text.remove_prefix(7);
    const std::size_t slash = std::min(text.find_first_of("/?"), text.size());
    text.remove_prefix(slash);
    if (text.empty()) text = "/";
  }
  text = text.substr(0, text.find('#'));
  const std::size_t mark = std::min(text.find('?'), text.size());
  if (!text.starts_with('/')) return fail(ErrorKind::invalid, "The path must begin with '/'.");
  auto path = decode_percent(text.substr(0, mark));
  if (!path) return std::unexpected(path.error());
  forgive_double_slash(*path);
  if (auto checked = check_segments(*path); !checked) return std::unexpected(checked.error());
  auto query = parse_query(text.substr(std::min(mark + 1, text.size())));
  if (!query) return std::unexpected(query.error());
  return Target{std::move(*path), std::move(*query)};
}

std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path) {
  std::vector<std::string> values;
  for (;;) {
    if (pattern.empty() || path.empty()) break;
    const std::size_t pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const std::size_t path_end = std::min(path.find('/', 1), path.size());
    const std::string_view want = pattern.substr(1, pattern_end - 1);
    const std::string_view have = path.substr(1, path_end - 1);
    if (want.ends_with("...}")) {
      if (have.empty()) return std::nullopt;
      values.emplace_back(path.substr(1));
      return values;
    }
    if (want.starts_with('{')) {
      if (have.empty()) return std::nullopt;
      values.emplace_back(have);
    } else if (want != have) {
      return std::nullopt;
    }
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return values;
}

}  // namespace bootferry::http
