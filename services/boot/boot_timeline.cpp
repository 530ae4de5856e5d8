// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bootferry::boot {
namespace {

using namespace std::chrono_literals;

/// A firmware that asks again within this time is still at the same boot (PXE 2.1 waits up to 32 s between tries).
constexpr auto retry_time = 60s;
/// iPXE itself reads no more than this: geometry, a CD's descriptor, the boot sector.
constexpr ByteCount read_by_ipxe = kib(16);
constexpr int often = 3;
constexpr Circumstances broken_script = broken_entry | broken_template | image_gone;

bool waits_for_person(std::string_view decision) { return decision == "wait" || decision == "menu"; }

std::uint64_t number_of(const Event& event, std::string_view field) {
  std::uint64_t value = 0;
  const auto text = field_of(event, field);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view field_in(const BootStep& step, std::string_view name) {
  const auto at = std::find_if(step.fields.begin(), step.fields.end(), [&](const auto& f) { return f.first == name; });
  return at == step.fields.end() ? std::string_view() : std::string_view(at->second);
}

int percent_of(const BootStep& step) {
  int percent = 0;
  const auto text = field_in(step, "percent");
  std::from_chars(text.data(), text.data() + text.size(), percent);
  return percent;
}

/// The download of `before` at a later moment, rather than another one of the same file.
bool goes_on(const BootStep& before, const BootStep& step) {
  if (step.kind != StepKind::loader && step.kind != StepKind::file) return false;
  return percent_of(before) < 100 && percent_of(step) > 0 && percent_of(step) >= percent_of(before);
}

/// Fields of the same names get the new values; others stay.
void take_over(BootStep& before, std::vector<std::pair<std::string, std::string>> fields) {
  for (auto& [name, value] : fields) {
    const auto old = std::find_if(before.fields.begin(), before.fields.end(),
                                  [&](const auto& field) { return field.first == name; });
    if (old != before.fields.end())
      old->second = std::move(value);
    else
      before.fields.emplace_back(std::move(name), std::move(value));
  }
}

/// Its last part is told by the step that it is loaded.
void complete_download(BootRecord& record, std::string_view file) {
  for (BootStep& step : record.steps) {
    if (step.kind == StepKind::loader && field_in(step, "file") == file) take_over(step, {{"percent", "100"}});
  }
}

bool concerns_boots(EventKind kind) {
  return kind != EventKind::boot_started && kind != EventKind::boot_step && kind != EventKind::boot_stalled &&
         kind != EventKind::boot_ended;
}

}  // namespace

// ---- beginning

void BootTimeline::restore(std::vector<BootRecord> unfinished, Now now) {
  for (BootRecord& record : unfinished) {
    Live live;
    live.progressed = live.heard = now.steady;
    if (record.stage >= StepKind::login) live.circumstances |= all_closed | wrote;  // it may well come back
    live.record = std::move(record);
    live_.insert_or_assign(live.record.mac, std::move(live));
  }
}

BootTimeline::Live* BootTimeline::find(const MacAddress& mac) {
  const auto at = live_.find(mac);
  return at == live_.end() ? nullptr : &at->second;
}

BootTimeline::Live& BootTimeline::begin(const MacAddress& mac, WallTime since, Now now, int fruitless) {
  make_room();
  Live& live = live_[mac];
  live = Live{};
  live.record.id = next_id_++;
  live.record.mac = mac;
  live.record.started = live.record.updated = since;
  live.progressed = live.heard = now.steady;
  live.fruitless = fruitless;
  live.started = live.changed = true;
  return live;
}

void BootTimeline::make_room() {
  if (live_.size() < max_live) return;
  const auto quietest = std::min_element(live_.begin(), live_.end(), [](const auto& one, const auto& other) {
    return one.second.heard < other.second.heard;
  });
  live_.erase(quietest);
}

/// A firmware that asks before its loader came tries the same boot again; iPXE belongs to the boot that loaded it.
bool BootTimeline::begins_anew(const Live& live, const Hearing& heard, Now now) {
  const StepKind stage = live.record.stage;
  if (live.record.ended) return true;
  if (heard.is_ipxe) {
    if (stage > StepKind::ipxe) return true;
    return now.steady - live.heard > retry_time;
  }
  return stage >= StepKind::loader || now.steady - live.heard > retry_time;
}

/// Its machine begins a new boot: the last word about this one.
void BootTimeline::supersede(Live& live, const Event& event, Now now) {
  if (live.record.ended) return;
  add_step(live, {StepKind::restart, event.at, event.at, 1, "The machine began a new boot.", {}});
  live.circumstances |= restarted;
  if (live.fruitless + 1 >= often) live.circumstances |= loops;
  if (live.record.state == BootState::booted || live.record.stage == StepKind::system)
    set_state(live, BootState::gone, now);
  else if (live.record.state == BootState::waiting)
    set_state(live, BootState::gone, now);
  else
    judge(live, now, true);
  if (live.record.state == BootState::running) set_state(live, BootState::gone, now);  // no rule knows what stopped it
  end(live, now);
}

// ---- events

void BootTimeline::on_event(const Event& event, Now now) {
  if (event.kind == EventKind::server_stopping) stopping_ = true;
  if (!event.mac || !concerns_boots(event.kind)) return;
  Live* live = find(*event.mac);
  if (live && event.kind == EventKind::session_closed) return on_closed(*live, event, now);
  const bool lives = live && !live->record.ended;
  auto heard = hear(event, lives ? std::optional(live->record.stage) : std::nullopt);
  if (!heard) return;
  if (!lives || (heard->begins_boot && begins_anew(*live, *heard, now))) {
    int fruitless = 0;
    if (lives) {
      supersede(*live, event, now);
      const bool got_through = live->record.state == BootState::gone;
      if (!got_through && event.at - live->record.started < 10min) fruitless = live->fruitless + 1;
    }
    if (live && live->changed) left_.push_back({live->started, live->stalled, live->ended, live->step, live->record});
    live = &begin(*event.mac, event.at, now, fruitless);
  }
  take_in(*live, event, std::move(*heard), now);
}

void BootTimeline::take_in(Live& live, const Event& event, Hearing heard, Now now) {
  const bool was_broken = (live.circumstances & broken_script) != 0;
  live.circumstances = (live.circumstances & ~heard.clears) | heard.sets;
  if (heard.sets & tftp_ended && ++live.tftp_breaks >= often) live.circumstances |= tftp_ended_often;
  if (!heard.why.empty()) live.why = heard.why;
  live.heard = now.steady;
  BootRecord& record = live.record;
  if (const auto firmware = field_of(event, "firmware"); !firmware.empty() && record.firmware.empty()) {
    record.firmware = firmware;
    record.architecture = field_of(event, "architecture");
  }
  if (event.kind == EventKind::script_served) record.decision = field_of(event, "decision");
  if (event.kind == EventKind::session_opened) {
    const std::uint64_t session = number_of(event, "session");
    live.open.insert(session);
    live.sessions[session].id = session;
    if (record.image.empty()) record.image = field_of(event, "image");
  }
  if (heard.step) {
    const StepKind kind = heard.step->kind;
    const bool repeats = std::any_of(record.steps.begin(), record.steps.end(), [&](const BootStep& step) {
      return step.kind == kind && event.at - step.last >= 1s;
    });
    if (kind == StepKind::discover && repeats) live.circumstances |= asked_again;
    if (kind == StepKind::loaded) complete_download(record, field_in(*heard.step, "file"));
    add_step(live, std::move(*heard.step));
    if (is_progress(kind)) advance(live, kind, now);
    if (kind == StepKind::system_address && !repeats) live.progressed = now.steady;  // its login is due from now on
  }
  if (heard.moves) {
    live.progressed = now.steady;
    if (record.state == BootState::stalled) set_state(live, BootState::running, now);
  }
  if (was_broken && (live.circumstances & broken_script) == 0) {  // somebody has mended what it boots
    live.progressed = now.steady;
    set_state(live, BootState::running, now);
  }
  if (event.kind == EventKind::script_served && waits_for_person(record.decision))
    set_state(live, BootState::waiting, now);
  judge(live, now, false);
}

/// Repetitions count, they do not fill the record: a machine may retry for days. Nor does a download that goes on.
void BootTimeline::add_step(Live& live, BootStep step) {
  live.record.updated = step.at;
  live.changed = true;
  live.step = step.kind;
  auto& steps = live.record.steps;
  const auto same = std::find_if(steps.rbegin(), steps.rend(), [&](const BootStep& one) {
    return one.kind == step.kind && field_in(one, "file") == field_in(step, "file");
  });
  if (same != steps.rend()) {
    same->last = step.at;
    same->text = std::move(step.text);
    if (goes_on(*same, step)) return take_over(*same, std::move(step.fields));
    ++same->count;
    same->fields = std::move(step.fields);
  } else if (steps.size() < BootRecord::max_steps) {
    steps.push_back(std::move(step));
  }
}

/// Only a step beyond the furthest takes a verdict back: a machine that fails the same way every 10 s has failed once.
void BootTimeline::advance(Live& live, StepKind to, Now now) {
  BootRecord& record = live.record;
  const bool leaves_screen =
      record.state == BootState::waiting && to == StepKind::script && !waits_for_person(record.decision);
  if (to <= record.stage && !leaves_screen) return;
  record.stage = std::max(record.stage, to);
  live.progressed = now.steady;
  if (record.state == BootState::booted && to != StepKind::system) return;
  set_state(live, to == StepKind::system ? BootState::booted : BootState::running, now);
}

void BootTimeline::on_closed(Live& live, const Event& event, Now now) {
  const std::uint64_t session = number_of(event, "session");
  if (live.record.ended || live.open.erase(session) == 0) return;
  SessionSample last = live.sessions[session];
  last.id = session;
  last.bytes_read = std::max(last.bytes_read, ByteCount{number_of(event, "bytes_read")});
  last.bytes_written = std::max(last.bytes_written, ByteCount{number_of(event, "bytes_written")});
  const SessionSample samples[] = {last};
  on_sessions(samples, now);
  const auto why = field_of(event, "why");
  add_step(live, {StepKind::closed,
                  event.at,
                  event.at,
                  1,
                  why.empty() ? std::string("It let go of its disk.") : fmt::format("It let go of its disk: {}.", why),
                  {{"session", std::to_string(session)}}});
  live.heard = now.steady;
  if (live.open.empty() && !stopping_) {
    live.circumstances |= all_closed;
    live.progressed = now.steady;  // what comes after this has its own patience
  }
}

void BootTimeline::on_knock(const MacAddress& mac, Circumstance knock, bool answered) {
  Live* live = find(mac);
  if (!live || live->record.ended) return;
  if (answered) live->answered |= knock;
  // A repetition may well stay without an answer of its own.
  const bool met_firewall = (live->answered & knock) == 0;
  live->circumstances = met_firewall ? live->circumstances | knock : live->circumstances & ~Circumstances{knock};
}

void BootTimeline::on_heard(const MacAddress& mac, WallTime at) {
  Live* live = find(mac);
  if (live && live->record.state == BootState::waiting && at > live->record.updated) live->record.updated = at;
}

// ---- sessions

std::vector<std::uint64_t> BootTimeline::sessions(bool of_booted) const {
  std::vector<std::uint64_t> wanted;
  for (const auto& [mac, live] : live_) {
    if (live.record.ended || (live.record.state == BootState::booted && !of_booted)) continue;
    wanted.insert(wanted.end(), live.open.begin(), live.open.end());
  }
  return wanted;
}

std::vector<MacAddress> BootTimeline::waiting() const {
  std::vector<MacAddress> macs;
  for (const auto& [mac, live] : live_) {
    if (live.record.state == BootState::waiting && !live.record.ended) macs.push_back(mac);
  }
  return macs;
}

void BootTimeline::add_up(Live& live, const SessionSample& sample) {
  live.sessions[sample.id] = sample;
  BootRecord& record = live.record;
  record.bytes_read = record.bytes_written = {};
  for (const auto& [id, one] : live.sessions) {
    record.bytes_read += one.bytes_read;
    record.bytes_written += one.bytes_written;
  }
  if (sample.last_command && (!record.last_io || *record.last_io < *sample.last_command))
    record.last_io = sample.last_command;
}

void BootTimeline::on_sessions(std::span<const SessionSample> samples, Now now) {
  std::unordered_map<std::uint64_t, Live*> owners;
  for (auto& [mac, live] : live_) {
    for (const auto& [id, sample] : live.sessions) owners.emplace(id, &live);
  }
  for (const SessionSample& sample : samples) {
    const auto owner = owners.find(sample.id);
    if (owner == owners.end() || owner->second->record.ended) continue;
    Live& live = *owner->second;
    BootRecord& record = live.record;
    const ByteCount before = record.bytes_read, written_before = record.bytes_written;
    add_up(live, sample);
    if (record.bytes_read == before && record.bytes_written == written_before) continue;
    live.changed = true;
    if (record.bytes_written > ByteCount{}) live.circumstances |= wrote;
    const auto step = [&](StepKind kind, std::string text) {
      const WallTime at = sample.last_command.value_or(now.wall);
      add_step(live, {kind, at, at, 1, std::move(text), {}});
      advance(live, kind, now);
    };
    if (before == ByteCount{} && record.bytes_read > ByteCount{}) step(StepKind::read, "It reads its disk.");
    const bool beyond = record.bytes_read > read_by_ipxe || record.bytes_written > ByteCount{};
    if (beyond && record.stage < StepKind::reading)
      step(StepKind::reading,
           record.bytes_written > ByteCount{} ? "Its system writes to the disk." : "It reads more than a boot sector.");
  }
}

std::vector<BootNews> BootTimeline::take_news() {
  std::vector<BootNews> news = std::exchange(left_, {});
  for (auto at = live_.begin(); at != live_.end();) {
    Live& live = at->second;
    if (live.changed) news.push_back({live.started, live.stalled, live.ended, live.step, live.record});
    live.changed = live.started = live.stalled = live.ended = false;
    live.step.reset();
    at = live.record.ended && live.fruitless == 0 && !has_verdict(live.record) ? live_.erase(at) : std::next(at);
  }
  return news;
}

}  // namespace bootferry::boot
