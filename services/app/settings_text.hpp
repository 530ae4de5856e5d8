// SPDX-License-Identifier: Apache-2.0
// Settings as a file that a person reads: every key with its meaning and its default, what was changed marked. Used by
// `bootferry config` and kept as packaging/bootferry.toml. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"

namespace bootferry::app {

struct SettingValue {
  std::string key;                   ///< "dhcp.mode"
  std::string value, default_value;  ///< as TOML
  [[nodiscard]] bool changed() const { return value != default_value; }
};

/// Every key, in the file's order.
[[nodiscard]] std::vector<SettingValue> settings_values(const Settings& settings);
/// A settings file that, read again, gives the same settings.
[[nodiscard]] std::string render_settings(const Settings& settings);

}  // namespace bootferry::app
