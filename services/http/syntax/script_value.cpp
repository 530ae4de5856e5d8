// SPDX-License-Identifier: Apache-2.0
#include "http/syntax/script_value.hpp"

namespace bootferry::http {
namespace {

constexpr std::size_t max_value = 1024;  ///< iPXE itself has no small limit; a person's command line stays far below
constexpr std::size_t line_width = 76;
constexpr std::size_t max_lines = 6;

bool ends_a_command(std::string_view word) {
  return word == ";" || word == "&&" || word == "||" || word.starts_with('#');
}

}  // namespace

Result<void> check_script_line(std::string_view value) {
  if (value.size() > max_value)
    return fail(ErrorKind::invalid, "A value for the boot script is longer than 1024 characters.");
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f)
      return fail(ErrorKind::invalid, "A value for the boot script has a character that is not plain ASCII.");
  }
  if (value.find("${") != value.npos)
    return fail(ErrorKind::invalid, "A value for the boot script has a '${', which iPXE would replace.");
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(' '), value.size());
    if (ends_a_command(value.substr(0, end))) {
      return fail(ErrorKind::invalid,
                  "A value for the boot script has a word that iPXE reads as the end of the command.");
    }
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return {};
}

Result<void> check_script_word(std::string_view value) {
  if (value.empty()) return fail(ErrorKind::invalid, "A value for the boot script is empty.");
  if (value.find(' ') != value.npos)
    return fail(ErrorKind::invalid, "A value for the boot script has a blank; write %20 in a URL.");
  if (value.starts_with('-'))
    return fail(ErrorKind::invalid, "A value for the boot script begins with '-', which iPXE reads as an option.");
  return check_script_line(value);
}

std::vector<std::string> render_screen_lines(std::string_view text) {
  constexpr std::string_view allowed = " .,:-_/()'=@+";
  std::vector<std::string> lines(1);
  std::string word;
  auto end_word = [&] {
    if (word.empty()) return;
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > line_width) lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
    word.clear();
  };
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == ' ' || c == '\n' || c == '\t' || word.size() == line_width) end_word();
    if (c == ' ' || c == '\n' || c == '\t') continue;
    const char shown = letter || allowed.find(c) != allowed.npos ? c : '?';
    // The first word must not look like an option of echo.
    if (word.empty() && lines.back().empty() && shown == '-') continue;
    word.push_back(shown);
    if (lines.size() > max_lines) break;
  }
  end_word();
  if (lines.size() > max_lines) lines.resize(max_lines);
  for (std::string& line : lines) {
    while (line.starts_with('-')) line.erase(0, 1);
  }
  return lines;
}

}  // namespace bootferry::http
