// SPDX-License-Identifier: Apache-2.0
// Ties events to the boots of clients: when one begins, how far it is, when it ends, and by the stall rules why it does
// not go on. Fed with events, samples of iSCSI sessions and ticks; what changed is taken out as news. Owned by app's
// BootKeeper, under its lock; pure, bounded.
#pragma once

#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "boot/boot_hearing.hpp"
#include "boot/boot_record.hpp"
#include "boot/event.hpp"
#include "boot/session_sample.hpp"
#include "boot/stall_rules.hpp"

namespace bootferry::boot {

/// A boot that changed since the news were taken last.
struct BootNews {
  bool started = false;  ///< it is new
  bool stalled = false;  ///< a rule has spoken: record.code
  bool ended = false;
  std::optional<StepKind> step;  ///< its newest
  BootRecord record;
};

class BootTimeline {
 public:
  struct Now {
    SteadyTime steady{};
    WallTime wall{};
  };
  static constexpr std::size_t max_live = 2000;

  explicit BootTimeline(std::uint64_t next_id = 1) : next_id_(next_id) {}

  /// Boots that had not ended when the server stopped.
  void restore(std::vector<BootRecord> unfinished, Now now);
  void on_event(const Event& event, Now now);
  /// A packet for one of our ports came to the network card; or an answer to it left.
  void on_knock(const MacAddress& mac, Circumstance knock, bool answered);
  void on_sessions(std::span<const SessionSample> samples, Now now);
  /// The waiting screen of the machine asked again.
  void on_heard(const MacAddress& mac, WallTime at);
  void on_tick(Now now);

  [[nodiscard]] std::vector<BootNews> take_news();
  /// The sessions whose samples are wanted: of boots that are not through, or of all.
  [[nodiscard]] std::vector<std::uint64_t> sessions(bool of_booted) const;
  [[nodiscard]] std::vector<MacAddress> waiting() const;

 private:
  struct Live {
    BootRecord record;
    Circumstances circumstances = 0;
    Circumstances answered = 0;  ///< knocks that were answered once: no firewall of ours is in their way
    SteadyTime progressed{};     ///< when its stage last grew, or it tried the same again after a verdict
    SteadyTime heard{};          ///< when anything was heard
    std::string why;
    int tftp_breaks = 0;
    int fruitless = 0;  ///< boots just before this one that did not get through
    std::set<std::uint64_t> open;
    std::map<std::uint64_t, SessionSample> sessions;  ///< of this boot, also those that ended
    // Of the news:
    bool changed = false, started = false, stalled = false, ended = false;
    std::optional<StepKind> step;
  };

  [[nodiscard]] static bool has_verdict(const BootRecord& record) {
    return record.state == BootState::stalled || record.state == BootState::failed;
  }
  Live* find(const MacAddress& mac);
  /// `since`: its first event's time, which is earlier than the time at which that is read.
  Live& begin(const MacAddress& mac, WallTime since, Now now, int fruitless);
  [[nodiscard]] static bool begins_anew(const Live& live, const Hearing& heard, Now now);
  void supersede(Live& live, const Event& event, Now now);
  void take_in(Live& live, const Event& event, Hearing heard, Now now);
  void add_step(Live& live, BootStep step);
  void advance(Live& live, StepKind to, Now now);
  void on_closed(Live& live, const Event& event, Now now);
  static void add_up(Live& live, const SessionSample& sample);
  void judge(Live& live, Now now, bool is_last_word);
  void settle(Live& live, Now now);
  void set_state(Live& live, BootState state, Now now);
  void end(Live& live, Now now);
  void make_room();

  std::uint64_t next_id_;
  std::unordered_map<MacAddress, Live> live_;
  std::vector<BootNews> left_;  ///< news of boots that are not live any more
  bool stopping_ = false;       ///< the server closes sessions itself
};

}  // namespace bootferry::boot
