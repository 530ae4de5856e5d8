// SPDX-License-Identifier: Apache-2.0
// Sends magic packets: as UDP broadcasts of the LAN, as frames of their own ethertype, which reach a card that no
// switch's ARP table knows any more, and to the broadcast address of another network. Plain sockets, never waiting;
// called on the db thread.
#pragma once

#include <string>

#include "boot/event_bus.hpp"
#include "boot/wake.hpp"

namespace bootferry::app {

class WakeSender final : public boot::Waker {
 public:
  struct Lan {
    std::string interface;
    unsigned index = 0;
    MacAddress mac;
    Ipv4Network network;
  };

  /// `bus` outlives it.
  WakeSender(Lan lan, boot::EventBus& bus) : lan_(std::move(lan)), bus_(bus) {}

  [[nodiscard]] Result<std::string> wake(const MacAddress& mac, std::optional<Ipv4Address> broadcast) override;

 private:
  [[nodiscard]] bool send_udp(ByteView packet, Ipv4Address to, bool on_lan) const;
  [[nodiscard]] bool send_frame(ByteView packet, const MacAddress& mac) const;

  const Lan lan_;
  boot::EventBus& bus_;
};

}  // namespace bootferry::app
