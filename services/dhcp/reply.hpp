// SPDX-License-Identifier: Apache-2.0
// What a reply says: the fixed fields (RFC 2131 table 3), the network's options, and how each kind of firmware wants to
// hear of its boot file. Called by responder and address_server; pure.
#pragma once

#include "boot/boot_policy.hpp"
#include "dhcp/action.hpp"
#include "dhcp/client_facts.hpp"
#include "dhcp/message.hpp"
#include "dhcp/settings.hpp"

namespace bootferry::dhcp {

/// A netbooting machine and what the policy says to it.
struct BootAnswer {
  NetbootClient client;
  boot::LoaderDecision decision;
};

/// xid, flags, giaddr, chaddr from the request; options 53 and 54.
[[nodiscard]] Message make_reply(const Message& request, MessageType type, const Settings& settings);

/// Mask, gateways, DNS, domain, broadcast address; nothing about a lease (INFORM has none).
void add_network_options(Message& reply, const Settings& settings);
void add_lease_times(Message& reply, std::chrono::seconds lease_time);

enum class BootForm {
  server,  ///< in our own OFFER or ACK: the form of every plain DHCP server (siaddr, file), which all firmware takes
  proxy_option43,  ///< beside another server's OFFER: the file, with option 43 "ask no boot server"
  proxy_binl,      ///< beside another server's OFFER: nothing but "PXEClient", for ROMs that ask port 4011 then
  proxy_ack,       ///< the answer at port 4011
};
void add_boot_options(Message& reply, const BootAnswer& answer, BootForm form, const Settings& settings);

/// Option 82 goes back as it came, last of all (RFC 3046 2.2), and the whole is made to fit the client's option 57.
[[nodiscard]] Send finish(Message reply, const Message& request, Port from, Destination to);

/// RFC 2131 4.1, last paragraphs.
[[nodiscard]] Destination destination_of(const Message& reply, const Message& request, const Settings& settings);

}  // namespace bootferry::dhcp
