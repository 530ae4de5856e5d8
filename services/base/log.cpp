// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>
#define SD_JOURNAL_SUPPRESS_LOCATION  // the name tells more than file and line of this one would
#include <systemd/sd-journal.h>
#include <cstdlib>

namespace bootferry::log {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_logger_mt("bootferry");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %L %v");
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// A value from the network must not forge a line or a field: quotes and control characters are escaped.
void append_value(std::string& line, std::string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos;
  if (!plain) line += '"';
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else if (c == '"' || c == '\\')
      line += {'\\', c};
    else
      line += c;
  }
  if (!plain) line += '"';
}

std::string line_of(std::string_view name, std::span<const Field> fields) {
  std::string line(name);
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    append_value(line, value);
  }
  return line;
}

int syslog_priority(Level level) {
  switch (level) {
    case Level::debug:
      return LOG_DEBUG;
    case Level::info:
      return LOG_INFO;
    case Level::warning:
      return LOG_WARNING;
    case Level::error:
      return LOG_ERR;
  }
  return LOG_INFO;
}

/// Names of fields are upper-case letters, digits and '_'; the journal drops entries with others.
std::string journal_word(std::string_view key) {
  std::string word;
  for (const char c : key) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    word += fits ? static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) : '_';
  }
  return word;
}

/// systemd tells by device and inode which stream it gave us: one that was sent elsewhere since is not meant.
bool stderr_is_the_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status{};
  if (!stream || fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

bool send_to_journal(const std::vector<std::string>& entry) {
  std::vector<iovec> parts;
  parts.reserve(entry.size());
  for (const std::string& field : entry) parts.push_back({const_cast<char*>(field.data()), field.size()});
  return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace

void set_level(Level lowest) { logger().set_level(spdlog_level(lowest)); }

void write(Level level, std::string_view name, std::span<const Field> fields) {
  if (!logger().should_log(spdlog_level(level))) return;
  static const bool journal = stderr_is_the_journal();
  if (journal && send_to_journal(journal_entry(level, name, fields))) return;
  logger().log(spdlog_level(level), "{}", line_of(name, fields));
}

std::vector<std::string> journal_entry(Level level, std::string_view name, std::span<const Field> fields) {
  std::vector<std::string> entry{"MESSAGE=" + line_of(name, fields), fmt::format("PRIORITY={}", syslog_priority(level)),
                                 "SYSLOG_IDENTIFIER=bootferry", fmt::format("BOOTFERRY_NAME={}", name)};
  for (const auto& [key, value] : fields) entry.push_back(fmt::format("BOOTFERRY_{}={}", journal_word(key), value));
  return entry;
}

}  // namespace bootferry::log
