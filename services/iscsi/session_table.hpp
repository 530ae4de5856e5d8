// SPDX-License-Identifier: Apache-2.0
// Every session of the target, whichever loop it lives on: for lists, for drops, and so that a session that logs in
// again ends its predecessor first (RFC 7143 6.3.5). Thread-safe; never calls into a connection under its lock.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "boot/administration.hpp"
#include "iscsi/session_meter.hpp"

namespace bootferry::iscsi {

/// What anyone may ask of a session from any thread; it is done later, on the session's own loop.
class SessionDoor {
 public:
  virtual ~SessionDoor() = default;
  virtual void ask_close(std::string reason) = 0;
  virtual void ask_logout(std::uint16_t seconds, std::string reason) = 0;
  /// Another session reset the unit, or cleared its tasks only. `done` is let go when no command is left.
  virtual void ask_abort_all(bool tasks_only, std::shared_ptr<void> done) = 0;
  /// Rights have changed: may it stay?
  virtual void ask_check_right() = 0;
};

/// What makes two logins the same session (RFC 7143 4.4.3): a second one replaces the first.
struct SessionKey {
  std::string initiator, isid, target;
  friend auto operator<=>(const SessionKey&, const SessionKey&) = default;
};

class SessionTable {
 public:
  /// A connection begins: in the table from here on, shown in lists once it has logged in.
  [[nodiscard]] std::uint64_t add(std::weak_ptr<SessionDoor> door, std::shared_ptr<const SessionMeter> meter,
                                  std::string address);
  /// The session `id` is this one now; the answer is its predecessor, which must end first.
  [[nodiscard]] std::optional<std::uint64_t> claim(std::uint64_t id, SessionKey key);
  [[nodiscard]] std::uint16_t next_tsih();
  [[nodiscard]] bool has_tsih(const SessionKey& key, std::uint16_t tsih) const;
  /// Logged in: `view` is shown from here on.
  void set_view(std::uint64_t id, boot::SessionView view);
  /// The last word about `id`: who waits for its end is told, on this thread.
  void remove(std::uint64_t id);
  /// Calls `gone` when no predecessor of `id` is there any more, at once if so. They may have predecessors themselves.
  void when_predecessors_gone(std::uint64_t id, std::function<void()> gone);

  /// `now` tells how long ago each one's last command was.
  [[nodiscard]] std::vector<boot::SessionView> views(SteadyTime now) const;
  /// Of those of these sessions that live.
  [[nodiscard]] std::vector<boot::SessionSample> samples(std::span<const std::uint64_t> ids, SteadyTime now,
                                                         WallTime wall_now) const;
  /// One row a target that anyone opened since the start. Those beyond max_targets go together as "".
  [[nodiscard]] std::vector<boot::TargetTraffic> traffic() const;
  /// The bytes of all of them together: no latencies are copied.
  [[nodiscard]] boot::Transferred transferred() const;
  static constexpr std::size_t max_targets = 1024;
  [[nodiscard]] std::shared_ptr<SessionDoor> find(std::uint64_t id) const;
  /// Those that have logged in, or those that have not.
  [[nodiscard]] std::vector<std::shared_ptr<SessionDoor>> doors(bool logged_in) const;
  [[nodiscard]] std::vector<std::shared_ptr<SessionDoor>> others_of_target(std::uint64_t id) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t count_from(const std::string& host) const;
  /// Waits until nobody is left; false when `patience` ended first.
  [[nodiscard]] bool wait_until_empty(Duration patience) const;

 private:
  struct Row {
    std::weak_ptr<SessionDoor> door;
    std::shared_ptr<const SessionMeter> meter;
    std::string address;
    std::optional<SessionKey> key;
    std::optional<std::uint64_t> predecessor;  ///< of the same key; it may be gone
    std::optional<boot::SessionView> view;
    std::vector<std::function<void()>> waiters;
  };
  void retire(const Row& row);
  [[nodiscard]] static boot::TargetTraffic& row_of(std::map<std::string, boot::TargetTraffic>& rows,
                                                   const boot::SessionView& view);

  mutable std::mutex mutex_;
  mutable std::condition_variable emptied_;
  std::map<std::uint64_t, Row> rows_;
  std::map<SessionKey, std::uint64_t> by_key_;
  std::map<std::string, std::size_t> per_host_;
  std::map<std::string, boot::TargetTraffic> retired_;  ///< of sessions that ended, by target
  std::uint64_t next_id_ = 1;
  std::uint16_t last_tsih_ = 0;
};

/// "10.0.0.5" of "10.0.0.5:49152", "fe80::1" of "[fe80::1]:49152".
[[nodiscard]] std::string host_of(const std::string& address);

}  // namespace bootferry::iscsi
