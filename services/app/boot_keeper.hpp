// SPDX-License-Identifier: Apache-2.0
// Keeps the boots of all clients: feeds boot::BootTimeline, stores what it tells, and publishes it. on_event comes from
// the event pump on the db thread, on_packet from the capture's, questions from workers; the clock's tick is on a
// thread of its own. Owned by app.
#pragma once

#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/background_threads.hpp"
#include "boot/boot_history.hpp"
#include "boot/boot_timeline.hpp"
#include "boot/client_registry.hpp"
#include "boot/event_bus.hpp"
#include "capture/packet_rings.hpp"
#include "db/boot_store.hpp"

namespace bootferry::app {

class BootKeeper final : public boot::BootHistory {
 public:
  /// All outlive it.
  struct Parts {
    db::BootStore& store;
    boot::EventBus& bus;
    const boot::ClientRegistry& registry;
    const Clock& clock;
    capture::PacketRings* packets = nullptr;  ///< none: no packets are kept (tests)
  };
  using Sampler = std::function<std::vector<boot::SessionSample>(std::span<const std::uint64_t>)>;

  explicit BootKeeper(Parts parts);

  void on_event(const boot::Event& event);
  /// A packet for one of our ports was seen on the wire, or our answer to it.
  void on_knock(const MacAddress& mac, boot::Circumstance knock, bool answered);
  /// `sample` asks the target.
  void start(Sampler sample);
  void stop();
  /// What start()'s thread does twice a second; tests call it themselves.
  void tick();

  [[nodiscard]] std::optional<boot::BootSummary> last_of(const MacAddress& mac) const;
  [[nodiscard]] std::vector<boot::BootRecord> boots(const boot::BootQuery& query) override;
  [[nodiscard]] std::optional<boot::BootRecord> find_boot(std::uint64_t id) override;
  [[nodiscard]] std::string packets_of(const MacAddress& mac) override;

 private:
  static constexpr std::size_t max_summaries = 4096;

  [[nodiscard]] boot::BootTimeline::Now now() const { return {parts_.clock.now(), parts_.clock.wall_now()}; }
  void look_at_sessions();
  void tell(const boot::BootNews& news);

  const Parts parts_;
  Sampler sample_;
  unsigned ticks_ = 0;
  mutable std::mutex mutex_;  ///< guards the next two; never held while the store or the target is asked
  boot::BootTimeline timeline_;
  std::unordered_map<MacAddress, boot::BootSummary> last_;
  BackgroundThreads background_;  ///< the last member: it ends first
};

}  // namespace bootferry::app
