// SPDX-License-Identifier: Apache-2.0
#include "http/request_reader.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <span>
#include <utility>

#include "http/connection.hpp"
#include "http/proxy.hpp"
#include "http/router.hpp"

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
    case beast::http::verb::patch:
      return Method::patch;
    case beast::http::verb::options:
      return Method::options;
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

template <typename Owner>
struct Place {
  std::string_view name;
  std::string Owner::* value;
};
constexpr Place<Request> request_places[] = {
    {"Authorization", &Request::authorization},
    {"Range", &Request::range},
    {"If-Range", &Request::if_range},
    {"If-None-Match", &Request::if_none_match},
    {"If-Modified-Since", &Request::if_modified_since},
    {"Last-Event-ID", &Request::last_event_id},
    {"Content-Type", &Request::content_type},
    {"Accept-Encoding", &Request::accept_encoding},
    {"If-Match", &Request::if_match},
    {"Idempotency-Key", &Request::idempotency_key},
    {"X-First-Visit-Code", &Request::first_visit_code},
    {"Cookie", &Request::cookie},
    {"Origin", &Request::origin},
    {"Host", &Request::host},
    {"User-Agent", &Request::user_agent},
};
constexpr Place<ForwardedHeaders> proxy_places[] = {
    {"X-Forwarded-For", &ForwardedHeaders::for_},
    {"X-Forwarded-Proto", &ForwardedHeaders::proto},
    {"X-Forwarded-Host", &ForwardedHeaders::host},
    {"X-Forwarded-Prefix", &ForwardedHeaders::prefix},
};
constexpr Place<TusHeaders> tus_places[] = {
    {"Tus-Resumable", &TusHeaders::version},
    {"Upload-Length", &TusHeaders::length},
    {"Upload-Offset", &TusHeaders::offset},
    {"Upload-Metadata", &TusHeaders::metadata},
};

/// Of a field that comes twice the first counts.
template <typename Owner>
bool put_down(const Message::value_type& field, std::span<const Place<Owner>> places, Owner& into) {
  const std::string_view name = field.name_string();
  for (const auto& place : places) {
    if (name.size() != place.name.size() || !beast::iequals(name, place.name)) continue;
    if ((into.*place.value).empty()) into.*place.value = field.value();
    return true;
  }
  return false;
}

/// The headers that name a user have the names that the settings give them.
bool take_user(const Message::value_type& field, ProxyUser& user, const Settings& settings) {
  const auto is = [&](const std::string& name) { return !name.empty() && beast::iequals(field.name_string(), name); };
  if (is(settings.user_header)) {
    if (user.names++ == 0) user.name = field.value();
    return true;
  }
  if (!is(settings.groups_header)) return false;
  if (user.lists++ == 0) user.groups = field.value();
  return true;
}

/// Once over the few fields that a request has: to look for each that we know would cost more than all the rest.
void take_field(const Message::value_type& field, Request& request, ForwardedHeaders& forwarded,
                const Settings& settings) {
  if (take_user(field, forwarded.user, settings)) return;
  if (put_down<Request>(field, request_places, request)) return;
  if (put_down<ForwardedHeaders>(field, proxy_places, forwarded)) return;
  if (put_down<TusHeaders>(field, tus_places, request.tus)) return;
  if (beast::iequals(field.name_string(), "X-Bootferry") && !field.value().empty()) request.from_our_page = true;
}

ReadOutcome make_request(Message& message, const Peer& peer, const Settings& settings) {
  if (message.version() != 11 && message.version() != 10)
    return make_problem(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  // RFC 9112 3.2: one Host, no more, no less. The command line's socket has no host to name.
  const auto hosts = message.count(beast::http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11 && peer.door == Door::lan)) {
    return make_problem(400, "An HTTP/1.1 request has exactly one Host header.");
  }
  auto target = parse_target(std::string_view(message.target()));
  if (!target) return make_problem(target.error());
  const auto made = std::make_shared<Request>();
  Request& request = *made;
  request.method = method_of(message.method());
  request.door = peer.door;
  request.peer = peer.address;
  request.local = peer.local;
  request.target = std::move(*target);
  ForwardedHeaders forwarded;
  for (const auto& field : message) take_field(field, request, forwarded, settings);
  request.secure = peer.secure;
  if (!look_through_proxy(request, forwarded, settings)) settings.stray_headers->note(request.from);
  request.body = std::move(message.body());
  return ReadOutcome(Incoming{made, message.keep_alive()});
}

bool wants_go_on(const Parser& parser) {
  return beast::iequals(parser.get()[beast::http::field::expect], "100-continue") && parser.get().version() == 11;
}

/// The head of a request whose body is taken as it comes.
ReadOutcome make_streamed(Parser& parser, const Peer& peer, const Settings& settings) {
  const auto length = parser.content_length();
  if (!length) return make_problem(411, "Say how long the body is (Content-Length).");
  const bool waits = wants_go_on(parser);
  ReadOutcome made = make_request(parser.get(), peer, settings);
  if (auto* incoming = std::get_if<Incoming>(&made)) {
    incoming->request->streamed_body = *length;
    incoming->wants_go_on = waits;
  }
  return made;
}

}  // namespace

asio::awaitable<std::size_t> RequestReader::read_body(asio::mutable_buffer into) {
  if (buffer_.size() > 0) {
    const std::size_t count = asio::buffer_copy(into, buffer_.data());
    buffer_.consume(count);
    co_return count;
  }
  co_return co_await channel_.receive(into);
}

asio::awaitable<ReadOutcome> RequestReader::read() {
  Parser parser;
  parser.header_limit(max_header);
  parser.body_limit(boost::none);  // until it is known whether the body is streamed
  bool head_read = false;
  bool begun = buffer_.size() > 0;
  bool told_to_go_on = false;
  channel_.expect_within(begun ? settings_.request_limit : settings_.idle_limit);
  for (;;) {
    if (buffer_.size() > 0) {
      beast::error_code failed;
      const std::size_t used = parser.put(buffer_.data(), failed);
      buffer_.consume(used);
      if (failed && failed != beast::http::error::need_more) co_return ReadOutcome(refuse_input(failed));
      if (parser.is_header_done() && !std::exchange(head_read, true)) {
        const auto& head = parser.get();
        if (streams_body(method_of(head.method()), head.target())) co_return make_streamed(parser, peer_, settings_);
        if (parser.content_length().value_or(0) > max_body)
          co_return ReadOutcome(refuse_input(beast::http::error::body_limit));
        parser.body_limit(max_body);
        parser.eager(true);
        if (!parser.is_done() && buffer_.size() > 0) continue;
      }
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
  co_return make_request(parser.get(), peer_, settings_);
}

}  // namespace bootferry::http
