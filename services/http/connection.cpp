// SPDX-License-Identifier: Apache-2.0
#include "http/connection.hpp"

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <optional>

#include "base/async_run.hpp"
#include "http/answering.hpp"
#include "http/disk_sender.hpp"
#include "http/event_stream.hpp"
#include "http/file_sender.hpp"
#include "http/request_reader.hpp"
#include "http/syntax/date.hpp"

namespace bootferry::http {
namespace {
namespace asio = boost::asio;

/// The Date header; the same for a whole second.
const std::string& date_of(std::chrono::sys_seconds now) {
  thread_local std::chrono::sys_seconds second{};
  thread_local std::string text;
  if (text.empty() || second != now) {
    second = now;
    text = render_date(now);
  }
  return text;
}

/// The job owns what it reads: the connection may end while it runs.
asio::awaitable<Answer> answer_elsewhere(WorkerPool& pool, const Route* route, std::shared_ptr<const Request> request,
                                         std::shared_ptr<const Site> site) {
  auto job = [route, request, site] { return answer_request(*route, *request, *site); };
  auto running = async_run(pool, std::move(job));
  co_return co_await std::move(running);
}

asio::awaitable<Answer> answer_to(std::shared_ptr<Request> request, std::shared_ptr<const Site> site, Workers workers) {
  auto resolved = resolve(*request, gate_of(*site));
  if (auto* refusal = std::get_if<Answer>(&resolved)) co_return std::move(*refusal);
  const Route* route = std::get<const Route*>(resolved);
  if (route->place == Place::loop) co_return answer_request(*route, *request, *site);
  if (route->place == Place::disk) {
    request->patience = Patience::only_cached;
    Answer quick = answer_request(*route, *request, *site);
    if (!quick.is_would_block()) co_return quick;
    request->patience = Patience::may_wait;
  }
  WorkerPool& pool = route->place == Place::db ? workers.db : workers.disk;
  auto running = answer_elsewhere(pool, route, std::move(request), site);
  co_return co_await std::move(running);
}

asio::awaitable<bool> send_answer(Channel& channel, Answer answer, bool with_body, bool keep, const Site& site,
                                  Workers workers) {
  const auto now = std::chrono::floor<std::chrono::seconds>(site.services.clock.wall_now());
  std::string head = render_head(answer, date_of(now), keep);
  channel.expect_within(site.settings.send_limit);
  std::string_view text;
  if (with_body) {
    if (std::holds_alternative<FilePart>(answer.body())) {
      auto sending = send_file(channel, std::move(head), answer, site.settings, workers.disk);
      const bool sent = co_await std::move(sending);
      if (sent && answer.sent_action()) answer.sent_action()();
      co_return sent;
    }
    if (const auto* part = std::get_if<DiskPart>(&answer.body())) {
      auto sending = send_disk(channel, std::move(head), *part, site.settings, workers.disk);
      co_return co_await std::move(sending);
    }
    if (const auto* own = std::get_if<std::string>(&answer.body())) text = *own;
    if (const auto* fixed = std::get_if<std::string_view>(&answer.body())) text = *fixed;
  }
  const bool sent = co_await channel.send(head, text);
  if (sent && answer.sent_action()) answer.sent_action()();
  co_return sent;
}

/// Hands a streamed body over, a piece at a time; the sink's answer, or none when the connection is gone.
asio::awaitable<std::optional<Answer>> take_body(RequestReader& reader, Channel& channel,
                                                 std::shared_ptr<BodySink> sink, std::uint64_t left,
                                                 const Settings& settings, Workers workers) {
  auto piece = std::make_shared<Bytes>(std::min<std::uint64_t>(send_piece, left));
  while (left > 0) {
    std::size_t filled = 0;
    const std::size_t wanted = std::min<std::uint64_t>(piece->size(), left);
    while (filled < wanted) {
      channel.expect_within(settings.send_limit);
      const auto into = asio::buffer(piece->data() + filled, wanted - filled);
      const std::size_t got = co_await reader.read_body(into);
      if (got == 0) break;
      filled += got;
    }
    channel.expect_nothing();
    auto job = [sink, piece, filled] { return sink->take(ByteView(*piece).first(filled)); };
    auto taking = async_run(workers.disk, std::move(job));
    const Result<void> taken = co_await std::move(taking);
    if (!taken) co_return make_problem(taken.error());
    if (filled < wanted) co_return std::nullopt;  // what came is kept
    left -= filled;
  }
  auto job = [sink] { return sink->finish(); };
  auto finishing = async_run(workers.disk, std::move(job));
  co_return co_await std::move(finishing);
}

}  // namespace

asio::awaitable<void> serve_connection(std::unique_ptr<Channel> channel, Peer peer, std::shared_ptr<const Site> site,
                                       Workers workers) {
  RequestReader reader(*channel, peer, site->settings);
  const auto memo = std::make_shared<ConnectionMemo>();
  for (;;) {
    ReadOutcome outcome = co_await reader.read();
    if (std::holds_alternative<Closed>(outcome)) co_return;
    if (auto* refusal = std::get_if<Answer>(&outcome)) {
      auto sending = send_answer(*channel, std::move(*refusal), true, false, *site, workers);
      co_await std::move(sending);
      break;
    }
    Incoming& incoming = std::get<Incoming>(outcome);
    const bool is_head = incoming.request->method == Method::head;
    bool keep = incoming.keep;
    const bool wants_go_on = incoming.wants_go_on;
    const std::uint64_t streamed = incoming.request->streamed_body.value_or(0);
    incoming.request->memo = memo;
    auto answering = answer_to(std::move(incoming.request), site, workers);
    Answer answer = co_await std::move(answering);
    if (const auto* takes = std::get_if<TakesBody>(&answer.body())) {
      if (wants_go_on) {
        const bool there = co_await channel->send("HTTP/1.1 100 Continue\r\n\r\n", {});
        if (!there) co_return;
      }
      std::shared_ptr<BodySink> sink = takes->sink;
      auto taking = take_body(reader, *channel, std::move(sink), streamed, site->settings, workers);
      std::optional<Answer> taken = co_await std::move(taking);
      if (!taken) co_return;
      if (taken->status() >= 300) keep = false;  // some of the body may still be on its way
      answer = std::move(*taken);
    } else if (streamed > 0) {
      keep = false;
    }
    const auto* live = std::get_if<LiveEvents>(&answer.body());
    if (live != nullptr && !is_head) {
      LiveEvents wanted = *live;
      auto sending = send_answer(*channel, std::move(answer), true, false, *site, workers);
      const bool sent = co_await std::move(sending);
      if (!sent) co_return;
      auto streaming = serve_events(*channel, *site, std::move(wanted));
      co_await std::move(streaming);
      co_return;
    }
    auto sending = send_answer(*channel, std::move(answer), !is_head, keep, *site, workers);
    const bool sent = co_await std::move(sending);
    if (!sent) co_return;
    if (!keep && streamed == 0 && !channel->has_news()) co_return;  // all was read: nothing that a reset could destroy
    if (!keep) break;
  }
  co_await channel->close_gently();
}

}  // namespace bootferry::http
