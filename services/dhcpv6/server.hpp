// SPDX-License-Identifier: Apache-2.0
// The DHCPv6 service on one interface: UDP 547 at ff02::1:2 (RFC 8415 section 7) and UDP 4011, where UEFI asks again
// for its boot file when another server gave its address (EDK II does; no RFC tells of it), around Responder. Owned by
// app; lives on loop 0. Its boot files are those of tftp and http, which must be reachable over IPv6.
//
//   dhcpv6::Server server(context.get_executor(), settings, {registry, events, clock});
//   server.open();   // throws boost::system::system_error whose text names the port
//   server.start();
//   server.stop();   // on the loop's thread, or when the loop does not run
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "boot/event_bus.hpp"
#include "dhcpv6/responder.hpp"

namespace bootferry::dhcpv6 {

class Server {
 public:
  /// All outlive the server.
  struct Dependencies {
    boot::ClientRegistry& registry;
    boot::EventBus& events;
    const Clock& clock;
  };

  Server(boost::asio::any_io_executor executor, Settings settings, Dependencies dependencies);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void open();
  void start();
  void stop();

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace bootferry::dhcpv6
