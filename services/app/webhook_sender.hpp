// SPDX-License-Identifier: Apache-2.0
// Tells webhooks of events: one thread each, so that a dead one delays nobody else. Owned by app; on_event comes from
// the event pump on the db thread and never waits, webhooks() and test() from workers. Decision 35.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/webhook_queue.hpp"
#include "base/background_threads.hpp"
#include "boot/event_bus.hpp"
#include "boot/webhooks.hpp"

namespace bootferry::app {

class WebhookSender final : public boot::Webhooks {
 public:
  struct Parts {
    boot::EventBus& bus;
    const boot::ClientRegistry& registry;
    const Clock& clock;
    std::string public_url = {};
    std::chrono::milliseconds limit{5000};  ///< of one try
    /// Before each try but the first.
    std::array<std::chrono::milliseconds, 3> pauses{std::chrono::seconds(2), std::chrono::seconds(10),
                                                    std::chrono::seconds(30)};
  };

  WebhookSender(const std::vector<Webhook>& hooks, Parts parts);

  void start();
  /// What waits is not told any more.
  void stop() { background_.stop(); }
  void on_event(const boot::Event& event);
  [[nodiscard]] std::vector<boot::WebhookView> webhooks() const override;
  [[nodiscard]] Result<boot::WebhookResult> test(std::size_t number) override;

 private:
  struct Lane {
    Lane(std::size_t which, Webhook what) : number(which), hook(std::move(what)) {}

    const std::size_t number;
    const Webhook hook;
    mutable std::mutex mutex;  ///< guards the queue; never held while a receiver is waited for
    std::condition_variable_any awake;
    WebhookQueue queue;
  };

  void run(Lane& lane, const std::stop_token& stop);
  /// All tries of one message.
  [[nodiscard]] boot::WebhookResult deliver(Lane& lane, const WebhookMessage& message, const std::stop_token& stop);
  /// One try.
  [[nodiscard]] boot::WebhookResult post(const Webhook& hook, const WebhookMessage& message,
                                         const std::stop_token& stop) const;
  void note(Lane& lane, const boot::WebhookResult& result, bool is_test);

  const Parts parts_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  BackgroundThreads background_;  ///< the last member: it ends first
};

}  // namespace bootferry::app
