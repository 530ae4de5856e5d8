// SPDX-License-Identifier: Apache-2.0
// A conversation made of arbitrary messages, ARP answers and passing time: no crash, every reply encodes, a machine
// that was stopped after any of it starts again on its own leases, and no address has two owners.
#include <cstdint>
#include <cstdlib>
#include <map>

#include "dhcp/codec.hpp"
#include "dhcp/responder.hpp"

namespace {

using namespace bootferry;

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

dhcp::Settings make_settings(bool proxy) {
  dhcp::Settings settings;
  settings.mode = proxy ? dhcp::Settings::Mode::proxy : dhcp::Settings::Mode::server;
  settings.network = {{0x0a630001}, 24};
  settings.interface_mac = MacAddress{{2, 0, 0, 0, 0, 1}};
  settings.range = Ipv4Range{{0x0a630064}, {0x0a63006b}};
  settings.boot.server = settings.network.address;
  settings.boot.loaders = {"undionly.kpxe", "snponly.efi"};
  return settings;
}

struct Conversation {
  explicit Conversation(bool proxy) : settings(make_settings(proxy)) { restart(); }

  void restart() {
    std::vector<boot::Lease> leases;
    for (const auto& [address, lease] : stored) leases.push_back(lease);
    responder.emplace(settings, registry, leases);
  }
  void check_send(const dhcp::Send& send) {
    if (!dhcp::encode(send.message, send.limit) && send.message.options.size() < 8) std::abort();
  }
  void check(const dhcp::Actions& actions) {
    for (const dhcp::Action& action : actions) {
      if (const auto* send = std::get_if<dhcp::Send>(&action)) check_send(*send);
      const auto* save = std::get_if<dhcp::SaveLease>(&action);
      if (!save) continue;
      if (save->then_send) check_send(*save->then_send);
      const auto known = stored.find(save->lease.address);
      const bool alive =
          known != stored.end() && known->second.state == boot::LeaseState::bound && known->second.expires > now.wall;
      if (alive && save->lease.state == boot::LeaseState::bound && known->second.mac != save->lease.mac) std::abort();
      stored[save->lease.address] = save->lease;
    }
  }

  dhcp::Settings settings;
  EmptyRegistry registry;
  std::map<Ipv4Address, boot::Lease> stored;
  dhcp::Moment now{SteadyTime{std::chrono::hours(1)}, WallTime{std::chrono::hours(1)}};
  std::optional<dhcp::Responder> responder;
};

/// A message from few bytes, so that conversations are found; every 8th is raw bytes through the decoder.
dhcp::Message read_message(ByteReader& in) {
  dhcp::Message message;
  const std::uint8_t kind = in.u8();
  message.set_mac(MacAddress{{0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(in.u8() % 12)}});
  message.set_u8(dhcp::option::message_type, static_cast<std::uint8_t>(1 + kind % 8));
  const std::uint8_t have = in.u8();
  const auto address = [&] { return Ipv4Address{0x0a630060 + in.u8() % 16u}; };
  if (have & 1) message.set_address(dhcp::option::requested_address, address());
  if (have & 2) message.ciaddr = address();
  if (have & 4) message.set_address(dhcp::option::server_id, (have & 8) ? Ipv4Address{0x0a630001} : address());
  if (have & 16) message.giaddr = address();
  if (have & 32) message.set_text(dhcp::option::vendor_class, (have & 64) ? "PXEClient:Arch:00007" : "HTTPClient");
  for (std::uint8_t i = 0, count = (have & 128) ? static_cast<std::uint8_t>(in.u8() % 6) : 0; i < count; ++i) {
    const std::uint8_t code = in.u8();
    const ByteView data = in.take(std::min<std::size_t>(in.u8(), in.remaining()));
    if (code != 0 && code != 255 && code != dhcp::option::overload) message.set(code, data);
  }
  return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in(ByteView(data, size));
  Conversation talk((in.u8() & 1) != 0);
  while (!in.done()) {
    const std::uint8_t what = in.u8();
    if (what < 160) {
      const dhcp::Message message = read_message(in);
      const dhcp::ReceivedOn from{
          what & 1 ? dhcp::Port::pxe : dhcp::Port::server, {what & 2 ? 0x0a630066u : 0u}, 68, (what & 4) != 0};
      talk.check(talk.responder->on_message(message, from, talk.now));
    } else if (what < 190) {
      const Duration step =
          what & 1 ? Duration(std::chrono::milliseconds(in.u8())) : Duration(std::chrono::seconds(in.u8() * 16));
      talk.now.steady += step;
      talk.now.wall += std::chrono::duration_cast<std::chrono::milliseconds>(step);
      talk.check(talk.responder->on_tick(talk.now));
    } else if (what < 220) {
      talk.check(talk.responder->on_probe_answer({0x0a630060 + in.u8() % 16u},
                                                 MacAddress{{0x52, 0x54, 0, 0, 0, in.u8()}}, talk.now));
    } else if (what < 230) {
      talk.restart();
    } else {
      const ByteView raw = in.take(std::min<std::size_t>(in.u16(), in.remaining()));
      if (const auto message = dhcp::decode(raw)) talk.check(talk.responder->on_message(*message, {}, talk.now));
    }
  }
  return 0;
}
