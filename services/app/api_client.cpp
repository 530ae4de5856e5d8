// SPDX-License-Identifier: Apache-2.0
#include "app/api_client.hpp"

#include <fmt/format.h>

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
    case 502:  // a proxy's, while the server behind it starts again
    case 503:
    case 504:
      return ErrorKind::io;
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
    // The server's hint is for those who ask it without us.
    if (mend.empty() && answer.contains("hint") && answer["hint"].is_string())
      detail += " " + answer["hint"].get<std::string>();
  }
  return {kind_of(reply.status), detail};
}

}  // namespace

Result<nlohmann::json> ApiClient::request(const std::string& method, const std::string& path,
                                          const nlohmann::json* body) const {
  const std::string json = body ? body->dump() : "";
  auto answer = ask({method, path, body ? &json : nullptr});
  if (!answer) return std::unexpected(answer.error());
  return std::move(answer->body);
}

Result<ApiClient::Answer> ApiClient::ask(const ApiRequest& request) const {
  auto answer = text_of(request);
  if (!answer) return std::unexpected(answer.error());
  nlohmann::json parsed = nlohmann::json::parse(answer->text, nullptr, false);
  return Answer{parsed.is_discarded() ? nlohmann::json() : std::move(parsed), std::move(answer->location)};
}

Result<std::string> ApiClient::get_bytes(const std::string& path) const {
  auto answer = text_of({"GET", path});
  if (!answer) return std::unexpected(answer.error());
  return std::move(answer->text);
}

Result<void> ApiClient::get_pieces(const std::string& path,
                                   const std::function<Result<void>(std::string_view)>& take) const {
  const auto reply =
      fetch({"GET", path}, [&](const ApiReply&, std::string_view piece) -> Result<void> { return take(piece); });
  if (!reply) return std::unexpected(reply.error());
  return {};
}

Result<ApiReply> ApiClient::fetch(const ApiRequest& request, const TakeBody& take) const {
  const auto is_good = [](unsigned status) { return status == 200 || status == 206 || status == 304; };
  std::string refusal;
  Result<void> taken;
  const auto reply = exchange(server_, request, [&](const ApiReply& head, std::string_view piece) {
    if (is_good(head.status)) return (taken = take(head, piece)).has_value();
    refusal += piece;
    return refusal.size() < longest_answer;
  });
  if (!taken) return std::unexpected(taken.error());
  if (reply && !is_good(reply->status)) return std::unexpected(error_of(*reply, refusal, server_));
  return reply;
}

Result<ApiClient::Text> ApiClient::text_of(const ApiRequest& request) const {
  std::string text;
  const auto reply = exchange(server_, request, [&](const ApiReply&, std::string_view piece) {
    text += piece;
    return text.size() <= longest_answer;
  });
  if (!reply) return std::unexpected(reply.error());
  if (text.size() > longest_answer)
    return fail(ErrorKind::io, fmt::format("{} answers without end", server_.to_string()));
  if (reply->status >= 300) return std::unexpected(error_of(*reply, text, server_));
  return Text{std::move(text), reply->location};
}

Result<void> ApiClient::follow(const std::function<bool(const std::vector<std::string>&)>& told) const {
  EventKinds kinds;
  std::string refusal;
  const auto take = [&](const ApiReply& head, std::string_view piece) {
    if (head.status == 200) return told(kinds.take(piece));
    refusal += piece;
    return refusal.size() < longest_answer;
  };
  const auto reply = exchange(server_, {"GET", "/api/v1/events/stream", nullptr, "text/event-stream"}, take);
  if (!reply) return std::unexpected(reply.error());
  if (reply->status != 200) return std::unexpected(error_of(*reply, refusal, server_));
  return {};
}

}  // namespace bootferry::app
