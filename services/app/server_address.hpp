// SPDX-License-Identifier: Apache-2.0
// Which server the command line speaks to, and how each proves to the other who it is: the Unix socket of this
// machine's server, or a URL with a token, where HTTPS checks the certificate. Made by command_line from options and
// environment, and by the settings of webhooks; used by api_client and api_link. Pure but for the token's file. RFC
// 3986.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bootferry::app {

struct ServerAddress {
  std::filesystem::path socket{};  ///< used where there is no host
  bool tls = false;
  std::string host{}, port{};
  std::string base{};         ///< what a proxy wants before /api/v1: "/boot", or empty
  std::string token{};        ///< empty: none
  std::string token_place{};  ///< "--token-file F" or "BOOTFERRY_TOKEN", for sentences
  std::filesystem::path ca_file{};
  std::string fingerprint{};  ///< SHA-256 of the certificate that alone is good, 64 lower-case digits; empty: CAs say

  [[nodiscard]] bool is_remote() const { return !host.empty(); }
  [[nodiscard]] std::string to_string() const;  ///< the URL, or the socket's path
};

/// "https://host[:port][/base]": ports are 8080 and 8443 when left out. An address of IPv6 is in brackets.
[[nodiscard]] Result<ServerAddress> parse_server_url(std::string_view url);
/// Any address that a program of the house may be told at: "https://host[:port]/path?query", the ports 80 and 443 when
/// left out.
struct WebUrl {
  ServerAddress server;
  std::string target;  ///< path and query, "/" when left out
};
[[nodiscard]] Result<WebUrl> parse_web_url(std::string_view url);
/// "sha256:ab12...", the colons between octets that other tools print allowed; 64 lower-case digits.
[[nodiscard]] Result<std::string> parse_fingerprint(std::string_view text);
/// The first line of the file.
[[nodiscard]] Result<std::string> read_token(const std::filesystem::path& file);

}  // namespace bootferry::app
