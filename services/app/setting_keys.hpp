// SPDX-License-Identifier: Apache-2.0
// Every key of the settings file, in the file's order: what it means, how it is read and how it is written. The one
// list: reading, `bootferry config` and packaging/bootferry.toml all come from it. Pure; any thread.
#pragma once

#include <toml++/toml.h>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/settings.hpp"

namespace bootferry::app {

struct SettingKey {
  using Complaint = std::optional<std::string>;  ///< what is wrong with a value, and the mend

  std::string_view name;  ///< "dhcp.mode"; what is before the dot is its table
  std::string_view help;  ///< lines for the file; empty: it belongs to the key above
  std::function<Complaint(const toml::node&, Settings&)> read;
  std::function<std::string(const Settings&)> write;  ///< the value as TOML: `"proxy"`, `67`, `[]`

  [[nodiscard]] std::string_view table() const;  ///< "dhcp"; empty for those above all tables
  [[nodiscard]] std::string_view word() const;   ///< "mode"
};

[[nodiscard]] std::span<const SettingKey> setting_keys();
[[nodiscard]] const SettingKey* find_setting_key(std::string_view name);

}  // namespace bootferry::app
