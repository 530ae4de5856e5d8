// SPDX-License-Identifier: Apache-2.0
#include "app/client_finder.hpp"

#include <fmt/format.h>

#include "boot/client.hpp"

namespace bootferry::app {

Result<MacAddress> require_client(const ApiClient& client, std::string_view which) {
  if (auto mac = parse_mac_address(which)) return mac;
  const auto neither = [&] {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is neither a MAC address nor the name of a client; "
                                                "\"bootferry client list\" shows them",
                                                which.substr(0, 40)));
  };
  if (!boot::check_client_name(which)) return neither();
  const auto answer = client.get("/api/v1/clients");
  if (!answer) return std::unexpected(answer.error());
  for (const nlohmann::json& one : (*answer)["clients"]) {
    if (one["name"].is_string() && one["name"] == which) return parse_mac_address(one["mac"].get<std::string>());
  }
  return neither();
}

}  // namespace bootferry::app
