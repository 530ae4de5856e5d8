// SPDX-License-Identifier: Apache-2.0
// The iSCSI target's shell (RFC 7143): listens, gives each connection whole to the least busy loop, and runs the disk
// jobs that its sessions ask for. Made by app; open, start, stop, sessions and drop may be called from any thread that
// is not a network loop.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/async_loop_pool.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "boot/administration.hpp"
#include "boot/event_bus.hpp"
#include "boot/session_sample.hpp"
#include "boot/summary.hpp"
#include "iscsi/session/keepalive.hpp"
#include "iscsi/target_directory.hpp"

namespace bootferry::iscsi {

struct ServerSettings {
  std::vector<std::string> addresses{"0.0.0.0"};  ///< IPv4 or IPv6, without port
  std::string ipv6_interface{};                   ///< and at all its IPv6 addresses, later ones too; empty: at none
  std::uint16_t port = 3260;                      ///< 0: any free one, see Server::port()
  std::size_t max_connections = 8192;
  std::size_t max_connections_per_address = 1024;
  Duration login_limit = std::chrono::seconds(15);
  KeepaliveLimits keepalive = {};
  std::uint32_t window = 128;               ///< commands of one session at once
  std::uint32_t total_window = 8192;        ///< of all busy sessions together
  Duration tick = std::chrono::seconds(1);  ///< how finely time passes for sessions
};

class Server {
 public:
  /// All references outlive the server; the loops must run while stop() waits.
  Server(LoopPool& loops, WorkerPool& disk_pool, TargetDirectory& directory, boot::EventBus& events, const Clock& clock,
         ServerSettings settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds every address; throws boost::system::system_error when one cannot be had.
  void open();
  void start();
  /// Asks every session to log out, waits for at most `patience`, then closes what is left; blocks until the disks are
  /// flushed.
  void stop(Duration patience);

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::vector<boot::SessionView> sessions() const;
  /// How much these of the sessions have moved; cheap.
  [[nodiscard]] std::vector<boot::SessionSample> samples(std::span<const std::uint64_t> ids) const;
  /// All targets that anyone opened since the start.
  [[nodiscard]] std::vector<boot::TargetTraffic> traffic() const;
  /// The bytes of all targets together; cheap.
  [[nodiscard]] boot::Transferred transferred() const;
  /// Status class and detail as one number (RFC 7143 11.13.5), and how many logins it ended.
  [[nodiscard]] std::vector<std::pair<std::uint16_t, std::uint64_t>> login_refusals() const;
  /// The initiator is asked to log out; its connection ends a few seconds later in any case.
  [[nodiscard]] Result<void> drop(std::uint64_t id);
  /// Rights or drives have changed: who has no right to his disk any more is asked to log out, and cut when he does
  /// not. All others go on undisturbed. Never blocks.
  void check_rights();

  struct Core;

 private:
  struct Listener;
  /// `interface`: only what comes in there; empty: from everywhere.
  void open_at(const std::string& address, const std::string& interface);
  void accept(std::size_t listener);

  std::shared_ptr<Core> core_;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

}  // namespace bootferry::iscsi
