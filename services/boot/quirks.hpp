// SPDX-License-Identifier: Apache-2.0
// What one client's firmware needs that others do not: a person sets it, or dhcp learns it. Plain values; kept by db
// with the client, read by dhcp, tftp and the scripts through a RegistrySnapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bootferry::boot {

/// How a proxyDHCP offer tells a ROM of its boot file.
enum class ProxyForm {
  automatic,  ///< what was learned of it, else what most firmware of its kind takes
  option43,   ///< in the offer itself: PXE 2.1 discovery control, "use this file name, ask no boot server"
  binl,       ///< a bare "PXEClient": the ROM asks port 4011 for the file name
};
[[nodiscard]] std::string_view name_of(ProxyForm form);  ///< "auto", "option43", "binl"
[[nodiscard]] Result<ProxyForm> parse_proxy_form(std::string_view name);

struct Quirks {
  ProxyForm proxy_form = ProxyForm::automatic;    ///< any other pins it
  std::optional<ProxyForm> learned_proxy_form{};  ///< noticed by dhcp, never a person's to say
  std::string loader{};                           ///< a name in the loader catalogue; empty: that of its architecture
  bool tftp_no_options = false;                   ///< it stumbles over an OACK (RFC 2347)
  std::uint16_t tftp_block_size = 0;              ///< never larger blocks than this (RFC 2348), in bytes; 0: as it asks
  std::uint8_t serial_console = 0;                ///< 1 to 4: COM1 to COM4 as its console; 0: its screen
  friend bool operator==(const Quirks&, const Quirks&) = default;
};

/// What a person says of them; what is left out keeps its value.
struct QuirksChange {
  std::optional<ProxyForm> proxy_form{};
  std::optional<std::string> loader{};
  std::optional<bool> tftp_no_options{};
  std::optional<std::uint64_t> tftp_block_size{}, serial_console{};
};

/// The quirks as they are after the change, or what is wrong with that.
[[nodiscard]] Result<Quirks> change_quirks(Quirks quirks, const QuirksChange& change);

}  // namespace bootferry::boot
