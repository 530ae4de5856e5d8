// SPDX-License-Identifier: Apache-2.0
// Finds initiators that died without a word (RFC 7143 4.6.3.4): after silence it wants a ping sent, after a longer one
// the session cut. Initiators that never answer pings are left to TCP's own keepalive. Asked at coarse ticks by
// Session; pure, no timer and no memory of its own.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "iscsi/codec/pdu_login.hpp"

namespace bootferry::iscsi {

struct KeepaliveLimits {
  Duration ping_after = std::chrono::seconds(15);    ///< of silence; 0: never
  Duration answer_limit = std::chrono::seconds(30);  ///< from the ping on
};

/// iPXE answers no pings, and below a BIOS it hears the network only inside INT 13h: it may be silent for hours and
/// live. Its ISIDs have the enterprise number 10019 (RFC 7143 11.12.5, type 1).
[[nodiscard]] constexpr bool is_ipxe(const Isid& isid) {
  return (isid[0] & 0xc0) == 0x40 && isid[1] == 0x00 && isid[2] == 0x27 && isid[3] == 0x23;
}

class Keepalive {
 public:
  enum class Next { nothing, ping, cut };

  void start(const KeepaliveLimits& limits, bool patient) { limits_ = limits, patient_ = patient, heard_ = true; }
  /// It sent something, or took what was waiting for it.
  void on_heard() { heard_ = true; }
  /// It answered a ping: from now on silence means that it is dead.
  void on_answer() { heard_ = true, pinged_at_.reset(), patient_ = false; }
  [[nodiscard]] Next on_tick(SteadyTime now) {
    if (heard_) {
      heard_ = false;
      last_heard_ = now;
      // It talks, but not of our ping: one that ignores them. Should the answer be on its way, on_answer() puts it
      // right.
      if (pinged_at_) patient_ = true;
      pinged_at_.reset();
      return Next::nothing;
    }
    if (patient_ || limits_.ping_after == Duration::zero()) return Next::nothing;
    if (pinged_at_) return now - *pinged_at_ >= limits_.answer_limit ? Next::cut : Next::nothing;
    if (now - last_heard_ < limits_.ping_after) return Next::nothing;
    pinged_at_ = now;
    return Next::ping;
  }

 private:
  KeepaliveLimits limits_;
  SteadyTime last_heard_{};
  std::optional<SteadyTime> pinged_at_;  ///< and not answered
  bool heard_ = true;
  bool patient_ = false;
};

}  // namespace bootferry::iscsi
