// SPDX-License-Identifier: Apache-2.0
// What waits to be told to one webhook, and how it goes: a bounded queue that pushes out the oldest, and no machine's
// event twice a minute. Used by webhook_sender under its lock; pure.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "app/webhook_message.hpp"
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "boot/webhooks.hpp"

namespace bootferry::app {

class WebhookQueue {
 public:
  static constexpr std::size_t limit = 100;
  static constexpr auto same_again = std::chrono::minutes(1);

  /// True when this machine's event of this name was told less than a minute ago; else it counts as told now.
  [[nodiscard]] bool is_repeated(const std::optional<MacAddress>& mac, std::string_view name, SteadyTime now) {
    if (!mac) return false;
    std::erase_if(told_, [&](const auto& one) { return now - one.second >= same_again; });
    if (told_.size() >= most_told) return true;  // a storm: those that are there are enough to read
    return !told_.emplace(std::pair(*mac, std::string(name)), now).second;
  }
  void push(WebhookMessage message) {
    waiting_.push_back(std::move(message));
    if (waiting_.size() <= limit) return;
    waiting_.pop_front();
    ++lost_;
  }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  /// Not empty.
  [[nodiscard]] WebhookMessage pop() {
    WebhookMessage first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

  enum class News { none, failing, recovered };
  /// The last try of a message, or a test's only one. Says when the webhook begins to fail and when it works again: a
  /// person is told that and not of each message.
  News on_result(const boot::WebhookResult& result, bool is_test) {
    last_ = result;
    if (!is_test) ++(result.delivered ? delivered_ : lost_);
    if (result.delivered) return std::exchange(failing_since_, std::nullopt) ? News::recovered : News::none;
    if (is_test || failing_since_) return News::none;
    failing_since_ = result.at;
    return News::failing;
  }
  void report(boot::WebhookView& view) const {
    view.failing_since = failing_since_;
    view.last = last_;
    view.delivered = delivered_;
    view.lost = lost_;
    view.waiting = waiting_.size();
  }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  static constexpr std::size_t most_told = 4096;

  std::deque<WebhookMessage> waiting_;
  std::map<std::pair<MacAddress, std::string>, SteadyTime> told_;
  std::optional<WallTime> failing_since_;
  std::optional<boot::WebhookResult> last_;
  std::uint64_t delivered_ = 0, lost_ = 0;
};

}  // namespace bootferry::app
