// SPDX-License-Identifier: Apache-2.0
#include "http/event_stream.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "http/api/json.hpp"

namespace bootferry::http {
namespace {
namespace asio = boost::asio;

/// Wakes the coroutine from any thread; outlives both sides.
struct Alarm : std::enable_shared_from_this<Alarm> {
  explicit Alarm(asio::any_io_executor executor) : timer(executor) {}
  void ring() {
    auto self = shared_from_this();
    asio::post(timer.get_executor(), [self] {
      self->rung = true;
      self->timer.cancel();
    });
  }
  asio::steady_timer timer;
  bool rung = false;
};

/// Until the alarm rings (true) or the time is over (false).
asio::awaitable<bool> wait_for(std::shared_ptr<Alarm> alarm, std::chrono::milliseconds limit) {
  if (!alarm->rung) {
    alarm->timer.expires_after(limit);
    boost::system::error_code woken;
    auto token = asio::redirect_error(asio::use_awaitable, woken);
    co_await alarm->timer.async_wait(token);
  }
  co_return std::exchange(alarm->rung, false);
}

void watch_for_close(Channel& channel, const std::shared_ptr<Alarm>& alarm) {
  channel.socket().async_wait(asio::socket_base::wait_read, [alarm](const boost::system::error_code& failed) {
    if (!failed) alarm->ring();
  });
}

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

/// What a client that comes (again) is told first; `sent` becomes the last id that it then knows.
std::string render_beginning(const boot::EventBus& events, std::string_view last_event_id, std::uint64_t& sent) {
  std::string text = "retry: 1000\n: Bootferry's live events\n\n";
  const std::uint64_t last = events.last_id();
  if (last_event_id.empty()) {
    sent = last;
    return text;
  }
  const auto id = parse_id(last_event_id);
  if (!id || *id > last) {  // an id of another life, or nonsense
    sent = last;
    return text + render_stream_reset(last);
  }
  const auto [missed, complete] = events.since(*id);
  if (!complete) {
    sent = last;
    return text + render_stream_reset(last);
  }
  sent = *id;
  for (const boot::Event& event : missed) {
    text += render_stream_event(event);
    sent = event.id;
  }
  return text;
}

std::string render_batch(const boot::EventSubscription::Batch& batch, std::uint64_t& sent) {
  std::string text;
  if (batch.lost && !batch.events.empty()) text += render_stream_reset(batch.events.front().id - 1);
  for (const boot::Event& event : batch.events) {
    if (event.id <= sent) continue;  // came with the beginning
    text += render_stream_event(event);
    sent = event.id;
  }
  return text;
}

}  // namespace

std::string render_stream_event(const boot::Event& event) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.id, boot::name_of(event.kind),
                     api::render_line(api::render_event(event)));
}

std::string render_stream_reset(std::uint64_t last_id) {
  return fmt::format("id: {}\nevent: reset\ndata: {{}}\n\n", last_id);
}

asio::awaitable<void> serve_events(Channel& channel, const Site& site, LiveEvents wanted) {
  auto alarm = std::make_shared<Alarm>(channel.socket().get_executor());
  // Subscribed before the past is read, so that nothing falls between the two; what is in both is sent once.
  const auto subscription = site.services.events.subscribe([alarm] { alarm->ring(); });
  std::uint64_t sent = 0;
  std::string text = render_beginning(site.services.events, wanted.last_event_id, sent);
  watch_for_close(channel, alarm);
  for (;;) {
    if (!text.empty()) {
      channel.expect_within(site.settings.send_limit);
      const bool there = co_await channel.send(text, {});
      if (!there) co_return;
      channel.expect_nothing();
    }
    const bool rung = co_await wait_for(alarm, site.settings.heartbeat);
    if (channel.has_news()) co_return;
    if (wanted.is_allowed && !wanted.is_allowed()) co_return;  // logged out, or removed, meanwhile
    text = rung ? render_batch(subscription->take(), sent) : std::string(": still here\n\n");
  }
}

}  // namespace bootferry::http
