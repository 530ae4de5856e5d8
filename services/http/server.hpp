// SPDX-License-Identifier: Apache-2.0
// The HTTP server: one TCP listener for the network and one Unix socket for the command line, with the same routes
// behind both. Made by app; acceptors on loop 0, each connection whole on the least busy loop. RFC 9110, 9112.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/async_loop_pool.hpp"
#include "base/worker_pool.hpp"
#include "http/site.hpp"

namespace bootferry::http {

class Server {
 public:
  /// Loops, pool and services outlive the server.
  Server(LoopPool& loops, WorkerPool& people_pool, const Services& services, Settings settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds both; throws boost::system::system_error that names the port or the socket.
  void open();
  /// Binds the door with TLS; Settings::certificate must be set. Before start().
  void open_tls();
  /// Serves from now on. The loops may be started before or after.
  void start();
  /// Ends all connections and waits for them; the loops must still run. Not on a loop's thread.
  void stop();
  /// The bound TCP port, after open().
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t https_port() const;
  /// That opens the page with the code of the first visit.
  [[nodiscard]] std::string first_visit_url(std::string_view code) const;
  /// SHA-256 of the certificate of the door with TLS; empty where there is none.
  [[nodiscard]] std::string certificate_fingerprint() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bootferry::http
