// SPDX-License-Identifier: Apache-2.0
// The DHCP service on one interface: sockets and timers around Responder and RouterAdvertiser. Owned by app; lives on
// loop 0.
//
//   dhcp::Server server(context.get_executor(), settings, {registry, leases, events, addresses, clock, random});
//   server.open();   // binds; throws boost::system::system_error whose text names the port, code() the errno
//   server.start();  // begins to answer
//   server.stop();   // closes; on the loop's thread, or when the loop does not run
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "boot/address_book.hpp"
#include "boot/client_registry.hpp"
#include "boot/event_bus.hpp"
#include "boot/lease_store.hpp"
#include "boot/network_servers.hpp"
#include "dhcp/settings.hpp"

namespace bootferry::dhcp {

class Server final : public boot::NetworkServers {
 public:
  using Settings = dhcp::Settings;
  /// All outlive the server. In server mode start() loads the leases, which blocks.
  struct Dependencies {
    boot::ClientRegistry& registry;
    boot::LeaseStore& leases;
    boot::EventBus& events;
    boot::AddressBook& addresses;
    const Clock& clock;
    Random& random;
  };

  /// Throws std::invalid_argument when server mode has no range.
  Server(boost::asio::any_io_executor executor, Settings settings, Dependencies dependencies);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void open();
  void start();
  void stop();

  /// A machine was sent a file, so it understood its offer; any thread.
  void note_file_sent(const MacAddress& mac);
  /// Empty without raw sockets (CAP_NET_RAW), and in mode off.
  [[nodiscard]] std::vector<boot::NetworkServer> network_servers() const override;
  [[nodiscard]] std::vector<boot::NetworkServer> probe_network() override;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace bootferry::dhcp
