// SPDX-License-Identifier: Apache-2.0
#include "app/webhook_sender.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <fstream>

#include "app/api_link.hpp"
#include "http/answer.hpp"

namespace bootferry::app {
namespace {

constexpr std::size_t longest_answer = 4096, shown_answer = 200;

LinkWords words_of_webhooks() {
  return {.who = "receiver",
          .address = "the webhook's url",
          .trust = "set the webhook's ca_file to who signed it",
          .look = "look at what receives it"};
}

/// May it work a little later? What is refused for good is not said again (RFC 9110 15.5, 15.6).
bool may_try_again(const boot::WebhookResult& result) {
  return !result.delivered &&
         (result.status == 0 || result.status == 408 || result.status == 429 || result.status >= 500);
}

/// The beginning of what it said, as one line of plain characters.
std::string excerpt(std::string_view body) {
  std::string shown;
  for (const char c : body.substr(0, shown_answer)) shown += c >= ' ' && c < 0x7f ? c : ' ';
  shown.erase(shown.find_last_not_of(' ') + 1);
  return shown.empty() ? shown : ": " + shown;
}

std::string sentence_of(const ServerAddress& server, unsigned status, std::string_view body) {
  const std::string answered =
      fmt::format("{} answered {} {}{}", server.to_string(), status, http::reason_of(status), excerpt(body));
  if (status < 300) return answered;
  if (status < 400)
    return fmt::format(
        "{} sends one on to another address ({}), which is not followed; write that as the webhook's url",
        server.to_string(), status);
  return answered + (status < 500 ? "; are the webhook's url and fields what it wants?" : "; look at what receives it");
}

/// A server that has no descriptor left throws before it asks anybody; that must end nothing but this try.
Result<ApiReply> try_exchange(const ServerAddress& server, const ApiRequest& request, const TakePiece& take) {
  try {
    return exchange(server, request, take);
  } catch (const std::exception& error) {
    return fail(ErrorKind::exhausted, fmt::format("{} could not be asked ({}); look at the limits of this process",
                                                  server.to_string(), error.what()));
  }
}

/// The first line, as it is; empty: it cannot be read, or is empty.
std::string read_secret(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string secret;
  std::getline(in, secret);
  if (secret.ends_with('\r')) secret.pop_back();
  return secret;
}

bool is_of(std::size_t number, const boot::Event& event) {
  if (event.kind != boot::EventKind::webhook_failed && event.kind != boot::EventKind::webhook_recovered) return false;
  return std::ranges::any_of(event.fields, [&](const auto& field) {
    return field.first == "webhook" && field.second == std::to_string(number);
  });
}

}  // namespace

WebhookSender::WebhookSender(const std::vector<Webhook>& hooks, Parts parts) : parts_(std::move(parts)) {
  for (const Webhook& hook : hooks) lanes_.push_back(std::make_unique<Lane>(lanes_.size() + 1, hook));
}

void WebhookSender::start() {
  for (const auto& lane : lanes_)
    background_.start([this, &lane = *lane](const std::stop_token& stop) { run(lane, stop); });
}

void WebhookSender::on_event(const boot::Event& event) {
  if (lanes_.empty()) return;
  const auto registry = parts_.registry.snapshot();
  for (const auto& lane : lanes_) {
    const std::string_view name = name_for(lane->hook, event, *registry);
    if (name.empty() || is_of(lane->number, event)) continue;
    const std::lock_guard lock(lane->mutex);
    if (lane->queue.is_repeated(event.mac, name, parts_.clock.now())) continue;
    lane->queue.push(make_message(lane->hook, name, event, *registry, parts_.public_url));
    lane->awake.notify_one();
  }
}

void WebhookSender::run(Lane& lane, const std::stop_token& stop) {
  std::unique_lock lock(lane.mutex);
  while (lane.awake.wait(lock, stop, [&] { return !lane.queue.empty(); })) {
    const WebhookMessage message = lane.queue.pop();
    lock.unlock();
    const boot::WebhookResult result = deliver(lane, message, stop);
    if (stop.stop_requested() && !result.delivered) return;
    note(lane, result, false);
    lock.lock();
  }
}

boot::WebhookResult WebhookSender::deliver(Lane& lane, const WebhookMessage& message, const std::stop_token& stop) {
  boot::WebhookResult result = post(lane.hook, message, stop);
  for (const auto pause : parts_.pauses) {
    if (!may_try_again(result)) return result;
    std::unique_lock lock(lane.mutex);
    if (lane.awake.wait_for(lock, stop, pause, [] { return false; }); stop.stop_requested()) return result;
    lock.unlock();
    result = post(lane.hook, message, stop);
  }
  return result;
}

boot::WebhookResult WebhookSender::post(const Webhook& hook, const WebhookMessage& message,
                                        const std::stop_token& stop) const {
  boot::WebhookResult result;
  result.at = parts_.clock.wall_now();
  result.kind = message.kind;
  ApiRequest request{
      .method = "POST", .path = hook.target, .json = &message.body, .words = words_of_webhooks(), .whole_body = false};
  request.headers = {{"X-Bootferry-Event", message.kind}};
  if (!hook.secret_file.empty()) {
    const std::string secret = read_secret(hook.secret_file);
    if (secret.empty()) {
      result.text = fmt::format(
          "its secret_file {} cannot be used; the first line must be the secret, and the user that "
          "runs Bootferry must be able to read it",
          hook.secret_file.string());
      return result;
    }
    request.headers.emplace_back("X-Bootferry-Signature", sign(message.body, secret));
  }
  const auto began = std::chrono::steady_clock::now();
  request.patience = {.until = began + parts_.limit, .stop = stop};
  std::string body;
  const auto reply = try_exchange(hook.server, request, [&](const ApiReply&, std::string_view piece) {
    body += piece;
    return body.size() < longest_answer;
  });
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  if (!reply) return result.text = reply.error().message, result;
  result.status = reply->status;
  result.delivered = reply->status >= 200 && reply->status < 300;
  result.text = sentence_of(hook.server, reply->status, body);
  return result;
}

void WebhookSender::note(Lane& lane, const boot::WebhookResult& result, bool is_test) {
  boot::Event event;
  {
    const std::lock_guard lock(lane.mutex);
    const auto news = lane.queue.on_result(result, is_test);
    if (news == WebhookQueue::News::none) return;
    const bool failing = news == WebhookQueue::News::failing;
    event.kind = failing ? boot::EventKind::webhook_failed : boot::EventKind::webhook_recovered;
    event.text = failing ? fmt::format("Webhook {} does not take what it is told: {}", lane.number, result.text)
                         : fmt::format("Webhook {} takes what it is told again; {} events were lost since the start",
                                       lane.number, lane.queue.lost());
  }
  event.fields = {{"webhook", std::to_string(lane.number)}, {"server", lane.hook.server.to_string()}};
  parts_.bus.publish(std::move(event));
}

std::vector<boot::WebhookView> WebhookSender::webhooks() const {
  std::vector<boot::WebhookView> views;
  for (const auto& lane : lanes_) {
    boot::WebhookView& view = views.emplace_back();
    view.number = lane->number;
    view.address = lane->hook.server.to_string();
    view.events = lane->hook.events;
    view.is_signed = !lane->hook.secret_file.empty();
    const std::lock_guard lock(lane->mutex);
    lane->queue.report(view);
  }
  return views;
}

Result<boot::WebhookResult> WebhookSender::test(std::size_t number) {
  if (number == 0 || number > lanes_.size()) {
    return fail(ErrorKind::not_found,
                lanes_.empty() ? std::string("There is no webhook; the settings file makes one: [[webhooks]]")
                               : fmt::format("There is no webhook {}; there are 1 to {}", number, lanes_.size()));
  }
  Lane& lane = *lanes_[number - 1];
  boot::Event event;
  event.at = parts_.clock.wall_now();
  event.mac = MacAddress{{0x00, 0x00, 0x5e, 0x00, 0x53, 0x01}};  // of nobody: for examples (RFC 7042 2.1.2)
  event.text = "This is a test of Bootferry's webhook; nothing has happened";
  event.fields = {{"reason", "No boot has failed: this is a test"}, {"mend", "There is nothing to mend"}};
  const auto result =
      post(lane.hook, make_message(lane.hook, "test", event, *parts_.registry.snapshot(), parts_.public_url), {});
  note(lane, result, true);
  return result;
}

}  // namespace bootferry::app
