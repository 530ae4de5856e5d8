// SPDX-License-Identifier: Apache-2.0
// The log: a stable NAME, then key=value fields, to stderr (journald adds time and unit). Any thread.
// Names are searched for by people and scripts: upper-case words, never reused for another meaning.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace bootferry::log {

enum class Level { debug, info, warning, error };

using Field = std::pair<std::string_view, std::string>;

void set_level(Level lowest);
void write(Level level, std::string_view name, std::initializer_list<Field> fields);

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
