// SPDX-License-Identifier: Apache-2.0
// Which live events make a listing of the command line old. Used by watch; pure. The page has its own map
// (web/src/live/topics.ts), of what it has cached.
#pragma once

#include <string_view>

namespace bootferry::app {

enum class Topic { clients, images, sessions, leases, boots, overlays, jobs };

/// `kind`: of docs/api.md, "Live events".
[[nodiscard]] bool concerns(Topic topic, std::string_view kind);

}  // namespace bootferry::app
