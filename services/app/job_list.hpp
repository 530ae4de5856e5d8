// SPDX-License-Identifier: Apache-2.0
// What takes minutes, where people can see it: jobs with their progress, and the wish to end one. Owned by Appliance;
// the workers that do the jobs report, the doors look; thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "boot/event_bus.hpp"
#include "boot/intake.hpp"

namespace bootferry::app {

class JobList {
 public:
  JobList(boot::EventBus& bus, const Clock& clock) : bus_(bus), clock_(clock) {}

  /// A new job, waiting; `upload` is the id of what it takes in, `client` whose overlay it is of. unavailable when too
  /// many wait.
  [[nodiscard]] Result<boot::JobView> add(std::string kind, std::string image, std::string upload = {},
                                          std::string client = {});
  /// From its worker: how far it is. An error when somebody wants it to end.
  [[nodiscard]] Result<void> report(std::uint64_t id, std::string_view step, ByteCount done, ByteCount total);
  void end(std::uint64_t id, const Result<void>& outcome);
  /// Of one that made an image.
  void end_adding(std::uint64_t id, const Result<boot::AddedImage>& outcome);

  [[nodiscard]] std::vector<boot::JobView> all() const;
  /// It ends soon. not_found, or conflict when it has ended already.
  [[nodiscard]] Result<void> cancel(std::uint64_t id);

 private:
  struct Entry {
    boot::JobView view;
    bool cancelled = false;
    SteadyTime told{};  ///< when its progress was last published
  };
  [[nodiscard]] Entry* find(std::uint64_t id);
  void end_entry(Entry& entry, const Result<void>& outcome);
  void publish(boot::EventKind kind, const boot::JobView& job, std::string text);

  boot::EventBus& bus_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<Entry> jobs_;
  std::uint64_t next_id_ = 1;
};

}  // namespace bootferry::app
