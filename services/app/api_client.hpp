// SPDX-License-Identifier: Apache-2.0
// The command line's side of the API: the same that the page speaks, over the Unix socket of this machine's server
// (root only) or over a URL with a token. Blocking; used by the commands on the main thread.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/server_address.hpp"
#include "base/result.hpp"

namespace bootferry::app {

class ApiClient {
 public:
  explicit ApiClient(ServerAddress server) : server_(std::move(server)) {}

  /// One request; `path` begins with /api/v1. The answer's JSON (null for 204), or the problem's own sentence.
  [[nodiscard]] Result<nlohmann::json> get(const std::string& path) const { return request("GET", path, nullptr); }
  /// The answer's body as it is.
  [[nodiscard]] Result<std::string> get_bytes(const std::string& path) const { return text_of("GET", path, nullptr); }
  [[nodiscard]] Result<nlohmann::json> put(const std::string& path, const nlohmann::json& body) const {
    return request("PUT", path, &body);
  }
  [[nodiscard]] Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body) const {
    return request("POST", path, &body);
  }
  [[nodiscard]] Result<nlohmann::json> remove(const std::string& path) const {
    return request("DELETE", path, nullptr);
  }
  /// Reads the live events until the server ends them, or `told` says false: it gets the kinds of those that came
  /// together, and none when the stream has opened or is merely alive.
  [[nodiscard]] Result<void> follow(const std::function<bool(const std::vector<std::string>& kinds)>& told) const;

 private:
  [[nodiscard]] Result<nlohmann::json> request(const std::string& method, const std::string& path,
                                               const nlohmann::json* body) const;
  [[nodiscard]] Result<std::string> text_of(const std::string& method, const std::string& path,
                                            const nlohmann::json* body) const;

  ServerAddress server_;
};

}  // namespace bootferry::app
