// SPDX-License-Identifier: Apache-2.0
// DHCPv6 messages built by hand, for the tests of dhcpv6.
#pragma once

#include <algorithm>
#include <string>

#include "dhcpv6/responder.hpp"

namespace bootferry::dhcpv6::testing {

inline const MacAddress pc1 = parse_mac_address("52:54:00:e2:e0:01").value();
inline const Ipv6Address pc1_address{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x50, 0x54, 0, 0xff, 0xfe, 0xe2, 0xe0, 1};
inline const Bytes client_duid{0, 3, 0, 1, 0x52, 0x54, 0, 0xe2, 0xe0, 1};
inline const Bytes our_duid{0, 3, 0, 1, 2, 0, 0, 0, 0, 1};

class EmptyRegistry final : public boot::ClientRegistry {
 public:
  std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override { return state_; }
  void note_seen(const boot::Sighting&) override {}
  Result<void> put_client(const boot::Client&) override { return {}; }
  Result<void> remove_client(const MacAddress&) override { return {}; }
  Result<void> put_image(const boot::Image&) override { return {}; }
  Result<void> remove_image(std::string_view) override { return {}; }

 private:
  std::shared_ptr<const boot::RegistrySnapshot> state_ = std::make_shared<boot::RegistrySnapshot>();
};

inline Settings make_settings() {
  Settings settings;
  settings.interface_mac = MacAddress{{2, 0, 0, 0, 0, 1}};
  settings.boot.server = {0x0a630001};
  settings.boot.loaders = {"snponly.efi", "undionly.kpxe"};
  return settings;
}

inline Bytes vendor_class(std::uint32_t enterprise, std::string_view word) {
  Bytes data;
  ByteWriter writer(data);
  writer.u32(enterprise);
  writer.u16(static_cast<std::uint16_t>(word.size()));
  writer.text(word);
  return data;
}

/// As UEFI asks for an address.
inline Message solicit(std::uint8_t architecture, std::string_view word, std::uint32_t enterprise = 343) {
  Message message;
  message.xid = 0x123456;
  message.add(option::client_id, client_duid);
  message.add(option::ia_na, Bytes{0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0});
  message.add(option::client_architecture, Bytes{0, architecture});
  message.add(option::vendor_class, vendor_class(enterprise, word));
  return message;
}

inline Message without(Message message, std::uint16_t code) {
  std::erase_if(message.options, [code](const Option& option) { return option.code == code; });
  return message;
}

inline std::string text(const Message& message, std::uint16_t code) {
  const Bytes* data = message.find(code);
  return data ? std::string(text_of(*data)) : "";
}

struct Lab {
  Answer hear(const Message& message, const Ipv6Address& source = pc1_address, bool multicast = true) {
    return responder.on_message(message, {source, multicast, false, std::nullopt}, "fd00::1", now);
  }
  SteadyTime now{};
  EmptyRegistry registry;
  Responder responder{make_settings(), registry};
};

}  // namespace bootferry::dhcpv6::testing
