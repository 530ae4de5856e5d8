// SPDX-License-Identifier: Apache-2.0
// Requests built by hand, a registry that is a map, and short ways to look at actions: for the tests of dhcp.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "base/clock.hpp"
#include "dhcp/responder.hpp"

namespace bootferry::dhcp::testing {

inline Ipv4Address ip(const char* text) { return parse_ipv4_address(text).value(); }
inline MacAddress mac(const char* text) { return parse_mac_address(text).value(); }
inline const MacAddress pc1 = mac("52:54:00:e2:e0:01");
inline const MacAddress pc2 = mac("52:54:00:e2:e0:02");
inline const Ipv4Address us = ip("10.99.0.1");

class FakeRegistry final : public boot::ClientRegistry {
 public:
  std::shared_ptr<boot::RegistrySnapshot> state = std::make_shared<boot::RegistrySnapshot>();

  std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override { return state; }
  void note_seen(const boot::Sighting&) override {}
  Result<void> put_client(const boot::Client& client) override {
    return state->clients[client.mac] = client, Result<void>{};
  }
  Result<void> remove_client(const MacAddress& m) override { return state->clients.erase(m), Result<void>{}; }
  Result<void> put_image(const boot::Image&) override { return {}; }
  Result<void> remove_image(std::string_view) override { return {}; }

  void reserve(const MacAddress& m, Ipv4Address address) {
    boot::Client client;
    client.mac = m;
    client.reserved_address = address;
    state->clients[m] = client;
  }
};

inline Settings make_settings(Settings::Mode mode) {
  Settings settings;
  settings.mode = mode;
  settings.interface = "eth0";
  settings.network = {us, 24};
  settings.interface_mac = mac("02:00:00:00:00:01");
  settings.range = Ipv4Range{ip("10.99.0.100"), ip("10.99.0.199")};
  settings.gateways = {ip("10.99.0.254")};
  settings.dns = {ip("10.99.0.253"), ip("9.9.9.9")};
  settings.domain = "lan.example";
  settings.boot.server = us;
  settings.boot.loaders = {"undionly.kpxe", "snponly.efi", "snponly-arm64.efi"};
  return settings;
}

inline Message make_request(MessageType type, const MacAddress& from = pc1) {
  Message message;
  message.xid = 0x12345678;
  message.set_mac(from);
  message.set_u8(option::message_type, static_cast<std::uint8_t>(type));
  return message;
}

inline Message with_pxe(Message message, std::uint16_t architecture,
                        std::string_view vendor_class = "PXEClient:Arch:00000:UNDI:002001") {
  message.set_text(option::vendor_class, vendor_class);
  const Bytes list{static_cast<std::uint8_t>(architecture >> 8), static_cast<std::uint8_t>(architecture)};
  message.set(option::client_architecture, list);
  return message;
}

/// As an iPXE with iSCSI, HTTP and menus says it.
inline Message with_ipxe(Message message, std::uint16_t architecture = 0) {
  message = with_pxe(std::move(message), architecture);
  message.set_text(option::user_class, "iPXE");
  const Bytes features{0xb1, 5, 1, 0x1a, 0xf4, 0x10, 0,    0xeb, 3, 1,    0x15, 1,
                       0x17, 1, 1, 0x11, 1,    1,    0x13, 1,    1, 0x27, 1,    1};
  message.set(option::ipxe, features);
  return message;
}

template <class Kind>
std::vector<Kind> all(const Actions& actions) {
  std::vector<Kind> found;
  for (const Action& action : actions) {
    if (const Kind* one = std::get_if<Kind>(&action)) found.push_back(*one);
  }
  return found;
}

/// The only message that is sent, also when it waits for its lease; fails the test when there is none, or more.
inline Send sent(const Actions& actions) {
  std::vector<Send> sends = all<Send>(actions);
  for (const SaveLease& save : all<SaveLease>(actions)) {
    if (save.then_send) sends.push_back(*save.then_send);
  }
  EXPECT_EQ(sends.size(), 1u);
  return sends.empty() ? Send{} : sends.front();
}

inline bool is_silent(const Actions& actions) {
  for (const SaveLease& save : all<SaveLease>(actions)) {
    if (save.then_send) return false;
  }
  return all<Send>(actions).empty();
}

inline bool has_event(const Actions& actions, boot::EventKind kind) {
  for (const Publish& publish : all<Publish>(actions)) {
    if (publish.event.kind == kind) return true;
  }
  for (const SaveLease& save : all<SaveLease>(actions)) {
    for (const boot::Event& event : save.then_publish) {
      if (event.kind == kind) return true;
    }
  }
  return false;
}

/// A responder with a clock and a registry of its own, and the usual conversations.
struct Lab {
  explicit Lab(Settings::Mode mode, std::vector<boot::Lease> leases = {})
      : Lab(make_settings(mode), std::move(leases)) {}
  explicit Lab(Settings settings, std::vector<boot::Lease> leases = {})
      : responder(std::move(settings), registry, leases) {}

  [[nodiscard]] Moment now() const { return {clock.now(), clock.wall_now()}; }
  Actions hear(const Message& message, ReceivedOn from = {}) {
    Actions actions = responder.on_message(message, from, now());
    for (const SaveLease& save : all<SaveLease>(actions)) store[save.lease.address] = save.lease;
    return actions;
  }
  Actions tick_after(Duration step) {
    clock.advance(step);
    return responder.on_tick(now());
  }
  /// DISCOVER, waiting for the ARP probe when there is one.
  Actions discover(const Message& message) {
    Actions actions = hear(message);
    return all<Probe>(actions).empty() ? actions : tick_after(AddressServer::probe_time);
  }
  Message request_after(const Message& discover_message, const Message& offer) const {
    Message request = discover_message;
    request.set_u8(option::message_type, static_cast<std::uint8_t>(MessageType::request));
    request.set_address(option::server_id, offer.find_address(option::server_id).value_or(Ipv4Address{}));
    request.set_address(option::requested_address, offer.yiaddr);
    return request;
  }
  /// The whole of DISCOVER, OFFER, REQUEST, ACK; the address, or 0.0.0.0.
  Ipv4Address bind(const MacAddress& who) {
    const Message first = make_request(MessageType::discover, who);
    const Actions offered = discover(first);
    if (is_silent(offered)) return {};
    const Send ack = sent(hear(request_after(first, sent(offered).message)));
    return ack.message.type() == MessageType::ack ? ack.message.yiaddr : Ipv4Address{};
  }
  [[nodiscard]] std::vector<boot::Lease> stored() const {
    std::vector<boot::Lease> leases;
    for (const auto& [address, lease] : store) leases.push_back(lease);
    return leases;
  }

  ManualClock clock;
  FakeRegistry registry;
  std::map<Ipv4Address, boot::Lease> store;
  Responder responder;
};

inline std::string text_of_option(const Message& message, std::uint8_t code) { return std::string(message.text(code)); }

}  // namespace bootferry::dhcp::testing
