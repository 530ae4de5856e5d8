// SPDX-License-Identifier: Apache-2.0
#include "dhcp/responder.hpp"

#include <fmt/format.h>

#include "boot/client_words.hpp"

namespace bootferry::dhcp {
namespace {

constexpr std::chrono::seconds reservations_age{
    1};  ///< sightings make new snapshots all the time; reservations seldom change

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

std::string answer_text(const BootAnswer& answer) {
  return std::visit(Overloaded{[](const boot::Ignore& ignore) { return ignore.reason; },
                               [](const boot::SendLoader& loader) { return "its loader " + loader.file; },
                               [](const boot::RunScript&) { return std::string("its boot script"); }},
                    answer.decision);
}

bool is_ignored(const BootAnswer& answer) { return std::holds_alternative<boot::Ignore>(answer.decision); }

}  // namespace

Responder::Responder(Settings settings, const boot::ClientRegistry& registry, const std::vector<boot::Lease>& leases)
    : settings_(std::move(settings)), registry_(registry) {
  if (settings_.mode != Settings::Mode::server) return;
  addresses_.emplace(settings_);
  addresses_->pool().restore(leases);
}

Actions Responder::on_message(const Message& message, const ReceivedOn& from, Moment now) {
  Actions out;
  if (!is_for_us(message)) return out;
  const Request request = examine(message, from, now, out);
  if (from.port == Port::pxe) {
    on_pxe_port(request, now, out);
  } else {
    on_server_port(request, now, out);
  }
  return out;
}

Actions Responder::on_file_sent(const MacAddress& mac, Moment now) {
  Actions out;
  on_progress(mac, now, out);
  return out;
}

void Responder::on_progress(const MacAddress& mac, Moment now, Actions& out) {
  const auto learned = forms_.on_progress(mac);
  if (!learned) return;
  boot::Sighting sighting{mac, std::nullopt, boot::Architecture::unknown, now.wall};
  sighting.learned_proxy_form = learned;
  out.push_back(NoteSeen{sighting});
  if (!event_limit_.try_take(now.steady)) return;
  out.push_back(Publish{boot::Event{
      0,
      {},
      boot::EventKind::quirk_learned,
      mac,
      std::nullopt,
      fmt::format(
          "PC {} goes on with proxyDHCP offers in the form {} only; from now on it gets them so. To pin a form: "
          "bootferry client set {} --proxy-form {}",
          mac.to_string(), name_of(*learned), mac.to_string(), name_of(*learned)),
      {{"proxy_form", std::string(name_of(*learned))}}}});
}

Actions Responder::on_probe_answer(Ipv4Address address, const MacAddress& holder, Moment now) {
  Actions out;
  if (addresses_) addresses_->on_probe_answer(address, holder, now, out);
  return out;
}

Actions Responder::on_tick(Moment now) {
  Actions out;
  if (addresses_) addresses_->on_tick(now, out);
  return out;
}

std::optional<SteadyTime> Responder::next_wake() const { return addresses_ ? addresses_->next_wake() : std::nullopt; }

bool Responder::is_for_us(const Message& message) const {
  if (settings_.mode == Settings::Mode::off || message.op != Message::boot_request || !message.type()) return false;
  if (message.hardware_type != Message::ethernet || message.hardware_length != 6) return false;
  const MacAddress mac = message.mac();
  // Our own machine may itself ask a DHCP server by this interface.
  return !mac.is_multicast() && mac != MacAddress{} && mac != settings_.interface_mac;
}

Request Responder::examine(const Message& message, const ReceivedOn& from, Moment now, Actions& out) {
  Request request{message, from, message.mac(), std::nullopt, std::nullopt, false};
  const auto snapshot = registry_.snapshot();
  const boot::Client* client = snapshot->find_client(request.mac);
  if (client) request.reserved = client->reserved_address;
  request.named = client && client->known;
  if (addresses_) refresh_reservations(*snapshot, now);
  if (auto netboot = find_netboot_client(message)) {
    boot::LoaderDecision decision = boot::decide_loader(netboot->facts, *snapshot, settings_.boot);
    request.boot = BootAnswer{std::move(*netboot), std::move(decision)};
    note_netbooting(request, now, out);
    // Who speaks as iPXE has run a loader: the offer before was understood.
    if (request.boot->client.facts.firmware == boot::Firmware::ipxe) on_progress(request.mac, now, out);
  } else if (client && *message.type() == MessageType::request) {
    // The system of a machine that we know goes on with DHCP after its boot.
    const auto address =
        message.ciaddr.is_unspecified() ? message.find_address(option::requested_address) : message.ciaddr;
    out.push_back(NoteSeen{{request.mac, address, boot::Architecture::unknown, now.wall}});
  }
  return request;
}

void Responder::note_netbooting(const Request& request, Moment now, Actions& out) {
  const MessageType type = *request.message.type();
  if (type != MessageType::discover && type != MessageType::request) return;
  std::optional<Ipv4Address> address;
  if (!request.message.ciaddr.is_unspecified()) {
    address = request.message.ciaddr;
  } else if (type == MessageType::request) {
    address = request.message.find_address(option::requested_address);
  }
  out.push_back(Netbooting{request.mac});
  out.push_back(NoteSeen{{request.mac, address, request.boot->client.facts.architecture, now.wall}});
  // Beside another server this REQUEST is the only place where the machine's address is heard.
  if (settings_.mode == Settings::Mode::proxy && address && settings_.network.contains(*address))
    out.push_back(LearnAddress{*address, request.mac});
}

void Responder::tell(boot::EventKind kind, const Request& request, std::optional<Ipv4Address> address, std::string text,
                     Moment now, Actions& out, std::string_view form) {
  if (!event_limit_.try_take(now.steady)) return;
  std::vector<std::pair<std::string, std::string>> fields{{"xid", fmt::format("0x{:08x}", request.message.xid)}};
  if (request.boot) {
    fields.emplace_back("architecture", name_of(request.boot->client.facts.architecture));
    fields.emplace_back("firmware", describe(request.boot->client.facts));
  }
  if (!form.empty()) fields.emplace_back("form", form);
  out.push_back(Publish{boot::Event{0, {}, kind, request.mac, address, std::move(text), std::move(fields)}});
}

// ---- port 67

void Responder::on_server_port(const Request& request, Moment now, Actions& out) {
  const MessageType type = *request.message.type();
  const std::string who = request.boot ? fmt::format("PC {}", request.mac.to_string()) : request.mac.to_string();
  const std::string how = request.boot ? fmt::format(" ({})", describe(request.boot->client.facts)) : "";
  const bool concerns_us = addresses_ || request.boot;
  if (type == MessageType::discover && concerns_us) {
    tell(boot::EventKind::dhcp_discover, request, std::nullopt, fmt::format("{} asks for an address{}", who, how), now,
         out);
  } else if (type == MessageType::request && concerns_us) {
    const auto wanted = request.message.ciaddr.is_unspecified()
                            ? request.message.find_address(option::requested_address)
                            : request.message.ciaddr;
    tell(boot::EventKind::dhcp_request, request, wanted,
         fmt::format("{} wants to use {}{}", who, wanted.value_or(Ipv4Address::any()).to_string(), how), now, out);
  }
  if (type == MessageType::discover && request.boot && is_ignored(*request.boot)) {
    tell(boot::EventKind::dhcp_ignored, request, std::nullopt,
         fmt::format("{} cannot be booted: {}", who, answer_text(*request.boot)), now, out);
  }
  if (!addresses_) return on_proxy_request(request, now, out);
  if (!is_behind_known_relay(request.message)) {
    tell(boot::EventKind::dhcp_ignored, request, request.message.giaddr,
         fmt::format("{} asks through the relay {}, whose network has no DHCP range here.", who,
                     request.message.giaddr.to_string()),
         now, out);
    return;
  }
  Actions answers;
  addresses_->on_request(request, now, answers);
  for (Action& action : answers) {
    if (const auto* publish = std::get_if<Publish>(&action); publish && !event_limit_.try_take(now.steady)) continue;
    if (auto* save = std::get_if<SaveLease>(&action)) {
      std::erase_if(save->then_publish, [&](const boot::Event&) { return !event_limit_.try_take(now.steady); });
    }
    out.push_back(std::move(action));
  }
}

bool Responder::is_behind_known_relay(const Message& message) const {
  const Ipv4Address relay = message.giaddr;
  return relay.is_unspecified() || settings_.network.contains(relay) || settings_.range->contains(relay);
}

void Responder::on_proxy_request(const Request& request, Moment now, Actions& out) {
  if (!request.boot || is_ignored(*request.boot)) return;
  const MessageType type = *request.message.type();
  const bool chose_us = request.message.find_address(option::server_id) == settings_.network.address;
  if (type != MessageType::discover && !(type == MessageType::request && chose_us)) return;
  const bool offer = type == MessageType::discover;
  Destination to{Destination::Way::broadcast, Ipv4Address::broadcast(), settings_.client_port, MacAddress::broadcast()};
  if (!request.message.giaddr.is_unspecified()) {
    to = {Destination::Way::unicast, request.message.giaddr, settings_.server_port, {}};
  } else if (!request.message.ciaddr.is_unspecified()) {
    to = {Destination::Way::unicast, request.message.ciaddr, settings_.client_port, request.mac};
  }
  const std::string what = answer_text(*request.boot), whom = request.mac.to_string();
  if (!offer) {
    send_boot_answer(request, MessageType::ack, BootForm::proxy_ack, to, out);
    return tell(boot::EventKind::dhcp_ack, request, std::nullopt,
                fmt::format("Offered {} to {}, which chose us.", what, whom), now, out);
  }
  const std::string plainly = fmt::format("Offered {} to {}; another DHCP server gives its address.", what, whom);
  if (request.boot->client.facts.firmware != boot::Firmware::pxe) {
    send_boot_answer(request, MessageType::offer, BootForm::proxy_option43, to, out);
    return tell(boot::EventKind::dhcp_offer, request, std::nullopt, plainly, now, out);
  }
  const ProxyForms::Choice choice = forms_.choose(request.boot->client.facts, *registry_.snapshot(), now.steady);
  send_boot_answer(request, MessageType::offer,
                   choice.form == boot::ProxyForm::binl ? BootForm::proxy_binl : BootForm::proxy_option43, to, out);
  tell(boot::EventKind::dhcp_offer, request, std::nullopt,
       choice.flipped ? fmt::format("Offered {} to {}, this time in the form {}, as it asks again without going on.",
                                    what, whom, name_of(choice.form))
                      : plainly,
       now, out, name_of(choice.form));
}

// ---- port 4011

void Responder::on_pxe_port(const Request& request, Moment now, Actions& out) {
  const MessageType type = *request.message.type();
  if (!request.boot || (type != MessageType::request && type != MessageType::discover && type != MessageType::inform))
    return;
  const auto client_address =
      request.message.ciaddr.is_unspecified() ? std::nullopt : std::optional(request.message.ciaddr);
  tell(boot::EventKind::pxe_request, request, client_address,
       fmt::format("PC {} asks where its boot file is ({})", request.mac.to_string(),
                   describe(request.boot->client.facts)),
       now, out);
  on_progress(request.mac, now, out);
  if (is_ignored(*request.boot)) return;
  // The answer goes to the very port that asked: UEFI asks from 4011, BIOS from 68.
  Destination to{Destination::Way::unicast, request.from.source, request.from.source_port, request.mac};
  if (request.from.source.is_unspecified())
    to = {Destination::Way::broadcast, Ipv4Address::broadcast(), request.from.source_port, MacAddress::broadcast()};
  send_boot_answer(request, MessageType::ack, BootForm::proxy_ack, to, out);
}

void Responder::send_boot_answer(const Request& request, MessageType type, BootForm form, Destination to,
                                 Actions& out) {
  Message reply = make_reply(request.message, type, settings_);
  if (type == MessageType::ack) reply.ciaddr = request.message.ciaddr;
  add_boot_options(reply, *request.boot, form, settings_);
  out.push_back(finish(std::move(reply), request.message, request.from.port, to));
}

// ---- reservations

void Responder::refresh_reservations(const boot::RegistrySnapshot& snapshot, Moment now) {
  if (reservations_read_ && now.steady - *reservations_read_ < reservations_age) return;
  reservations_read_ = now.steady;
  LeasePool::Reservations reservations;
  for (const auto& [mac, client] : snapshot.clients) {
    if (client.reserved_address) reservations.emplace(*client.reserved_address, mac);
  }
  addresses_->pool().set_reservations(std::move(reservations));
}

}  // namespace bootferry::dhcp
