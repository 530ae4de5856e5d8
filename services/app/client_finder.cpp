// SPDX-License-Identifier: Apache-2.0
#include "app/client_finder.hpp"

#include <fmt/format.h>

namespace bootferry::app {

Result<MacAddress> require_client(const ApiClient& client, std::string_view which) {
  if (auto mac = parse_mac_address(which)) return mac;
  const auto answer = client.get("/api/v1/clients");
  if (!answer) return std::unexpected(answer.error());
  for (const nlohmann::json& one : (*answer)["clients"]) {
    if (one["name"].is_string() && one["name"] == which) return parse_mac_address(one["mac"].get<std::string>());
  }
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is neither a MAC address nor the name of a client; "
                                              "\"bootferry client list\" shows them",
                                              which.substr(0, 40)));
}

}  // namespace bootferry::app
