// SPDX-License-Identifier: Apache-2.0
// The TFTP service (RFC 1350): listens on port 69 and gives each download a port of its own (its transfer
// identifier). Owned by app; works on a thread of its own, which waits for its sockets itself (decision 38). The
// calls below come from the owner's thread.
//
//   tftp::Server server({.address = ..., .interface = "eth0"}, loaders, bus, addresses, clock);
//   server.open();   // binds; throws boost::system::system_error
//   server.start();
//   server.stop();   // ends the downloads, each with a word to its client, and the thread
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "boot/address_book.hpp"
#include "boot/client_registry.hpp"
#include "boot/event_bus.hpp"
#include "boot/loader_catalog.hpp"
#include "tftp/negotiation.hpp"

namespace bootferry::tftp {

struct Settings {
  Ipv4Address address = Ipv4Address::any();  ///< any: answers come from the address that was asked
  bool ipv6 = false;                         ///< also at all IPv6 addresses
  std::uint16_t port = 69;
  std::string interface{};  ///< only on this one, unless empty
  TransferLimits limits{};
  std::size_t max_transfers = 512;
  std::size_t max_transfers_per_address = 64;  ///< one address may be many machines behind a router
};

class Server {
 public:
  /// All references outlive the server and are thread-safe. `registry`: whose quirks count; none: nobody has any.
  Server(Settings settings, const boot::LoaderCatalog& loaders, boot::EventBus& events,
         const boot::AddressBook& addresses, const Clock& clock, const boot::ClientRegistry* registry = nullptr);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void open();
  void start();
  void stop();
  /// Waits for datagrams, at most so long, and does what they and the clock ask for. The thread does nothing else,
  /// again and again; a test that calls it does not start() the thread.
  void turn(std::chrono::milliseconds longest);
  [[nodiscard]] std::uint16_t port() const;  ///< the bound one: with port 0 in the settings, a free one

 private:
  class Core;
  std::unique_ptr<Core> core_;
  std::jthread thread_;
};

}  // namespace bootferry::tftp
