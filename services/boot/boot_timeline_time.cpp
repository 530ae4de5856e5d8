// SPDX-License-Identifier: Apache-2.0
// The timeline's sense of time: what the stall rules say when nothing comes, and what silence means when they do not.
#include "boot/boot_timeline.hpp"

namespace bootferry::boot {
namespace {

using namespace std::chrono_literals;

/// A system that reads this long is taken to run, and a script that asks for nothing of ours to have done its work.
constexpr auto settled_after = 20s;
/// A kernel runs when no file has come for this long: a big initrd tells of itself at its end only.
constexpr auto files_settled_after = 60s;
/// An operating system may let go of its disk and open it again, while it starts.
constexpr auto gone_after = 30s;
constexpr auto lost_screen_after = 60s;
/// After a verdict and silence a boot is over; the machine stands at its error, or is off.
constexpr auto given_up_after = 10min;

}  // namespace

void BootTimeline::on_tick(Now now) {
  for (auto& [mac, live] : live_) {
    if (live.record.ended) continue;
    judge(live, now, false);
    settle(live, now);
  }
}

/// `is_last_word`: its machine has begun anew, and the boot is judged although no rule may have waited long enough.
void BootTimeline::judge(Live& live, Now now, bool is_last_word) {
  BootRecord& record = live.record;
  if (record.state == BootState::waiting || has_verdict(record) || record.ended) return;
  if (record.state == BootState::booted && record.stage != StepKind::reading) return;
  const StallRule* rule = find_stall(record.stage, live.circumstances, now.steady - live.progressed);
  if (!rule) return;
  if (is_last_word && (rule->needs & restarted) == 0 && rule->wait > 0s) return;
  record.code = rule->code;
  record.reason = fill_sentence(rule->cause, live.why);
  record.mend = fill_sentence(rule->mend, live.why);
  record.state = rule->verdict;
  record.updated = now.wall;
  live.changed = live.stalled = true;
}

/// What silence means when no rule has spoken.
void BootTimeline::settle(Live& live, Now now) {
  BootRecord& record = live.record;
  const Duration quiet = now.steady - live.heard, stood = now.steady - live.progressed;
  const bool lost_disk = (live.circumstances & all_closed) != 0;
  const bool owes = (live.circumstances & (expects_login | expects_files)) != 0;
  const bool handed_over = record.stage == StepKind::script && !owes && quiet >= settled_after;
  const bool has_files = (live.circumstances & files_came) != 0 && (live.circumstances & file_under_way) == 0 &&
                         quiet >= files_settled_after;
  if (record.state == BootState::running && (handed_over || has_files)) {
    set_state(live, BootState::booted, now);
    if (live.open.empty()) return end(live, now);  // nothing more of it can be seen from here
  }
  const bool runs = (live.circumstances & wrote) != 0 || stood >= settled_after;
  if (record.state == BootState::running && record.stage >= StepKind::reading && runs && !lost_disk)
    set_state(live, BootState::booted, now);
  const bool had_system = record.stage == StepKind::system || (live.circumstances & wrote) != 0;
  if ((record.state == BootState::booted || record.state == BootState::running) && lost_disk && had_system &&
      stood >= gone_after) {
    set_state(live, BootState::gone, now);
    return end(live, now);
  }
  // A menu waits in silence; the other screen asks again every few seconds.
  if (record.state == BootState::waiting && record.decision == "wait" &&
      now.wall - record.updated >= lost_screen_after) {
    set_state(live, BootState::gone, now);
    return end(live, now);
  }
  if (has_verdict(record) && live.open.empty() && quiet >= given_up_after) end(live, now);
}

void BootTimeline::set_state(Live& live, BootState state, Now now) {
  BootRecord& record = live.record;
  if (record.state == state) return;
  if (state != BootState::stalled && state != BootState::failed)
    record.code.clear(), record.reason.clear(), record.mend.clear();
  record.state = state;
  if (record.updated < now.wall && state != BootState::gone) record.updated = now.wall;
  live.changed = true;
}

void BootTimeline::end(Live& live, Now now) {
  live.record.ended = now.wall;
  live.changed = live.ended = true;
}

}  // namespace bootferry::boot
