// SPDX-License-Identifier: Apache-2.0
// The log: a stable NAME, then key=value fields. Under systemd it goes to the journal, where each field can be searched
// for (journalctl BOOTFERRY_MAC=52:54:00:e2:e0:01), else to stderr. Any thread.
// Names are searched for by people and scripts: upper-case words, never reused for another meaning.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bootferry::log {

enum class Level { debug, info, warning, error };

using Field = std::pair<std::string_view, std::string>;

void set_level(Level lowest);
void write(Level level, std::string_view name, std::span<const Field> fields);
inline void write(Level level, std::string_view name, std::initializer_list<Field> fields) {
  write(level, name, std::span(fields.begin(), fields.size()));
}
/// One entry of the journal (systemd.journal-fields(7)): "MESSAGE=...", "PRIORITY=6", "BOOTFERRY_NAME=...", and each
/// field as "BOOTFERRY_" and its key in upper case. A value may hold any byte.
[[nodiscard]] std::vector<std::string> journal_entry(Level level, std::string_view name, std::span<const Field> fields);

inline void debug(std::string_view name, std::initializer_list<Field> fields = {}) {
  write(Level::debug, name, fields);
}
inline void info(std::string_view name, std::initializer_list<Field> fields = {}) { write(Level::info, name, fields); }
inline void warning(std::string_view name, std::initializer_list<Field> fields = {}) {
  write(Level::warning, name, fields);
}
inline void error(std::string_view name, std::initializer_list<Field> fields = {}) {
  write(Level::error, name, fields);
}

}  // namespace bootferry::log
