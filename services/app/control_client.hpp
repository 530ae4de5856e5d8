// SPDX-License-Identifier: Apache-2.0
// The command line's side of the control socket: speaks the same HTTP API as the page, over STATE_DIR/control.sock
// (root only). Blocking; used by the commands on the main thread.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"

namespace bootferry::app {

class ControlClient {
 public:
  explicit ControlClient(const std::filesystem::path& state_dir) : socket_(state_dir / "control.sock") {}

  /// One request; `path` begins with /api/v1. The answer's JSON (null for 204), or the problem's own sentence.
  [[nodiscard]] Result<nlohmann::json> get(const std::string& path) const { return request("GET", path, nullptr); }
  /// The answer's body as it is.
  [[nodiscard]] Result<std::string> get_bytes(const std::string& path) const { return exchange("GET", path, nullptr); }
  [[nodiscard]] Result<nlohmann::json> put(const std::string& path, const nlohmann::json& body) const {
    return request("PUT", path, &body);
  }
  [[nodiscard]] Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body) const {
    return request("POST", path, &body);
  }
  [[nodiscard]] Result<nlohmann::json> remove(const std::string& path) const {
    return request("DELETE", path, nullptr);
  }

 private:
  [[nodiscard]] Result<nlohmann::json> request(const std::string& method, const std::string& path,
                                               const nlohmann::json* body) const;
  [[nodiscard]] Result<std::string> exchange(const std::string& method, const std::string& path,
                                             const nlohmann::json* body) const;

  std::filesystem::path socket_;
};

}  // namespace bootferry::app
