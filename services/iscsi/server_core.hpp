// SPDX-License-Identifier: Apache-2.0
// What all connections of the target share; it lives as long as the last of them. Members are thread-safe, or belong to
// one loop.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/random.hpp"
#include "iscsi/server.hpp"
#include "iscsi/session/session.hpp"
#include "iscsi/session_table.hpp"

namespace bootferry::iscsi {

struct Server::Core {
  Core(LoopPool& l, WorkerPool& d, TargetDirectory& t, boot::EventBus& e, const Clock& c, ServerSettings s)
      : loops(l), disk_pool(d), directory(t), events(e), clock(c), settings(std::move(s)), lanes(l.size()) {}

  LoopPool& loops;
  WorkerPool& disk_pool;
  TargetDirectory& directory;
  boot::EventBus& events;
  const Clock& clock;
  const ServerSettings settings;
  SystemRandom random;
  SessionTable table;
  const std::shared_ptr<BufferPool> buffers = std::make_shared<BufferPool>();
  std::atomic<bool> stopping{false};

  /// Of one loop: its connections share the space that they receive into, and batches that none is sending.
  struct Lane {
    Bytes scratch;
    std::vector<std::unique_ptr<SendBatch>> spare_batches;
  };
  std::vector<Lane> lanes;
};

}  // namespace bootferry::iscsi
