// SPDX-License-Identifier: Apache-2.0
#include "images/check/dos_config.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

namespace bootferry::images::check {
namespace {

constexpr std::size_t most_findings = 16;

constexpr std::array<std::string_view, 11> managers{"EMM386", "QEMM",     "QEMM386", "386MAX",  "BLUEMAX", "JEMM386",
                                                    "JEMMEX", "MAXIMIZE", "CEMM",    "EMM386C", "MEMMAX"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& letter : out) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 100));
  for (char& letter : out) {
    if (letter < ' ' || letter > '~') letter = '?';
  }
  return out;
}

// "C:\DOS\EMM386.EXE RAM" is a memory manager, "C:\EMM386\SOUND.SYS" is not.
std::optional<std::string> manager_of(std::string_view command) {
  command = trimmed(command);
  std::string_view program = command.substr(0, command.find_first_of(" \t/,;"));
  program = program.substr(program.find_last_of(":\\") + 1);
  const std::string_view stem = program.substr(0, program.find('.'));
  if (std::ranges::find(managers, stem) == managers.end()) return std::nullopt;
  return std::string(program);
}

// FreeDOS: "12?DEVICE=..." is for the menu items 1 and 2, "!" for all of them; MS-DOS: "DEVICE?=" asks.
std::optional<std::string> driver_of(std::string_view line) {
  const std::size_t first = line.find_first_not_of("0123456789!");
  if (first != line.npos && line[first] == '?') line = trimmed(line.substr(first + 1));
  if (line.starts_with('!')) line = trimmed(line.substr(1));
  for (const std::string_view key : {"DEVICEHIGH", "DEVICE", "INSTALLHIGH", "INSTALL"}) {
    if (!line.starts_with(key)) continue;
    std::string_view rest = trimmed(line.substr(key.size()));
    if (rest.starts_with('?')) rest = trimmed(rest.substr(1));
    const bool options = key == "DEVICEHIGH" && rest.starts_with('/');
    if (options && rest.find('=') == rest.npos) return std::nullopt;
    if (options) rest = rest.substr(rest.find('='));
    if (!rest.starts_with('=') && rest.size() == line.size() - key.size()) continue;
    if (rest.starts_with('=')) rest = trimmed(rest.substr(1));
    // DEVICEHIGH=/L:1,1000 C:\DOS\...
    while (rest.starts_with('/')) rest = trimmed(rest.substr(std::min(rest.find_first_of(" \t"), rest.size())));
    return manager_of(rest);
  }
  return std::nullopt;
}

std::optional<std::string> command_of(std::string_view line) {
  if (line.starts_with('@')) line = trimmed(line.substr(1));
  for (const std::string_view prefix : {"LH ", "LOADHIGH ", "CALL "}) {
    if (line.starts_with(prefix)) line = trimmed(line.substr(prefix.size()));
  }
  return manager_of(line);
}

std::vector<LoadedProgram> find_lines(std::string_view text,
                                      const std::function<std::optional<std::string>(std::string_view)>& match) {
  std::vector<LoadedProgram> found;
  unsigned number = 0;
  text = text.substr(0, text.find('\x1A'));  // DOS: the end of a text
  while (!text.empty() && found.size() < most_findings) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const std::string big = upper(line);
    const bool remark = big.starts_with("REM") || big.starts_with(';') || big.starts_with(':');
    if (remark) continue;
    if (auto name = match(big)) found.push_back({printable(*name), number, printable(line)});
  }
  return found;
}

}  // namespace

std::vector<LoadedProgram> find_memory_managers(std::string_view config_sys) {
  return find_lines(config_sys, driver_of);
}

std::vector<LoadedProgram> find_memory_commands(std::string_view autoexec_bat) {
  return find_lines(autoexec_bat, command_of);
}

}  // namespace bootferry::images::check
