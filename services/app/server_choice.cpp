// SPDX-License-Identifier: Apache-2.0
#include "app/server_choice.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

namespace bootferry::app {
namespace {

/// What these do, they do to this machine's own files and devices: no URL leads there.
constexpr const char* local_commands[] = {"serve", "demo", "config", "completion", "manual"};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

Result<void> take_token(ServerAddress& server, const ServerWords& words) {
  server.token = environment("BOOTFERRY_TOKEN");
  server.token_place = "BOOTFERRY_TOKEN";
  if (words.token_file.empty()) return {};
  auto token = read_token(words.token_file);
  if (!token) return std::unexpected(token.error());
  server.token = std::move(*token);
  server.token_place = "--token-file " + words.token_file;
  return {};
}

Result<ServerAddress> remote_server(const std::string& url, const ServerWords& words) {
  auto server = parse_server_url(url);
  if (!server) return server;
  if (auto good = take_token(*server, words); !good) return std::unexpected(good.error());
  server->ca_file = words.ca_file;
  if (words.fingerprint.empty()) return server;
  auto fingerprint = parse_fingerprint(words.fingerprint);
  if (!fingerprint) return std::unexpected(fingerprint.error());
  if (!server->tls) return fail(ErrorKind::invalid, "--fingerprint goes with https://; http:// has no certificate");
  server->fingerprint = std::move(*fingerprint);
  return server;
}

}  // namespace

void ServerWords::add_to(CLI::App& app) {
  app.add_option("--url", url,
                 "Ask another machine's server: http://HOST:PORT or https://HOST:PORT; else BOOTFERRY_URL");
  app.add_option("--token-file", token_file, "File whose first line is the API token for --url; else BOOTFERRY_TOKEN");
  app.add_option("--ca-file", ca_file, "Certificates (PEM) that may sign the server's; the system's else");
  app.add_option("--fingerprint", fingerprint,
                 "The server's certificate itself, sha256:..., as the server prints it at its start");
}

Result<ServerAddress> choose_server(const CLI::App& app, const ServerWords& words,
                                    const std::filesystem::path& state_dir) {
  const std::string command = app.get_subcommands().front()->get_name();
  const ServerAddress here{.socket = state_dir / "control.sock"};
  if (std::ranges::find(local_commands, command) != std::end(local_commands)) {
    if (words.url.empty()) return here;
    return fail(ErrorKind::invalid, fmt::format("\"bootferry {}\" works on the server's own files, not over --url; use "
                                                "it there",
                                                command));
  }
  const bool here_meant = app.get_option("--state-dir")->count() > 0;
  if (here_meant && !words.url.empty())
    return fail(ErrorKind::invalid, "--url is another machine's server, --state-dir this one's; give one of the two");
  const std::string url = words.url.empty() && !here_meant ? environment("BOOTFERRY_URL") : words.url;
  if (!url.empty()) return remote_server(url, words);
  if (!words.token_file.empty() || !words.ca_file.empty() || !words.fingerprint.empty())
    return fail(ErrorKind::invalid, "--token-file, --ca-file and --fingerprint go with --url");
  return here;
}

}  // namespace bootferry::app
