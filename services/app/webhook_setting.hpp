// SPDX-License-Identifier: Apache-2.0
// [[webhooks]] of the settings file: TOML -> Webhook and back. Used by setting_keys; pure.
#pragma once

#include <toml++/toml.h>
#include <string>
#include <vector>

#include "app/webhook.hpp"
#include "base/result.hpp"

namespace bootferry::app {

/// An error names the line where it is another one than that of the first.
[[nodiscard]] Result<std::vector<Webhook>> read_webhooks(const toml::node& node);
/// The list as TOML, one webhook a line.
[[nodiscard]] std::string write_webhooks(const std::vector<Webhook>& webhooks);

}  // namespace bootferry::app
