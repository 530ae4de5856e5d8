// SPDX-License-Identifier: Apache-2.0
// Every port that the appliance listens on; one that somebody else has is told in a sentence.
#include <fmt/format.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <stdexcept>
#include <string_view>

#include "app/appliance_parts.hpp"
#include "app/port_owner.hpp"
#include "base/log.hpp"

namespace bootferry::app {
namespace {

/// Opens one listener, or says in a sentence why not.
template <class Open>
void open_or_explain(Open open, PortKind kind, std::uint16_t port, const char* setting) {
  try {
    open();
  } catch (const boost::system::system_error& error) {
    const int code = error.code().value();
    // These are of the control socket's path, and its own words name the mend.
    if (code == ENAMETOOLONG || code == EEXIST) throw std::runtime_error(error.what());
    throw std::runtime_error(explain_bind_failure(code, kind, port, setting));
  }
}

}  // namespace

void Appliance::Parts::open_listeners() {
  open_or_explain([&] { target.open(); }, PortKind::tcp, settings.iscsi_port, "ports.iscsi (--iscsi-port)");
  open_or_explain([&] { http.open(); }, PortKind::tcp, settings.http_port, "ports.http (--http-port)");
  open_https();
  open_or_explain([&] { tftp.open(); }, PortKind::udp, settings.tftp_port, "ports.tftp (--tftp-port)");
  if (settings.dhcp_mode != DhcpMode::off) open_dhcp();
  if (settings.dhcp_ipv6) {
    try {
      dhcpv6.open();
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error(
          fmt::format("{}; stop the other DHCPv6 server of this machine, or set dhcp.ipv6 to false", error.what()));
    }
  }
  if (!settings.capture) return;
  if (const auto opened = capture.open(interface.name); !opened)
    log::warning("NO_CAPTURE", {{"why", opened.error().message}});
}

/// Where nobody asked for it, a port that somebody else has must not stop the boots.
void Appliance::Parts::open_https() {
  if (settings.https_port == 0) return;
  try {
    open_or_explain([&] { http.open_tls(); }, PortKind::tcp, settings.https_port, "ports.https (--https-port)");
  } catch (const std::runtime_error& error) {
    const bool wanted = settings.http_require_https || !settings.http_certificate.empty() ||
                        settings.https_port != Settings{}.https_port;
    if (wanted) throw;
    log::warning("NO_HTTPS", {{"why", error.what()}});
  }
}

/// One service with two ports: its own words tell which of them it did not get.
void Appliance::Parts::open_dhcp() {
  try {
    dhcp.open();
  } catch (const boost::system::system_error& error) {
    const bool pxe = std::string_view(error.what()).starts_with(fmt::format("UDP port {} (PXE)", settings.pxe_port));
    throw std::runtime_error(explain_bind_failure(error.code().value(), PortKind::udp,
                                                  pxe ? settings.pxe_port : settings.dhcp_port,
                                                  pxe ? "ports.pxe (--pxe-port)" : "ports.dhcp (--dhcp-port)"));
  }
}

}  // namespace bootferry::app
