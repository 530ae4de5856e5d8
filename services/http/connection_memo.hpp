// SPDX-License-Identifier: Apache-2.0
// What is known of a connection from its earlier requests, so that the next need not find it out again. Made by
// connection, one for each; handlers find it in their request, and the one that runs uses it alone.
#pragma once

#include <optional>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "http/open_file.hpp"

namespace bootferry::http {

struct ConnectionMemo {
  /// The network card of whoever sends from this address; none behind a router. It holds as long as the connection
  /// does: our first answer could not leave before the card was known, and who takes the address over in between does
  /// not have the sequence numbers. A proxy's connection brings several addresses.
  struct Asker {
    IpAddress address;
    std::optional<MacAddress> mac;
  };

  OpenFileMemo last_file;
  std::optional<Asker> asker;
};

}  // namespace bootferry::http
