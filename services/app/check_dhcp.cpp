// SPDX-License-Identifier: Apache-2.0
// The self-test as a machine that asks DHCP.
#include <fmt/format.h>

#include "app/check_probes.hpp"
#include "dhcp/codec.hpp"
#include "dhcp/responder.hpp"

namespace bootferry::app {
namespace {

using dhcp::Message;
namespace option = dhcp::option;

struct Role {
  Pretender pretender;
  std::string_view name, vendor_class;
  std::uint8_t architecture;
};
constexpr Role roles[] = {
    {Pretender::bios, "a PXE BIOS", "PXEClient:Arch:00000:UNDI:002001", 0},
    {Pretender::uefi, "UEFI x64 by PXE", "PXEClient:Arch:00007:UNDI:003000", 7},
    {Pretender::uefi_http, "UEFI x64 by HTTP", "HTTPClient:Arch:00016:UNDI:003001", 16},
    {Pretender::ipxe, "iPXE", "PXEClient:Arch:00000:UNDI:002001", 0},
};

const Role& role_of(Pretender pretender) { return roles[static_cast<std::size_t>(pretender)]; }

Message make_message(const Role& role, dhcp::MessageType type) {
  Message message;
  message.xid = 0xb007f3cc;
  message.flags = Message::broadcast_flag;
  message.set_mac({{0x02, 0xb0, 0x07, 0xfe, 0xcc, role.architecture}});  // locally administered: nobody's
  message.set_u8(option::message_type, static_cast<std::uint8_t>(type));
  message.set_text(option::vendor_class, role.vendor_class);
  message.set(option::client_architecture, Bytes{0, role.architecture});
  if (role.pretender != Pretender::ipxe) return message;
  message.set_text(option::user_class, "iPXE");
  // iPXE's features.h: iSCSI, HTTP, DNS, TFTP, menus.
  message.set(option::ipxe, Bytes{0x11, 1, 1, 0x13, 1, 1, 0x17, 1, 1, 0x15, 1, 1, 0x27, 1, 1});
  return message;
}

/// The answer's boot file, through bytes both ways; empty when it has none.
Result<std::string> ask(dhcp::Responder& responder, const Message& question, const dhcp::ReceivedOn& from) {
  const auto bytes = dhcp::encode(question);
  if (!bytes) return std::unexpected(bytes.error());
  const auto heard = dhcp::decode(*bytes);
  if (!heard) return std::unexpected(heard.error());
  const SystemClock clock;
  std::string why = "nobody answers";
  for (const dhcp::Action& action : responder.on_message(*heard, from, {clock.now(), clock.wall_now()})) {
    if (const auto* told = std::get_if<dhcp::Publish>(&action);
        told && told->event.kind == boot::EventKind::dhcp_ignored)
      why = told->event.text;
    const auto* sent = std::get_if<dhcp::Send>(&action);
    if (!sent) continue;
    const auto answer = dhcp::encode(sent->message, sent->limit);
    const auto message = answer ? dhcp::decode(*answer) : Result<Message>(std::unexpected(answer.error()));
    if (!message) return std::unexpected(message.error());
    return message->file.empty() ? std::string(message->text(option::boot_file)) : message->file;
  }
  return fail(ErrorKind::not_found, why);
}

/// Tells what is there, and takes nothing in.
class ReadOnlyRegistry final : public boot::ClientRegistry {
 public:
  explicit ReadOnlyRegistry(const boot::ClientRegistry& below) : below_(below) {}
  [[nodiscard]] std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override { return below_.snapshot(); }
  void note_seen(const boot::Sighting&) override {}
  Result<void> put_client(const boot::Client&) override { return {}; }
  Result<void> remove_client(const MacAddress&) override { return {}; }
  Result<void> put_image(const boot::Image&) override { return {}; }
  Result<void> remove_image(std::string_view) override { return {}; }

 private:
  const boot::ClientRegistry& below_;
};

}  // namespace

std::string_view name_of(Pretender pretender) { return role_of(pretender).name; }

Result<std::string> probe_dhcp(Pretender pretender, const dhcp::Settings& settings,
                               const boot::ClientRegistry& registry) {
  const Role& role = role_of(pretender);
  dhcp::Settings beside = settings;  // which file to boot is told alike in both modes, and this one gives no address
  beside.mode = dhcp::Settings::Mode::proxy;
  const ReadOnlyRegistry unchanged(registry);
  dhcp::Responder responder(beside, unchanged, {});
  auto file = ask(responder, make_message(role, dhcp::MessageType::discover), {});
  if (!file || !file->empty()) return file;
  // An offer without a file sends the firmware to port 4011 (PXE 2.1, 2.2.4).
  Message request = make_message(role, dhcp::MessageType::request);
  request.ciaddr = settings.network.address;
  return ask(responder, request, {dhcp::Port::pxe, settings.network.address, 4011, true});
}

}  // namespace bootferry::app
