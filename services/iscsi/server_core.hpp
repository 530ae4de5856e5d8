// SPDX-License-Identifier: Apache-2.0
// What all connections of the target share; it lives as long as the last of them. Members are thread-safe, or belong to
// one loop.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "iscsi/login_refusals.hpp"
#include "iscsi/refusal_limits.hpp"
#include "iscsi/server.hpp"
#include "iscsi/session/session.hpp"
#include "iscsi/session_table.hpp"

namespace bootferry::iscsi {

class Connection;
inline constexpr std::uint16_t logout_seconds = 2;  ///< what a dropped initiator has to end its work

struct Server::Core : std::enable_shared_from_this<Server::Core> {
  Core(LoopPool& l, WorkerPool& d, TargetDirectory& t, boot::EventBus& e, const Clock& c, ServerSettings s)
      : loops(l), disk_pool(d), directory(t), events(e), clock(c), settings(std::move(s)), lanes(l.size()) {}

  // server_core.cpp
  /// Of its lane, on its loop: it will be ticked.
  void join(std::size_t lane, Connection& connection);
  void leave(std::size_t lane, Connection& connection);
  /// On the acceptor's loop, before there are more connections than ever.
  void prepare_descriptors();
  /// For an initiator that came by `local`: "10.0.0.1:3260,1" (RFC 7143 13.8), its own first.
  [[nodiscard]] std::vector<std::string> portals_for(const boost::asio::ip::tcp::endpoint& local) const;

  LoopPool& loops;
  WorkerPool& disk_pool;
  TargetDirectory& directory;
  boot::EventBus& events;
  const Clock& clock;
  const ServerSettings settings;
  SystemRandom random;
  SessionTable table;
  const std::shared_ptr<BufferPool> buffers = std::make_shared<BufferPool>();
  const std::shared_ptr<CommandBudget> budget = std::make_shared<CommandBudget>(settings.total_window);
  std::vector<boost::asio::ip::tcp::endpoint> portals;  ///< set before the first connection
  LoginRefusals refusals;
  RefusalLimits refusal_limits;
  std::atomic<bool> stopping{false};

  /// Of one loop: its connections share the space that they receive into, and batches that none is sending.
  struct Lane {
    std::vector<Connection*> connections;
    std::size_t most = 0;  ///< connections since memory was last given back
    int trims = 0;         ///< still to be done, one a tick
    bool ticks = false;
    Bytes scratch;
    std::vector<std::unique_ptr<SendBatch>> spare_batches;
  };
  std::vector<Lane> lanes;

 private:
  void start_ticking(std::size_t lane);
  void tick(std::size_t lane);
  void give_back(Lane& lane);
  std::size_t prepared_ = 0;  ///< connections that the loops have records for
};

}  // namespace bootferry::iscsi
