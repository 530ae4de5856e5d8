// SPDX-License-Identifier: Apache-2.0
// A machine as people say which one: by its MAC address, or by the name that they gave it. Asked by the commands before
// they ask the server for anything else; what is no MAC address never becomes a part of a path.
#pragma once

#include <string_view>

#include "app/api_client.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"

namespace bootferry::app {

/// The server is asked for what may be a name. invalid: neither an address nor a name; else why it could not be asked.
[[nodiscard]] Result<MacAddress> require_client(const ApiClient& client, std::string_view which);

}  // namespace bootferry::app
