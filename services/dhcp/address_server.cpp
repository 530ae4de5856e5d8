// SPDX-License-Identifier: Apache-2.0
#include "dhcp/address_server.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bootferry::dhcp {
namespace {

boot::Event event_of(boot::EventKind kind, const MacAddress& mac, std::optional<Ipv4Address> address, std::string text,
                     std::vector<std::pair<std::string, std::string>> fields = {}) {
  return boot::Event{0, {}, kind, mac, address, std::move(text), std::move(fields)};
}

/// Host names go into tables and logs: letters, digits, '-', '_' and '.' only, 63 at most (RFC 1123 2.1).
std::string host_name_of(const Message& message) {
  std::string name;
  for (char c : message.text(option::host_name).substr(0, 63)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    name.push_back(plain ? c : '-');
  }
  return name;
}

Bytes client_id_of(const Message& message) {
  const Bytes* id = message.find(option::client_id);
  return id && id->size() <= 255 ? *id : Bytes{};
}

/// To the minute from two minutes on, in hours from two hours on.
std::string render_duration(std::chrono::seconds duration) {
  if (duration.count() < 120) return fmt::format("{} seconds", duration.count());
  const auto minutes = (duration.count() + 30) / 60;
  if (minutes < 120) return fmt::format("{} minutes", minutes);
  return minutes % 60 == 0 ? fmt::format("{} hours", minutes / 60)
                           : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace

void AddressServer::on_request(const Request& request, Moment now, Actions& out) {
  switch (*request.message.type()) {
    case MessageType::discover:
      return on_discover(request, now, out);
    case MessageType::request:
      return on_dhcp_request(request, now, out);
    case MessageType::release:
      return on_release(request, now, out);
    case MessageType::decline:
      return on_decline(request, now, out);
    case MessageType::inform:
      return on_inform(request, out);
    case MessageType::offer:
    case MessageType::ack:
    case MessageType::nak:
      return;  // only servers send these
  }
}

// ---- DISCOVER

void AddressServer::on_discover(const Request& request, Moment now, Actions& out) {
  if (const auto waiting = pending_.find(request.mac); waiting != pending_.end()) {
    waiting->second.request = request;  // a retransmission: the answer goes to the newest
    return;
  }
  if (!ports_.try_admit(request.message, now.steady)) {
    out.push_back(Publish{event_of(
        boot::EventKind::dhcp_ignored, request.mac, std::nullopt,
        fmt::format(
            "{} is one machine too many behind its port of the relay {}: more than {} asked there within {} minutes. "
            "Look for a machine that makes up MAC addresses.",
            request.mac.to_string(), request.message.giaddr.to_string(), PortLimits::machines_a_port,
            PortLimits::memory.count()))});
    return;
  }
  offer_or_probe(request, now.steady + probe_limit, now, out);
}

void AddressServer::offer_or_probe(Request request, SteadyTime give_up, Moment now, Actions& out) {
  const std::optional<Ipv4Address> address = pool_.choose(
      request.mac, request.reserved, request.message.find_address(option::requested_address), now, request.named);
  if (!address) {
    out.push_back(Publish{event_of(
        boot::EventKind::dhcp_ignored, request.mac, std::nullopt,
        fmt::format("No address is left for {}: all of {}-{} are in use, or kept for machines that have a name here. "
                    "Make the DHCP "
                    "range larger or the lease time shorter.",
                    request.mac.to_string(), pool_.range().first.to_string(), pool_.range().last.to_string()))});
    return;
  }
  if (now.steady >= give_up || !needs_probe(request, *address, now)) {
    next_probe_ahead_ = std::min(next_probe_ahead_, now.steady + probe_time);  // one less in stock
    return send_offer(request, *address, out);
  }
  const MacAddress mac = request.mac;
  const SteadyTime ends = std::min(now.steady + probe_time, give_up);
  probing_.insert_or_assign(*address, mac);
  probe_ends_.insert({ends, mac});
  pending_.insert_or_assign(mac, PendingOffer{std::move(request), *address, ends, give_up});
  out.push_back(Probe{*address});
}

bool AddressServer::needs_probe(const Request& request, Ipv4Address address, Moment now) const {
  if (!settings_.probe_addresses) return false;
  if (!request.message.giaddr.is_unspecified()) return false;  // behind a relay ARP does not reach
  if (request.reserved == address || pool_.is_bound(address, request.mac, now.wall)) return false;
  if (pending_.size() >= max_probes) return false;
  const auto confirmed = confirmed_.find(address);
  return confirmed == confirmed_.end() || confirmed->second + confirmation_time < now.steady;
}

void AddressServer::forget_probe(const MacAddress& mac) {
  const auto at = pending_.find(mac);
  if (at == pending_.end()) return;
  probing_.erase(at->second.address);
  probe_ends_.erase({at->second.probe_ends, mac});
  pending_.erase(at);
}

/// The next addresses to give are asked about before anybody wants one, so that a machine's first boot does not wait
/// for it.
void AddressServer::probe_ahead(Moment now, Actions& out) {
  next_probe_ahead_ = now.steady + probe_ahead_period;
  for (const Ipv4Address address : pool_.upcoming(settings_.probe_ahead, now)) {
    const auto confirmed = confirmed_.find(address);
    const bool lasts = confirmed != confirmed_.end() && confirmed->second + confirmation_time > next_probe_ahead_;
    if (lasts || probing_.contains(address) || probed_ahead_.contains(address)) continue;
    probed_ahead_.emplace(address, now.steady + probe_time);
    out.push_back(Probe{address});
  }
}

void AddressServer::on_probe_answer(Ipv4Address address, const MacAddress& holder, Moment now, Actions& out) {
  probed_ahead_.erase(
      address);  // taken: the machine that is offered it probes again, and learns it within a millisecond
  const auto probing = probing_.find(address);
  if (probing == probing_.end() || probing->second == holder) return;  // the client itself may still use it
  PendingOffer pending = pending_.at(probing->second);
  forget_probe(pending.request.mac);
  boot::Event event = event_of(boot::EventKind::dhcp_decline, pending.request.mac, address,
                               fmt::format("{} is already used by {}, so it is not given to {}.", address.to_string(),
                                           holder.to_string(), pending.request.mac.to_string()));
  out.push_back(SaveLease{pool_.quarantine(address, pending.request.mac, now.wall), std::nullopt, {std::move(event)}});
  offer_or_probe(std::move(pending.request), pending.give_up, now, out);
}

void AddressServer::on_tick(Moment now, Actions& out) {
  if (confirmed_.size() > 65536) confirmed_.clear();
  while (!probe_ends_.empty() && probe_ends_.begin()->first <= now.steady) {
    const PendingOffer pending = pending_.at(probe_ends_.begin()->second);
    forget_probe(pending.request.mac);
    confirmed_.insert_or_assign(pending.address, now.steady);
    send_offer(pending.request, pending.address, out);
  }
  std::erase_if(probed_ahead_, [&](const auto& probed) {
    if (probed.second > now.steady) return false;
    confirmed_.insert_or_assign(probed.first, now.steady);
    return true;
  });
  if (settings_.probe_addresses && settings_.probe_ahead > 0 && next_probe_ahead_ <= now.steady) probe_ahead(now, out);
}

std::optional<SteadyTime> AddressServer::next_wake() const {
  std::optional<SteadyTime> wake;
  auto consider = [&](SteadyTime time) { wake = std::min(wake.value_or(time), time); };
  if (!probe_ends_.empty()) consider(probe_ends_.begin()->first);
  for (const auto& [address, ends] : probed_ahead_) consider(ends);
  if (settings_.probe_addresses && settings_.probe_ahead > 0) consider(next_probe_ahead_);
  return wake;
}

void AddressServer::send_offer(const Request& request, Ipv4Address address, Actions& out) {
  Message offer = make_reply(request.message, MessageType::offer, settings_);
  offer.yiaddr = address;
  add_lease_times(offer, settings_.lease_time);
  add_network_options(offer, settings_);
  if (request.boot) add_boot_options(offer, *request.boot, BootForm::server, settings_);
  const Destination to = destination_of(offer, request.message, settings_);
  out.push_back(finish(std::move(offer), request.message, Port::server, to));
  out.push_back(Publish{event_of(boot::EventKind::dhcp_offer, request.mac, address,
                                 fmt::format("Offered {} to {}.", address.to_string(), request.mac.to_string()))});
}

// ---- REQUEST (RFC 2131 4.3.2)

void AddressServer::on_dhcp_request(const Request& request, Moment now, Actions& out) {
  forget_probe(request.mac);
  if (const auto server = request.message.find_address(option::server_id))
    return on_selecting(request, *server, now, out);
  if (request.message.ciaddr.is_unspecified()) {
    const auto wanted = request.message.find_address(option::requested_address);
    if (wanted) on_init_reboot(request, *wanted, now, out);
    return;
  }
  on_extending(request, now, out);
}

void AddressServer::on_selecting(const Request& request, Ipv4Address server, Moment now, Actions& out) {
  if (server != settings_.network.address) return on_other_chosen(request, server, out);
  // Some clients put a server identifier into renewals too; then the address is in ciaddr.
  const Ipv4Address wanted = request.message.find_address(option::requested_address).value_or(request.message.ciaddr);
  if (pool_.is_owned(wanted, request.mac, now)) return grant(request, wanted, now, out);
  refuse(request, fmt::format("{} was not offered to it.", wanted.to_string()), out);
}

void AddressServer::on_other_chosen(const Request& request, Ipv4Address server, Actions& out) {
  pool_.drop_hold(request.mac);
  if (!request.boot) return;  // a machine that does not netboot may take whose address it likes
  out.push_back(Publish{
      event_of(boot::EventKind::dhcp_other_chosen, request.mac, request.message.find_address(option::requested_address),
               fmt::format("PC {} took the offer of another DHCP server, {}, so it does not boot from us. Switch "
                           "that server off, or start Bootferry with --dhcp-mode proxy.",
                           request.mac.to_string(), server.to_string()),
               {{"server", server.to_string()}})});
}

void AddressServer::on_init_reboot(const Request& request, Ipv4Address wanted, Moment now, Actions& out) {
  if (!settings_.network.contains(wanted))
    return refuse(request, fmt::format("{} belongs to another network.", wanted.to_string()), out);
  if (pool_.is_owned(wanted, request.mac, now)) return grant(request, wanted, now, out);
  const boot::Lease* lease = pool_.find(wanted);
  const bool taken = lease && lease->mac != request.mac && lease->expires > now.wall;
  if (taken || pool_.find(request.mac))
    return refuse(request, fmt::format("{} is not its address.", wanted.to_string()), out);
  // Nothing is known of the client: RFC 2131 wants silence, another server may know it.
}

void AddressServer::on_extending(const Request& request, Moment now, Actions& out) {
  const Ipv4Address address = request.message.ciaddr;
  if (pool_.is_owned(address, request.mac, now)) return grant(request, address, now, out);
  if (!settings_.network.contains(address))
    return refuse(request, fmt::format("{} belongs to another network.", address.to_string()), out);
  // Renewing (unicast) means that we once gave it the address: after the loss of our records a free one may be kept.
  if (request.from.unicast && pool_.is_available(address, request.mac, now)) return grant(request, address, now, out);
  const boot::Lease* lease = pool_.find(address);
  const bool taken = lease && lease->mac != request.mac && lease->expires > now.wall;
  if (request.from.unicast || taken) refuse(request, fmt::format("{} is not its address.", address.to_string()), out);
}

/// One boot asks several times within seconds (ROM, iPXE, system). A lease that is on the disk and still almost whole
/// is told again as it stands: nothing new has to be saved before the ACK.
const boot::Lease* AddressServer::find_durable(const Request& request, Ipv4Address address, Moment now) const {
  if (!pool_.is_bound(address, request.mac, now.wall)) return nullptr;
  const boot::Lease* lease = pool_.find(address);
  const auto durable = durable_until_.find(address);
  const bool saved = durable != durable_until_.end() && durable->second == lease->expires;
  const bool almost_whole = lease->expires >= now.wall + settings_.lease_time * 15 / 16;
  const std::string hostname = host_name_of(request.message);
  return saved && almost_whole && (hostname.empty() || hostname == lease->hostname) ? lease : nullptr;
}

Send AddressServer::make_ack(const Request& request, Ipv4Address address, std::chrono::seconds lease_time) const {
  Message ack = make_reply(request.message, MessageType::ack, settings_);
  ack.ciaddr = request.message.ciaddr;
  ack.yiaddr = address;
  add_lease_times(ack, lease_time);
  add_network_options(ack, settings_);
  if (request.boot) add_boot_options(ack, *request.boot, BootForm::server, settings_);
  const Destination to = destination_of(ack, request.message, settings_);
  return finish(std::move(ack), request.message, Port::server, to);
}

boot::Event AddressServer::ack_event(const Request& request, const boot::Lease& lease,
                                     std::chrono::seconds time) const {
  std::string text = fmt::format("{} has the address {} for {}.", request.mac.to_string(), lease.address.to_string(),
                                 render_duration(time));
  return event_of(boot::EventKind::dhcp_ack, request.mac, lease.address, std::move(text),
                  {{"hostname", lease.hostname}});
}

void AddressServer::grant(const Request& request, Ipv4Address address, Moment now, Actions& out) {
  out.push_back(LearnAddress{address, request.mac});
  if (const boot::Lease* lease = find_durable(request, address, now)) {
    const auto rest = std::chrono::floor<std::chrono::seconds>(lease->expires - now.wall);
    out.push_back(make_ack(request, address, rest));
    out.push_back(Publish{ack_event(request, *lease, rest)});
    pool_.drop_hold(request.mac);
    return;
  }
  const boot::Lease lease{address,
                          request.mac,
                          client_id_of(request.message),
                          host_name_of(request.message),
                          boot::LeaseState::bound,
                          now.wall + settings_.lease_time};
  pool_.bind(lease);
  out.push_back(SaveLease{
      lease, make_ack(request, address, settings_.lease_time), {ack_event(request, lease, settings_.lease_time)}});
}

void AddressServer::refuse(const Request& request, std::string reason, Actions& out) {
  Message nak = make_reply(request.message, MessageType::nak, settings_);
  nak.set_text(option::message, reason);
  if (!nak.giaddr.is_unspecified()) nak.flags |= Message::broadcast_flag;  // RFC 2131 4.3.2: the relay broadcasts it
  const Destination to = destination_of(nak, request.message, settings_);
  out.push_back(finish(std::move(nak), request.message, Port::server, to));
  out.push_back(Publish{event_of(boot::EventKind::dhcp_nak, request.mac, std::nullopt,
                                 fmt::format("Told {} to ask anew: {}", request.mac.to_string(), reason))});
}

// ---- RELEASE, DECLINE, INFORM (RFC 2131 4.3.3 to 4.3.5)

void AddressServer::on_release(const Request& request, Moment now, Actions& out) {
  const Ipv4Address address = request.message.ciaddr;
  const auto server = request.message.find_address(option::server_id);
  if ((server && *server != settings_.network.address) || !pool_.is_bound(address, request.mac, now.wall)) return;
  boot::Event event = event_of(boot::EventKind::dhcp_release, request.mac, address,
                               fmt::format("{} gave {} back.", request.mac.to_string(), address.to_string()));
  out.push_back(SaveLease{pool_.release(address, now.wall), std::nullopt, {std::move(event)}});
}

void AddressServer::on_decline(const Request& request, Moment now, Actions& out) {
  const auto address = request.message.find_address(option::requested_address);
  const auto server = request.message.find_address(option::server_id);
  // Only who was given an address may refuse it: else one machine could empty the pool.
  if (!address || (server && *server != settings_.network.address) || !pool_.is_owned(*address, request.mac, now))
    return;
  boot::Event event =
      event_of(boot::EventKind::dhcp_decline, request.mac, address,
               fmt::format("{} found {} in use by somebody else; nobody gets it for {} minutes. Look for a machine "
                           "with that fixed address.",
                           request.mac.to_string(), address->to_string(), LeasePool::quarantine_time.count() / 60));
  confirmed_.erase(*address);
  out.push_back(SaveLease{pool_.quarantine(*address, request.mac, now.wall), std::nullopt, {std::move(event)}});
}

void AddressServer::on_inform(const Request& request, Actions& out) {
  if (request.message.ciaddr.is_unspecified() || !settings_.network.contains(request.message.ciaddr)) return;
  Message ack = make_reply(request.message, MessageType::ack, settings_);
  ack.ciaddr = request.message.ciaddr;
  add_network_options(ack, settings_);
  if (request.boot) add_boot_options(ack, *request.boot, BootForm::server, settings_);
  const Destination to = destination_of(ack, request.message, settings_);
  out.push_back(finish(std::move(ack), request.message, Port::server, to));
}

}  // namespace bootferry::dhcp
