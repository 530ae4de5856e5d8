// SPDX-License-Identifier: Apache-2.0
#include "http/request_reader.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/connection.hpp"

namespace bootferry::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::string_body>;
using Message = Parser::value_type;

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

Method method_of(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
      return Method::get;
    case beast::http::verb::head:
      return Method::head;
    case beast::http::verb::put:
      return Method::put;
    case beast::http::verb::post:
      return Method::post;
    case beast::http::verb::delete_:
      return Method::remove;
    default:
      return Method::other;
  }
}

Answer refuse_input(const beast::error_code& why) {
  using beast::http::error;
  if (why == error::header_limit || why == error::buffer_overflow)
    return make_problem(431, "The request's header is larger than 8 KiB.");
  if (why == error::body_limit) return make_problem(413, "The request's body is larger than 64 KiB.");
  if (why == error::bad_version) return make_problem(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  return make_problem(400, "This is not a well-formed HTTP request.");
}

std::string text_of_field(const Message& message, beast::http::field field) { return std::string(message[field]); }

ReadOutcome make_request(Message message, const Peer& peer) {
  if (message.version() != 11 && message.version() != 10)
    return make_problem(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  // RFC 9112 3.2: one Host, no more, no less. The command line's socket has no host to name.
  const auto hosts = message.count(beast::http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11 && peer.door == Door::lan)) {
    return make_problem(400, "An HTTP/1.1 request has exactly one Host header.");
  }
  auto target = parse_target(std::string_view(message.target()));
  if (!target) return make_problem(target.error());
  Request request;
  request.method = method_of(message.method());
  request.door = peer.door;
  request.peer = peer.address;
  request.target = std::move(*target);
  request.authorization = text_of_field(message, beast::http::field::authorization);
  request.range = text_of_field(message, beast::http::field::range);
  request.if_range = text_of_field(message, beast::http::field::if_range);
  request.if_none_match = text_of_field(message, beast::http::field::if_none_match);
  request.if_modified_since = text_of_field(message, beast::http::field::if_modified_since);
  request.last_event_id = std::string(message["Last-Event-ID"]);
  request.body = std::move(message.body());
  const bool keep = message.keep_alive();
  return ReadOutcome(Incoming(std::move(request), keep));
}

bool wants_go_on(const Parser& parser) {
  return beast::iequals(parser.get()[beast::http::field::expect], "100-continue") && parser.get().version() == 11;
}

}  // namespace

asio::awaitable<ReadOutcome> RequestReader::read() {
  Parser parser;
  parser.header_limit(max_header);
  parser.body_limit(max_body);
  parser.eager(true);
  bool begun = buffer_.size() > 0;
  bool told_to_go_on = false;
  channel_.expect_within(begun ? settings_.request_limit : settings_.idle_limit);
  for (;;) {
    if (buffer_.size() > 0) {
      beast::error_code failed;
      const std::size_t used = parser.put(buffer_.data(), failed);
      buffer_.consume(used);
      if (failed && failed != beast::http::error::need_more) co_return ReadOutcome(refuse_input(failed));
      if (parser.is_done()) break;
    }
    if (parser.is_header_done() && !told_to_go_on && wants_go_on(parser)) {
      told_to_go_on = true;
      const bool there = co_await channel_.send(go_on, {});
      if (!there) co_return ReadOutcome(Closed());
    }
    const auto space = buffer_.prepare(4096);
    const std::size_t count = co_await channel_.receive(space);
    if (count == 0) co_return ReadOutcome(Closed());
    buffer_.commit(count);
    if (!begun) {
      begun = true;
      channel_.expect_within(settings_.request_limit);
    }
  }
  channel_.expect_nothing();
  co_return make_request(parser.release(), peer_);
}

}  // namespace bootferry::http
