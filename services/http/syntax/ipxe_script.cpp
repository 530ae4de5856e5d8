// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/ipxe_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace bootferry::http {
namespace {

/// Of iPXE in 2019 and since; a build may lack some (Debian's have no poweroff), and then goes on behind "||".
constexpr std::string_view commands[] = {
    "autoboot", "boot",     "chain",      "choose",   "clear",    "colour",    "config",  "console",    "cpair",
    "cpuid",    "dhcp",     "echo",       "exit",     "fcels",    "fcstat",    "goto",    "help",       "ibstat",
    "ifclose",  "ifconf",   "iflinkwait", "ifopen",   "ifstat",   "imgargs",   "imgexec", "imgextract", "imgfetch",
    "imgfree",  "imgload",  "imgselect",  "imgstat",  "imgtrust", "imgverify", "inc",     "initrd",     "ipstat",
    "iseq",     "isset",    "item",       "iwlist",   "iwstat",   "kernel",    "login",   "lotest",     "menu",
    "module",   "nslookup", "nstat",      "ntp",      "param",    "params",    "pciscan", "ping",       "poweroff",
    "prompt",   "pxebs",    "read",       "reboot",   "route",    "sanboot",   "sanhook", "sanunhook",  "set",
    "shell",    "show",     "sleep",      "startpxe", "stoppxe",  "sync",      "time",    "vcreate",    "vdestroy"};

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t from = line.find_first_not_of(" \t");
    if (from == line.npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t", from), line.size());
    words.push_back(line.substr(from, end - from));
    line.remove_prefix(end);
  }
  return words;
}

bool separates(std::string_view word) { return word == "||" || word == "&&" || word == ";"; }

std::unexpected<Error> wrong(std::size_t line, std::string what) {
  return fail(ErrorKind::invalid, fmt::format("Line {}: {}", line, what));
}

struct Jump {
  std::size_t line;
  std::string label;
};

/// One line's commands; collects where it goes to.
Result<void> check_line(std::size_t number, std::string_view line, std::vector<Jump>& jumps) {
  const auto words = words_of(line);
  bool begins = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with('#')) return {};
    if (separates(words[i])) {
      begins = true;
      continue;
    }
    if (!begins) continue;
    begins = false;
    if (words[i].find("${") != words[i].npos) continue;  // a command out of a setting
    if (std::ranges::find(commands, words[i]) == std::end(commands))
      return wrong(number, fmt::format("iPXE has no command \"{}\".", words[i].substr(0, 40)));
    if (words[i] == "goto" && (i + 1 == words.size() || separates(words[i + 1])))
      return wrong(number, "goto needs a label.");
    if (words[i] == "goto" && words[i + 1].find("${") == std::string_view::npos)
      jumps.push_back({number, std::string(words[i + 1])});
  }
  return {};
}

}  // namespace

Result<void> check_ipxe_script(std::string_view text) {
  if (!text.starts_with("#!ipxe\n") && !text.starts_with("#!ipxe\r\n"))
    return wrong(1, "a script begins with a line \"#!ipxe\".");
  std::set<std::string, std::less<>> labels;
  std::vector<Jump> jumps;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find('\0') != line.npos) return wrong(number, "it has a NUL.");
    if (line.starts_with(':'))
      labels.emplace(words_of(line.substr(1)).empty() ? "" : words_of(line.substr(1)).front());
    else if (auto good = check_line(number, line, jumps); !good)
      return good;
  }
  for (const Jump& jump : jumps) {
    if (!labels.contains(jump.label))
      return wrong(jump.line, fmt::format("there is no label \":{}\".", jump.label.substr(0, 40)));
  }
  return {};
}

}  // namespace bootferry::http
