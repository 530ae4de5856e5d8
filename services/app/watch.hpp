// SPDX-License-Identifier: Apache-2.0
// `--watch` of the listing commands: shows again what the event stream says has changed, until ^C (exit status 0).
// Called by CommandContext::show_live; one thread, which reads the stream and asks in between.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "app/api_client.hpp"
#include "app/watch_topics.hpp"

namespace bootferry::app {

struct Watched {
  Topic topic;
  std::function<Result<nlohmann::json>()> ask;
  std::function<void(const nlohmann::json&)> print;
  std::function<bool(const nlohmann::json&)> is_over = nullptr;  ///< it will not change any more; none: never
};

/// Prints by `print`, or one line of JSON each; on a terminal, tables in the place of what was there. The error of the
/// first question, or nothing when it is over.
[[nodiscard]] Result<void> watch(const ApiClient& client, const Watched& watched, bool as_json);

}  // namespace bootferry::app
