// SPDX-License-Identifier: Apache-2.0
#include "app/api_client.hpp"

#include <fmt/format.h>

#include "app/api_link.hpp"
#include "app/event_kinds.hpp"

namespace bootferry::app {
namespace {

constexpr std::size_t longest_answer = 256u << 20;

ErrorKind kind_of(unsigned status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorKind::denied;
    case 404:
      return ErrorKind::not_found;
    case 409:
      return ErrorKind::conflict;
    default:
      return ErrorKind::invalid;
  }
}

/// What the command line knows and the server does not: which words of ours to change.
std::string mend_of(unsigned status, const ServerAddress& server) {
  if (!server.is_remote()) return "";
  if (status == 401 && server.token.empty()) {
    return "; make one on the server (\"bootferry token create\"), and give --token-file with it, or set "
           "BOOTFERRY_TOKEN";
  }
  if (status == 401) return fmt::format("; it was taken from {}", server.token_place);
  if (status == 403 && !server.token.empty()) return fmt::format(" (the token is from {})", server.token_place);
  return "";
}

Error error_of(const ApiReply& reply, const std::string& body, const ServerAddress& server) {
  const nlohmann::json answer = nlohmann::json::parse(body, nullptr, false);
  std::string detail = fmt::format("{} answered with status {}", server.to_string(), reply.status);
  if (reply.status < 400) detail += fmt::format("; it sends you to {}, give that to --url", reply.location);
  if (answer.is_object() && answer.contains("detail") && answer["detail"].is_string()) {
    detail = answer["detail"].get<std::string>();
    // The sentence goes on with our own words.
    const std::string mend = mend_of(reply.status, server);
    if (!mend.empty() && detail.ends_with('.')) detail.pop_back();
    detail += mend;
  }
  if (answer.is_object() && answer.contains("hint") && answer["hint"].is_string())
    detail += " " + answer["hint"].get<std::string>();
  return {kind_of(reply.status), detail};
}

}  // namespace

Result<nlohmann::json> ApiClient::request(const std::string& method, const std::string& path,
                                          const nlohmann::json* body) const {
  const auto answer = text_of(method, path, body);
  if (!answer) return std::unexpected(answer.error());
  nlohmann::json parsed = nlohmann::json::parse(*answer, nullptr, false);
  return parsed.is_discarded() ? nlohmann::json() : parsed;
}

Result<std::string> ApiClient::text_of(const std::string& method, const std::string& path,
                                       const nlohmann::json* body) const {
  const std::string json = body ? body->dump() : "";
  std::string text;
  const auto reply = exchange(server_, {method, path, body ? &json : nullptr}, [&](unsigned, std::string_view piece) {
    text += piece;
    return text.size() <= longest_answer;
  });
  if (!reply) return std::unexpected(reply.error());
  if (text.size() > longest_answer)
    return fail(ErrorKind::io, fmt::format("{} answers without end", server_.to_string()));
  if (reply->status >= 300) return std::unexpected(error_of(*reply, text, server_));
  return text;
}

Result<void> ApiClient::follow(const std::function<bool(const std::vector<std::string>&)>& told) const {
  EventKinds kinds;
  std::string refusal;
  const auto take = [&](unsigned status, std::string_view piece) {
    if (status == 200) return told(kinds.take(piece));
    refusal += piece;
    return refusal.size() < longest_answer;
  };
  const auto reply = exchange(server_, {"GET", "/api/v1/events/stream", nullptr, "text/event-stream"}, take);
  if (!reply) return std::unexpected(reply.error());
  if (reply->status != 200) return std::unexpected(error_of(*reply, refusal, server_));
  return {};
}

}  // namespace bootferry::app
