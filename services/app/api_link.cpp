// SPDX-License-Identifier: Apache-2.0
#include "app/api_link.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <tuple>
#include <utility>

#include "http/syntax/range.hpp"
#include "http/tls_certificate.hpp"

namespace bootferry::app {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int most_syns = 3;                          ///< about 15 s, where nothing answers
constexpr unsigned longest_silence_ms = 60'000;       ///< of a peer that acknowledges nothing (RFC 9293 3.8.3)
constexpr int idle_seconds = 30, probe_seconds = 10;  ///< a reader waits no longer for a peer that is gone
constexpr std::size_t body_piece = 256 << 10;

std::unexpected<Error> broken(const ServerAddress& server, const ApiRequest& wanted, const error_code& why) {
  if (why == asio::error::timed_out)
    return fail(ErrorKind::unavailable,
                fmt::format("{} did not answer in time; {}", server.to_string(), wanted.words.look));
  return fail(ErrorKind::io, fmt::format("{} closed the connection before it answered ({}); {}", server.to_string(),
                                         why.message(), wanted.words.look));
}

/// Of the Host header: the URL without its scheme and path.
std::string host_of(const ServerAddress& server) {
  if (!server.is_remote()) return "localhost";
  const std::string url = server.to_string();
  const std::size_t start = url.find("://") + 3;
  return url.substr(start, url.size() - server.base.size() - start);
}

/// Ends early when the peer takes no more: it may have said why, and that is read next.
template <class Stream>
Result<void> send_streamed(Stream& stream, const StreamedBody& body) {
  Bytes space(std::min<std::uint64_t>(body_piece, body.length));
  for (std::uint64_t left = body.length; left > 0;) {
    const MutableByteView piece = MutableByteView(space).first(std::min<std::uint64_t>(space.size(), left));
    if (auto filled = body.fill(piece); !filled) return std::unexpected(filled.error());
    error_code failed;
    asio::write(stream, asio::buffer(piece.data(), piece.size()), failed);
    if (failed) return {};
    left -= piece.size();
  }
  return {};
}

ApiReply head_of(const beast_http::response<beast_http::buffer_body>& answer) {
  using beast_http::field;
  ApiReply reply{answer.result_int(), std::string(answer[field::location]), std::string(answer[field::etag])};
  if (reply.status == 206) {
    const auto range = http::parse_content_range(answer[field::content_range]);
    if (range) std::tie(reply.first, reply.whole) = std::pair(range->first, range->size);
  } else if (reply.status == 200) {
    const std::string_view length = answer[field::content_length];
    std::from_chars(length.data(), length.data() + length.size(), reply.whole);
  }
  return reply;
}

template <class Stream>
Result<ApiReply> ask(Stream& stream, const ServerAddress& server, const ApiRequest& wanted, const TakePiece& take) {
  beast_http::request<beast_http::string_body> request(beast_http::string_to_verb(wanted.method),
                                                       server.base + wanted.path, 11);
  request.set(beast_http::field::host, host_of(server));
  request.set(beast_http::field::connection, "close");
  request.set(beast_http::field::accept, wanted.accept);
  request.set(beast_http::field::user_agent, "bootferry");
  if (!server.token.empty()) request.set(beast_http::field::authorization, "Bearer " + server.token);
  for (const auto& [name, value] : wanted.headers) request.set(name, value);
  if (wanted.json) {
    request.set(beast_http::field::content_type, "application/json");
    request.body() = *wanted.json;
  }
  request.prepare_payload();
  if (wanted.body) {
    request.set(beast_http::field::content_type, wanted.body->type);
    request.content_length(wanted.body->length);
  }
  error_code failed;
  beast_http::request_serializer<beast_http::string_body> serializer(request);
  wanted.body ? beast_http::write_header(stream, serializer, failed) : beast_http::write(stream, serializer, failed);
  if (failed) return broken(server, wanted, failed);
  if (wanted.body) {
    if (const auto sent = send_streamed(stream, *wanted.body); !sent) return std::unexpected(sent.error());
  }

  boost::beast::flat_buffer buffer;
  beast_http::response_parser<beast_http::buffer_body> parser;
  parser.body_limit(boost::none);
  beast_http::read_header(stream, buffer, parser, failed);
  if (failed) return broken(server, wanted, failed);
  const ApiReply reply = head_of(parser.get());
  std::array<char, 16384> piece;
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    beast_http::read_some(stream, buffer, parser, failed);
    if (failed == beast_http::error::need_buffer) failed = {};
    const std::size_t got = piece.size() - parser.get().body().size;
    if (got > 0 && !take(reply, {piece.data(), got})) return reply;
    if (failed && !wanted.whole_body) return reply;
    if (failed) return broken(server, wanted, failed);
  }
  return reply;
}

Result<ApiReply> ask_socket(const ServerAddress& server, const ApiRequest& request, const TakePiece& take) {
  asio::io_context context;
  asio::local::stream_protocol::socket socket(context);
  error_code failed;
  socket.connect(asio::local::stream_protocol::endpoint(server.socket.string()), failed);
  if (!failed) return ask(socket, server, request, take);
  if (failed == asio::error::access_denied) {
    return fail(ErrorKind::unavailable,
                fmt::format("only root may use {}; try again with sudo", server.socket.string()));
  }
  return fail(ErrorKind::unavailable,
              fmt::format("no Bootferry answers at {}; start it with \"bootferry serve\", or name its folder with "
                          "--state-dir, or another machine's server with --url",
                          server.socket.string()));
}

Result<void> dial(PatientSocket& stream, const ServerAddress& server, const LinkWords& words) {
  tcp::socket& socket = stream.socket();
  error_code failed;
  tcp::resolver resolver(socket.get_executor());
  const auto found = resolver.resolve(server.host, server.port, failed);
  if (failed) {
    return fail(ErrorKind::unavailable,
                fmt::format("{} has no address ({}); is {} right?", server.host, failed.message(), words.address));
  }
  for (const auto& one : found) {
    socket.close(failed);
    socket.open(one.endpoint().protocol(), failed);
    if (failed) continue;
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_SYNCNT, &most_syns, sizeof most_syns);
    setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &longest_silence_ms, sizeof longest_silence_ms);
    socket.set_option(asio::socket_base::keep_alive(true), failed);  // of a watcher that waits for hours
    for (const auto& [option, seconds] : {std::pair{TCP_KEEPIDLE, idle_seconds}, {TCP_KEEPINTVL, probe_seconds}})
      setsockopt(socket.native_handle(), IPPROTO_TCP, option, &seconds, sizeof seconds);
    stream.connect(one.endpoint(), failed);
    if (!failed) return {};
  }
  return fail(ErrorKind::unavailable, fmt::format("no {} answers at {} ({}); is it running, and is {} right?",
                                                  words.who, server.to_string(), failed.message(), words.address));
}

/// What was wrong with the other side's certificate, for the sentence.
struct Verdict {
  std::string fingerprint, why;
};

/// A pinned certificate is good by itself, whoever signed it and whatever it names; all others by their CA and name.
bool judge(bool good, ssl::verify_context& context, const ServerAddress& server, Verdict& verdict) {
  X509_STORE_CTX* const store = context.native_handle();
  verdict.fingerprint = http::fingerprint_of(X509_STORE_CTX_get0_cert(store));
  if (!server.fingerprint.empty()) return verdict.fingerprint == server.fingerprint;
  if (!good) verdict.why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
  if (!good || X509_STORE_CTX_get_error_depth(store) > 0) return good;
  good = ssl::host_name_verification(server.host)(good, context);
  if (!good) verdict.why = fmt::format("it does not name {}", server.host);
  return good;
}

std::string explain_refusal(const ServerAddress& server, const LinkWords& words, const Verdict& verdict,
                            const error_code& failed) {
  if (verdict.fingerprint.empty()) {
    return fmt::format("{} does not speak TLS as it should ({}); is that the port of HTTPS?", server.to_string(),
                       failed.message());
  }
  if (!server.fingerprint.empty()) {
    return fmt::format(
        "the certificate of {} is another one than --fingerprint says: sha256:{}; if the server made a new one, "
        "compare "
        "with what it prints at its start, else somebody stands between",
        server.to_string(), verdict.fingerprint);
  }
  return fmt::format("the certificate of {} is not trusted ({}); {}", server.to_string(), verdict.why,
                     fmt::format(fmt::runtime(words.trust), verdict.fingerprint));
}

Result<ApiReply> ask_tls(PatientSocket socket, const ServerAddress& server, const ApiRequest& request,
                         const TakePiece& take) {
  ssl::context context(ssl::context::tls_client);
  error_code failed;
  if (server.ca_file.empty()) {
    context.set_default_verify_paths(failed);
  } else {
    context.load_verify_file(server.ca_file.string(), failed);
    if (failed) {
      return fail(ErrorKind::invalid, fmt::format("{} cannot be used ({}); --ca-file must be certificates as PEM",
                                                  server.ca_file.string(), failed.message()));
    }
  }
  ssl::stream<PatientSocket> stream(std::move(socket), context);
  asio::ip::make_address(server.host, failed);
  if (failed) SSL_set_tlsext_host_name(stream.native_handle(), server.host.c_str());  // RFC 6066 3: no addresses
  Verdict verdict;
  stream.set_verify_mode(ssl::verify_peer, failed);
  stream.set_verify_callback(
      [&](bool good, ssl::verify_context& checked) { return judge(good, checked, server, verdict); }, failed);
  stream.handshake(ssl::stream_base::client, failed);
  if (failed) return fail(ErrorKind::denied, explain_refusal(server, request.words, verdict, failed));
  return ask(stream, server, request, take);
}

}  // namespace

Result<ApiReply> exchange(const ServerAddress& server, const ApiRequest& request, const TakePiece& take) {
  if (!server.is_remote()) return ask_socket(server, request, take);
  asio::io_context context;
  PatientSocket socket(context, request.patience);
  if (auto there = dial(socket, server, request.words); !there) return std::unexpected(there.error());
  return server.tls ? ask_tls(std::move(socket), server, request, take) : ask(socket, server, request, take);
}

}  // namespace bootferry::app
