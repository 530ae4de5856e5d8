// SPDX-License-Identifier: Apache-2.0
#include "app/settings_text.hpp"

#include <fmt/format.h>

#include "app/setting_keys.hpp"

namespace bootferry::app {
namespace {

constexpr std::string_view opening =
    "# SPDX-License-Identifier: Apache-2.0\n"
    "# Bootferry's settings: what root decides. Every key is here with its default; remove the # before a key to "
    "change "
    "it.\n"
    "# Flags of `bootferry serve` win over this file. A key that Bootferry does not know is an error that names the "
    "line.\n";

std::string comment_of(std::string_view help) {
  std::string text;
  for (std::string_view rest = help; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    text += fmt::format("# {}\n", rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return text;
}

}  // namespace

std::vector<SettingValue> settings_values(const Settings& settings) {
  static const Settings defaults;
  std::vector<SettingValue> values;
  for (const SettingKey& key : setting_keys())
    values.push_back({std::string(key.name), key.write(settings), key.write(defaults)});
  return values;
}

std::string render_settings(const Settings& settings) {
  static const Settings defaults;
  std::string text(opening);
  std::string_view table;
  for (const SettingKey& key : setting_keys()) {
    const bool new_table = key.table() != table;
    if (new_table) text += fmt::format("\n[{}]\n", table = key.table());
    if (!key.help.empty()) text += (new_table ? "" : "\n") + comment_of(key.help);
    const std::string value = key.write(settings), usual = key.write(defaults);
    if (value == usual)
      text += fmt::format("#{} = {}\n", key.word(), value);
    else
      text += fmt::format("{} = {}  # CHANGED, the default is {}\n", key.word(), value, usual);
  }
  return text;
}

}  // namespace bootferry::app
