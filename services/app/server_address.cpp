// SPDX-License-Identifier: Apache-2.0
#include "app/server_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>

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

/// Scheme, host, port, and what follows them.
std::optional<WebUrl> split_url(std::string_view url, const char* port, const char* tls_port) {
  WebUrl parts;
  ServerAddress& server = parts.server;
  server.tls = url.starts_with("https://");
  if (!server.tls && !url.starts_with("http://")) return std::nullopt;
  url.remove_prefix(server.tls ? 8 : 7);
  if (!is_printable(url)) return std::nullopt;
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  const std::string_view authority = url.substr(0, end);
  parts.target = url.substr(end);
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == authority.npos) return std::nullopt;
  const std::size_t colon = authority.find(':', bracket);
  server.host = authority.substr(0, colon);
  if (bracket != 0) server.host = server.host.substr(1, bracket - 1);
  server.port = colon == authority.npos ? (server.tls ? tls_port : port) : authority.substr(colon + 1);
  if (server.host.empty() || !is_port(server.port)) return std::nullopt;
  return parts;
}

}  // namespace

std::string ServerAddress::to_string() const {
  if (!is_remote()) return socket.string();
  const bool bracketed = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}{}", tls ? "https" : "http", bracketed ? "[" : "", host, bracketed ? "]" : "", port,
                     base);
}

Result<ServerAddress> parse_server_url(std::string_view url) {
  // A name and password in it would be seen by whoever lists processes; queries mean nothing here.
  if (url.find_first_of("@?#") != url.npos) return wrong_url(url);
  auto parts = split_url(url, "8080", "8443");
  if (!parts) return wrong_url(url);
  while (parts->target.ends_with('/')) parts->target.pop_back();
  parts->server.base = parts->target;
  return parts->server;
}

Result<WebUrl> parse_web_url(std::string_view url) {
  const std::size_t path = std::min(url.find('/', url.find("://") + 3), url.size());
  if (url.substr(0, path).find('@') == url.npos && url.find('#') == url.npos) {
    if (auto parts = split_url(url, "80", "443")) {
      if (!parts->target.starts_with('/')) parts->target.insert(0, "/");
      return *parts;
    }
  }
  // It may hold a secret: it is not said again.
  return fail(
      ErrorKind::invalid,
      "this is no address that can be told anything; write https://HOST/PATH or http://HOST:PORT/PATH, without a "
      "user's name and without '#'");
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
