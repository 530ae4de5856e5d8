// SPDX-License-Identifier: Apache-2.0
#include "app/watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

namespace bootferry::app {
namespace {

using nlohmann::json;

/// Events come in bursts: the first is shown at once, the rest of them together.
constexpr auto shortest_pause = std::chrono::milliseconds{300};
constexpr auto retry_pause = std::chrono::seconds{1};

class Watcher {
 public:
  Watcher(const Watched& watched, bool as_json)
      : watched_(watched), as_json_(as_json), clears_(!as_json && isatty(STDOUT_FILENO) != 0) {}

  /// False: no need to go on.
  bool look() {
    std::this_thread::sleep_until(looked_ + shortest_pause);
    looked_ = std::chrono::steady_clock::now();
    const auto answer = watched_.ask();
    if (!answer) {
      error_ = answer.error();
      return false;
    }
    error_.reset();
    if (std::string now = answer->dump(); now != shown_) {
      shown_ = std::move(now);
      show(*answer);
    }
    over_ = watched_.is_over && watched_.is_over(*answer);
    return !over_;
  }

  [[nodiscard]] bool is_over() const { return over_; }
  [[nodiscard]] bool has_shown() const { return !shown_.empty(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  void show(const json& answer) {
    if (clears_) fmt::print("\x1b[H\x1b[2J");
    if (as_json_)
      fmt::print("{}\n", shown_);
    else
      watched_.print(answer);
    if (!as_json_ && !clears_) fmt::print("\n");
    std::fflush(stdout);
  }

  const Watched& watched_;
  const bool as_json_, clears_;
  std::string shown_;
  std::chrono::steady_clock::time_point looked_{};
  std::optional<Error> error_;
  bool over_ = false;
};

}  // namespace

Result<void> watch(const ApiClient& client, const Watched& watched, bool as_json) {
  std::signal(SIGINT, [](int) { _exit(0); });  // a person has seen enough: all that was printed is out already
  Watcher watcher(watched, as_json);
  bool told = false;
  for (;;) {
    bool first = true;
    const auto ended = client.follow([&](const std::vector<std::string>& kinds) {
      const bool changed =
          std::ranges::any_of(kinds, [&](const std::string& kind) { return concerns(watched.topic, kind); });
      // Also when the stream opens, and with each sign of life on an idle line: some numbers move without an event.
      if (!std::exchange(first, false) && !changed && !kinds.empty()) return true;
      const bool goes_on = watcher.look();
      if (!watcher.error()) told = false;
      return goes_on;
    });
    if (watcher.is_over()) return {};
    const std::optional<Error> error = watcher.error() ? watcher.error()
                                       : ended         ? std::nullopt
                                                       : std::optional(ended.error());
    if (error && !watcher.has_shown()) return std::unexpected(*error);
    if (!std::exchange(told, true))
      fmt::print(stderr, "bootferry: {}; waiting for it\n", error ? error->message : "the server ended the stream");
    std::this_thread::sleep_for(retry_pause);
  }
}

}  // namespace bootferry::app
