// SPDX-License-Identifier: Apache-2.0
#include "app/control_client.hpp"

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace bootferry::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

std::string explain_no_server(const boost::system::error_code& why, const std::filesystem::path& socket) {
  if (why == asio::error::access_denied)
    return fmt::format("only root may use {}; try again with sudo", socket.string());
  return fmt::format(
      "no Bootferry answers at {}; start it with \"bootferry serve\", or name its folder with --state-dir",
      socket.string());
}

Result<std::string> answer_of(http::response<http::string_body>& response) {
  const unsigned status = response.result_int();
  if (status < 300) return std::move(response.body());
  const nlohmann::json answer = nlohmann::json::parse(response.body(), nullptr, false);
  std::string detail = fmt::format("the server answered with status {}", status);
  if (answer.is_object() && answer.contains("detail") && answer["detail"].is_string())
    detail = answer["detail"].get<std::string>();
  return fail(status == 404 ? ErrorKind::not_found : status == 409 ? ErrorKind::conflict : ErrorKind::invalid, detail);
}

}  // namespace

Result<nlohmann::json> ControlClient::request(const std::string& method, const std::string& path,
                                              const nlohmann::json* body) const {
  const auto answer = exchange(method, path, body);
  if (!answer) return std::unexpected(answer.error());
  nlohmann::json parsed = nlohmann::json::parse(*answer, nullptr, false);
  return parsed.is_discarded() ? nlohmann::json() : parsed;
}

Result<std::string> ControlClient::exchange(const std::string& method, const std::string& path,
                                            const nlohmann::json* body) const {
  asio::io_context context;
  asio::local::stream_protocol::socket socket(context);
  boost::system::error_code failed;
  socket.connect(asio::local::stream_protocol::endpoint(socket_.string()), failed);
  if (failed) return fail(ErrorKind::unavailable, explain_no_server(failed, socket_));

  http::request<http::string_body> request(http::string_to_verb(method), path, 11);
  request.set(http::field::host, "localhost");
  request.set(http::field::connection, "close");
  if (body) {
    request.set(http::field::content_type, "application/json");
    request.body() = body->dump();
  }
  request.prepare_payload();
  http::write(socket, request, failed);
  if (failed) return fail(ErrorKind::io, "the server closed the control socket; look at its log");

  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(std::uint64_t{256} << 20);
  http::read(socket, buffer, parser, failed);
  if (failed) return fail(ErrorKind::io, "the server closed the control socket before it answered; look at its log");
  return answer_of(parser.get());
}

}  // namespace bootferry::app
