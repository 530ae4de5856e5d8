// SPDX-License-Identifier: Apache-2.0
// One connection's life: reads requests, asks the router, sends the answers, in order, until one side has enough.
// Spawned by server on one loop; limits after RFC 9112 2.2, 9.3 and 9.5.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "base/worker_pool.hpp"
#include "http/channel.hpp"
#include "http/site.hpp"

namespace bootferry::http {

inline constexpr std::size_t max_header = 8 * 1024;
inline constexpr std::size_t max_body = 64 * 1024;

/// Where handlers that block run.
struct Workers {
  WorkerPool& db;
  WorkerPool& disk;
};

boost::asio::awaitable<void> serve_connection(std::unique_ptr<Channel> channel, Peer peer,
                                              std::shared_ptr<const Site> site, Workers workers);

}  // namespace bootferry::http
