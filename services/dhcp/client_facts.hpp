// SPDX-License-Identifier: Apache-2.0
// Who asks: is it firmware that wants to boot, which architecture, which stage (ROM, UEFI HTTP boot, iPXE and its
// features)? RFC 4578, RFC 3004, iPXE's option 175. Called by responder for each request; pure, any thread.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "boot/boot_policy.hpp"
#include "dhcp/message.hpp"

namespace bootferry::dhcp {

/// A machine that netboots, as its message says.
struct NetbootClient {
  boot::ClientFacts facts;
  std::optional<Bytes> uuid;  ///< option 97 as sent: some ROMs leave it out, and want it back only when they sent it
  std::optional<Bytes> boot_item;  ///< PXE 2.1 boot server request: option 43 sub-option 71, to be echoed
};

/// Empty for everybody who does not netboot: phones, printers, running systems.
[[nodiscard]] std::optional<NetbootClient> find_netboot_client(const Message& message);

/// Option 77 as iPXE sends it (plain text) or as RFC 3004 wants it (length, text), and option 175.
[[nodiscard]] bool is_ipxe(const Message& message);

/// The value of a sub-option in an option made of (code, length, value); empty when absent or the option is malformed.
[[nodiscard]] std::optional<ByteView> find_suboption(ByteView encapsulated, std::uint8_t code);

}  // namespace bootferry::dhcp
