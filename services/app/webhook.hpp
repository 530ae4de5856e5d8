// SPDX-License-Identifier: Apache-2.0
// One [[webhooks]] of the settings: whom to tell of which events. Read and written by webhook_setting. Plain value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "app/server_address.hpp"

namespace bootferry::app {

/// Of the events that webhooks are for, under names of their own: a client-seen of a machine that nobody has named or
/// assigned, and a boot that has failed or stalled. All others are told by their kind.
inline constexpr std::string_view unknown_client = "unknown-client", boot_failed = "boot-failed";

struct Webhook {
  using Value = std::variant<std::string, std::int64_t, bool>;

  std::string url;  ///< as it was written
  ServerAddress server;
  std::string target;                                 ///< path and query
  std::vector<std::string> events;                    ///< names as above, and kinds of docs/api.md
  std::filesystem::path secret_file, ca_file;         ///< empty: not signed; the system's CAs
  std::vector<std::pair<std::string, Value>> fields;  ///< more keys of the JSON; {{text}} in a text stands for ours
};

}  // namespace bootferry::app
