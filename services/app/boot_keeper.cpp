// SPDX-License-Identifier: Apache-2.0
#include "app/boot_keeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>

#include "base/log.hpp"
#include "db/db_error.hpp"

namespace bootferry::app {
namespace {

constexpr auto period = std::chrono::milliseconds(500);
/// Sessions are looked at each second while a machine boots; of those that run, each half minute.
constexpr unsigned ticks_a_look = 2, ticks_a_long_look = 60;

boot::EventKind kind_of(const boot::BootNews& news) {
  if (news.ended) return boot::EventKind::boot_ended;
  if (news.stalled) return boot::EventKind::boot_stalled;
  return news.started ? boot::EventKind::boot_started : boot::EventKind::boot_step;
}

std::string sentence_of(const boot::BootRecord& boot, boot::EventKind kind, const std::string& title) {
  switch (kind) {
    case boot::EventKind::boot_started:
      return fmt::format("{} begins to boot", title);
    case boot::EventKind::boot_stalled:
      return fmt::format("{} does not get on: {} {}", title, boot.reason, boot.mend);
    case boot::EventKind::boot_ended:
      return fmt::format("The boot of {} is over: {}", title, name_of(boot.state));
    default:
      return fmt::format("{} is at the step {}", title, name_of(boot.stage));
  }
}

boot::Event event_of(const boot::BootNews& news, boot::EventKind kind, const std::string& title) {
  const boot::BootRecord& record = news.record;
  boot::Event event;
  event.kind = kind;
  event.mac = record.mac;
  event.text = sentence_of(record, kind, title);
  event.fields = {{"boot", std::to_string(record.id)},
                  {"state", std::string(name_of(record.state))},
                  {"stage", std::string(name_of(record.stage))},
                  {"bytes_read", std::to_string(record.bytes_read.value)}};
  if (news.step) event.fields.emplace_back("step", name_of(*news.step));
  const auto step = std::find_if(record.steps.rbegin(), record.steps.rend(),
                                 [&](const boot::BootStep& one) { return news.step && one.kind == *news.step; });
  for (const auto& [name, value] : step == record.steps.rend() ? decltype(step->fields)() : step->fields) {
    if (name == "percent") event.fields.emplace_back(name, value);
  }
  if (record.code.empty()) return event;
  event.fields.insert(event.fields.end(), {{"code", record.code}, {"reason", record.reason}, {"mend", record.mend}});
  return event;
}

}  // namespace

BootKeeper::BootKeeper(Parts parts) : parts_(parts), timeline_(parts.store.next_id()) {
  timeline_.restore(parts_.store.unfinished(), now());
  for (const boot::BootRecord& boot : parts_.store.newest()) last_[boot.mac] = summary_of(boot);
}

void BootKeeper::on_event(const boot::Event& event) {
  std::lock_guard lock(mutex_);
  timeline_.on_event(event, now());
}

void BootKeeper::on_knock(const MacAddress& mac, boot::Circumstance knock, bool answered) {
  std::lock_guard lock(mutex_);
  timeline_.on_knock(mac, knock, answered);
}

void BootKeeper::start(Sampler sample) {
  sample_ = std::move(sample);
  background_.start([this](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any awake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      tick();
      awake.wait_for(lock, stop, period, [] { return false; });
    }
  });
}

void BootKeeper::stop() {
  background_.stop();
  tick();  // the last steps
}

void BootKeeper::tick() {
  look_at_sessions();
  const auto registry = parts_.registry.snapshot();
  std::vector<boot::BootNews> news;
  {
    std::lock_guard lock(mutex_);
    for (const MacAddress& mac : timeline_.waiting()) {
      const boot::Client* client = registry->find_client(mac);
      if (client && client->last_seen) timeline_.on_heard(mac, *client->last_seen);
    }
    timeline_.on_tick(now());
    news = timeline_.take_news();
    for (const boot::BootNews& one : news) {
      if (last_.size() >= max_summaries && !last_.contains(one.record.mac)) last_.clear();
      boot::BootSummary& last = last_[one.record.mac];
      if (last.id <= one.record.id) last = summary_of(one.record);
    }
  }
  std::vector<boot::BootRecord> changed;
  for (const boot::BootNews& one : news) changed.push_back(one.record);
  try {
    parts_.store.save(changed);
  } catch (const db::DbError& error) {
    log::error("BOOTS_NOT_WRITTEN", {{"count", std::to_string(changed.size())}, {"why", error.what()}});
  }
  for (const boot::BootNews& one : news) {
    if (one.started && parts_.packets) parts_.packets->begin(one.record.mac, one.record.started);
    tell(one);
  }
}

/// A boot that began and stalled within one tick tells both.
void BootKeeper::tell(const boot::BootNews& news) {
  const std::string title = parts_.registry.snapshot()->title_of(news.record.mac);
  const boot::EventKind last = kind_of(news);
  if (news.started && last != boot::EventKind::boot_started)
    parts_.bus.publish(event_of(news, boot::EventKind::boot_started, title));
  if (news.stalled && last != boot::EventKind::boot_stalled)
    parts_.bus.publish(event_of(news, boot::EventKind::boot_stalled, title));
  parts_.bus.publish(event_of(news, last, title));
}

void BootKeeper::look_at_sessions() {
  const unsigned tick = ticks_++;
  if (!sample_ || tick % ticks_a_look != 0) return;
  std::vector<std::uint64_t> wanted;
  {
    std::lock_guard lock(mutex_);
    wanted = timeline_.sessions(tick % ticks_a_long_look == 0);
  }
  if (wanted.empty()) return;
  const auto samples = sample_(wanted);
  std::lock_guard lock(mutex_);
  timeline_.on_sessions(samples, now());
}

std::optional<boot::BootSummary> BootKeeper::last_of(const MacAddress& mac) const {
  std::lock_guard lock(mutex_);
  const auto at = last_.find(mac);
  return at == last_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<boot::BootRecord> BootKeeper::boots(const boot::BootQuery& query) { return parts_.store.find(query); }
std::optional<boot::BootRecord> BootKeeper::find_boot(std::uint64_t id) { return parts_.store.find(id); }
std::string BootKeeper::packets_of(const MacAddress& mac) {
  return parts_.packets ? parts_.packets->render(mac) : std::string();
}

}  // namespace bootferry::app
