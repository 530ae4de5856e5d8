// SPDX-License-Identifier: Apache-2.0
#include "app/server_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace bootferry::app {
namespace {

std::unexpected<Error> wrong_url(std::string_view url) {
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is no address of a server; write http://HOST:PORT or https://HOST:PORT, and behind a "
                          "proxy its path too",
                          url.substr(0, 100)));
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::string ServerAddress::to_string() const {
  if (!is_remote()) return socket.string();
  const bool bracketed = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}{}", tls ? "https" : "http", bracketed ? "[" : "", host, bracketed ? "]" : "", port,
                     base);
}

Result<ServerAddress> parse_server_url(std::string_view url) {
  ServerAddress address;
  std::string_view rest = url;
  address.tls = rest.starts_with("https://");
  if (!address.tls && !rest.starts_with("http://")) return wrong_url(url);
  rest.remove_prefix(address.tls ? 8 : 7);
  // A name and password in it would be seen by whoever lists processes; queries mean nothing here.
  if (!is_printable(rest) || rest.find_first_of("@?#") != rest.npos) return wrong_url(url);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  std::string_view base = rest.substr(slash);
  while (base.ends_with('/')) base.remove_suffix(1);
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == authority.npos) return wrong_url(url);
  const std::size_t colon = authority.find(':', bracket);
  address.host = authority.substr(0, colon);
  if (bracket != 0) address.host = address.host.substr(1, bracket - 1);
  address.port = colon == authority.npos ? (address.tls ? "8443" : "8080") : authority.substr(colon + 1);
  address.base = base;
  if (address.host.empty() || !is_port(address.port)) return wrong_url(url);
  return address;
}

Result<std::string> parse_fingerprint(std::string_view text) {
  std::string digits;
  std::string_view rest = text;
  if (rest.starts_with("sha256:")) rest.remove_prefix(7);
  for (const char c : rest) {
    if (c != ':') digits += static_cast<char>(c >= 'A' && c <= 'F' ? c | 0x20 : c);
  }
  const bool hex = std::ranges::all_of(digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (hex && digits.size() == 64) return digits;
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is no fingerprint; the server prints the one of its certificate at its start: "
                          "sha256: and 64 digits",
                          text.substr(0, 100)));
}

Result<std::string> read_token(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string token;
  if (!std::getline(in, token))
    return fail(ErrorKind::io, fmt::format("no token can be read from {}; its first line must be one", file.string()));
  while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  if (token.empty() || !is_printable(token))
    return fail(ErrorKind::invalid, fmt::format("the first line of {} is no token", file.string()));
  return token;
}

}  // namespace bootferry::app
