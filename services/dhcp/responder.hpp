// SPDX-License-Identifier: Apache-2.0
// The DHCP service's mind: a message in, actions out. Checks who asks, asks the boot policy, and answers as the
// network's DHCP server or as a proxyDHCP beside one (PXE 2.1 section 2.2), on ports 67 and 4011. Owned by Server, on
// loop 0; pure: no sockets, no clock, and hostile input costs only a bounded table entry.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "base/rate_limit.hpp"
#include "boot/client_registry.hpp"
#include "dhcp/action.hpp"
#include "dhcp/address_server.hpp"
#include "dhcp/proxy_forms.hpp"
#include "dhcp/settings.hpp"

namespace bootferry::dhcp {

class Responder {
 public:
  /// `registry` outlives the responder; `leases` are those of a former life (server mode). Server mode needs
  /// settings.range.
  Responder(Settings settings, const boot::ClientRegistry& registry, const std::vector<boot::Lease>& leases);
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  [[nodiscard]] Actions on_message(const Message& message, const ReceivedOn& from, Moment now);
  /// The machine was sent a file (TFTP or HTTP), so the offer that told it was understood.
  [[nodiscard]] Actions on_file_sent(const MacAddress& mac, Moment now);
  [[nodiscard]] Actions on_probe_answer(Ipv4Address address, const MacAddress& holder, Moment now);
  /// What a SaveLease action asked for is durable.
  void on_saved(const boot::Lease& lease) {
    if (addresses_) addresses_->on_saved(lease);
  }
  [[nodiscard]] Actions on_tick(Moment now);
  /// When on_tick wants to be called; empty when nothing waits.
  [[nodiscard]] std::optional<SteadyTime> next_wake() const;

 private:
  [[nodiscard]] bool is_for_us(const Message& message) const;
  [[nodiscard]] Request examine(const Message& message, const ReceivedOn& from, Moment now, Actions& out);
  void note_netbooting(const Request& request, Moment now, Actions& out);
  void tell(boot::EventKind kind, const Request& request, std::optional<Ipv4Address> address, std::string text,
            Moment now, Actions& out, std::string_view form = {});
  void on_progress(const MacAddress& mac, Moment now, Actions& out);
  void on_server_port(const Request& request, Moment now, Actions& out);
  void on_proxy_request(const Request& request, Moment now, Actions& out);
  void on_pxe_port(const Request& request, Moment now, Actions& out);
  void send_boot_answer(const Request& request, MessageType type, BootForm form, Destination to, Actions& out);
  void refresh_reservations(const boot::RegistrySnapshot& snapshot, Moment now);
  [[nodiscard]] bool is_behind_known_relay(const Message& message) const;

  const Settings settings_;
  const boot::ClientRegistry& registry_;
  std::optional<AddressServer> addresses_;  ///< server mode only
  ProxyForms forms_;
  std::optional<SteadyTime> reservations_read_;
  RateLimit event_limit_{4000, 500};
};

}  // namespace bootferry::dhcp
