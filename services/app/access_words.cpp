// SPDX-License-Identifier: Apache-2.0
#include "app/access_words.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "boot/access.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

constexpr std::size_t max_line = 4096;

/// Without the end of the line, however an editor wrote it.
std::string read_line(std::istream& file) {
  std::string line;
  for (char c = 0; line.size() < max_line && file.get(c) && c != '\n';) line += c;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// It is checked here too, so that nothing is sent that is refused anyway, and the file can be named.
Result<void> take_secret(std::istream& file, const char* key, const char* what, const std::filesystem::path& name,
                         json& access) {
  const std::string line = read_line(file);
  if (auto good = boot::check_secret(fmt::format("{} in {}", what, name.string()), boot::Secret(line)); !good)
    return good;
  if (line.size() > boot::max_windows_secret) {
    fmt::print(stderr, "bootferry: warning: {} has {} characters; Windows takes 12 to {} only\n", what, line.size(),
               boot::max_windows_secret);
  }
  access[key] = line;
  return {};
}

Result<void> take_secrets(const AccessOptions& options, json& access) {
  if (options.secret_file.empty()) return {};
  if (!options.auth || (*options.auth != "chap" && *options.auth != "mutual"))
    return fail(ErrorKind::invalid, "--secret-file goes with --auth chap or --auth mutual");
  std::ifstream opened;
  const bool standard_input = options.secret_file == "-";
  if (!standard_input) {
    opened.open(options.secret_file);
    if (!opened)
      return fail(ErrorKind::not_found, fmt::format("the file of secrets {} cannot be read: {}",
                                                    options.secret_file.string(), std::strerror(errno)));
    struct stat rights{};
    if (stat(options.secret_file.c_str(), &rights) == 0 && (rights.st_mode & S_IROTH) != 0)
      fmt::print(stderr, "bootferry: warning: everybody on this machine can read {}\n", options.secret_file.string());
  }
  std::istream& file = standard_input ? std::cin : opened;
  if (auto done = take_secret(file, "secret", "the initiator's secret (line 1)", options.secret_file, access); !done)
    return done;
  if (*options.auth != "mutual") return {};
  return take_secret(file, "target_secret", "the target's secret (line 2)", options.secret_file, access);
}

std::string text_of(const json& access, const char* key) {
  const auto found = access.find(key);
  return found != access.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

void add_access_options(CLI::App& set, AccessOptions& options) {
  set.add_option("--auth", options.auth,
                 "How an initiator proves itself: boot (a secret in each boot script), none, chap or mutual")
      ->check(CLI::IsMember({"boot", "none", "chap", "mutual"}));
  set.add_option(
      "--initiator", options.initiator,
      "The initiator name that may open its disks; \"any\" for all, \"own\" for the name that it boots with");
  set.add_option(
      "--secret-file", options.secret_file,
      "For chap and mutual: line 1 is the initiator's secret, line 2 the target's (mutual); \"-\" reads them "
      "from standard input");
  set.add_option("--user", options.user, "CHAP user of chap and mutual; \"\" for the initiator's name");
  set.add_option("--from", options.from, "An address or network that it must come from; \"any\" takes that back");
}

Result<json> access_change_of(const AccessOptions& options) {
  // A script whose variable is empty must not open the disks to everybody.
  if (options.from && options.from->empty())
    return fail(ErrorKind::invalid, "--from wants an address or network; \"any\" lets initiators come from anywhere");
  json access = json::object();
  if (options.auth) access["auth"] = *options.auth;
  if (options.initiator) access["initiator"] = *options.initiator == "own" ? json(nullptr) : json(*options.initiator);
  if (options.user) access["user"] = *options.user;
  if (options.from) access["from"] = *options.from == "any" ? json(nullptr) : json(*options.from);
  if (auto taken = take_secrets(options, access); !taken) return std::unexpected(taken.error());
  return access;
}

std::string describe_access(const json& access) {
  const std::string auth = text_of(access, "auth"), initiator = text_of(access, "initiator");
  std::string text = auth == "none"     ? "no secret"
                     : auth == "chap"   ? "a fixed CHAP secret"
                     : auth == "mutual" ? "fixed CHAP secrets both ways"
                                        : "a secret of each boot";
  text += initiator.empty()                  ? ", the machine's own initiator name"
          : initiator == boot::any_initiator ? ", any initiator"
                                             : ", initiator " + initiator;
  if (const std::string user = text_of(access, "user"); !user.empty()) text += ", user " + user;
  if (const std::string from = text_of(access, "from"); !from.empty()) text += ", from " + from;
  return text;
}

std::string access_word(const json& access) {
  const std::string initiator = text_of(access, "initiator");
  std::string word = text_of(access, "auth");
  if (!initiator.empty()) word += " " + initiator;
  if (const std::string from = text_of(access, "from"); !from.empty()) word += " from " + from;
  return word;
}

}  // namespace bootferry::app
