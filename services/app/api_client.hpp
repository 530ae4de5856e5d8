// SPDX-License-Identifier: Apache-2.0
// The command line's side of the API: the same that the page speaks, over the Unix socket of this machine's server
// (root only) or over a URL with a token. Blocking; used by the commands on the main thread.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/api_link.hpp"
#include "app/server_address.hpp"
#include "base/result.hpp"

namespace bootferry::app {

class ApiClient {
 public:
  explicit ApiClient(ServerAddress server) : server_(std::move(server)) {}

  /// One request; `path` begins with /api/v1. The answer's JSON (null for 204), or the problem's own sentence.
  [[nodiscard]] Result<nlohmann::json> get(const std::string& path) const { return request("GET", path, nullptr); }
  /// The answer's body as it is.
  [[nodiscard]] Result<std::string> get_bytes(const std::string& path) const;
  /// The same of any length, a piece at a time as it comes; an error of `take` ends it.
  [[nodiscard]] Result<void> get_pieces(const std::string& path,
                                        const std::function<Result<void>(std::string_view)>& take) const;
  /// The same with headers, for ranges: what is answered with 200, 206 or 304 is no error.
  using TakeBody = std::function<Result<void>(const ApiReply& head, std::string_view piece)>;
  [[nodiscard]] Result<ApiReply> fetch(const ApiRequest& request, const TakeBody& take) const;
  [[nodiscard]] Result<nlohmann::json> put(const std::string& path, const nlohmann::json& body) const {
    return request("PUT", path, &body);
  }
  [[nodiscard]] Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body) const {
    return request("POST", path, &body);
  }
  [[nodiscard]] Result<nlohmann::json> remove(const std::string& path) const {
    return request("DELETE", path, nullptr);
  }
  /// A request with headers of its own, or a body that is read while it leaves.
  struct Answer {
    nlohmann::json body;
    std::string location;  ///< of what was made, or empty
  };
  [[nodiscard]] Result<Answer> ask(const ApiRequest& request) const;
  [[nodiscard]] std::string server_name() const { return server_.to_string(); }
  /// Reads the live events until the server ends them, or `told` says false: it gets the kinds of those that came
  /// together, and none when the stream has opened or is merely alive.
  [[nodiscard]] Result<void> follow(const std::function<bool(const std::vector<std::string>& kinds)>& told) const;

 private:
  [[nodiscard]] Result<nlohmann::json> request(const std::string& method, const std::string& path,
                                               const nlohmann::json* body) const;
  struct Text {
    std::string text, location;
  };
  [[nodiscard]] Result<Text> text_of(const ApiRequest& request) const;

  ServerAddress server_;
};

}  // namespace bootferry::app
