// SPDX-License-Identifier: Apache-2.0
#include "http/tls_link.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace bootferry::http {
namespace {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;

constexpr auto handshake_limit = std::chrono::seconds{10};
constexpr auto send_limit = std::chrono::seconds{35};  // more than the plain side's own: it knows better why
constexpr auto goodbye_limit = std::chrono::seconds{2};

struct Link : std::enable_shared_from_this<Link> {
  Link(asio::io_context& loop, std::shared_ptr<TlsCertificate::Context> c, std::shared_ptr<void> p)
      : context(std::move(c)), places(std::move(p)), outer(loop, *context), inner(loop), timer(loop) {}

  /// The last arming counts.
  void close_after(std::chrono::seconds limit) {
    timer.expires_after(limit);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& moved) {
      if (!moved) self->close();
    });
  }
  void close() {
    boost::system::error_code ignored;
    timer.cancel();
    outer.next_layer().close(ignored);
    inner.close(ignored);
  }

  std::shared_ptr<TlsCertificate::Context> context;  ///< outlives the stream
  std::shared_ptr<void> places;
  asio::ssl::stream<Socket> outer;
  Socket inner;
  asio::steady_timer timer;
  std::array<char, 16 * 1024> in{}, out{};  ///< a TLS record's worth
};

/// From the network to the plain side, until either has enough.
asio::awaitable<void> carry_in(std::shared_ptr<Link> link) {
  for (;;) {
    boost::system::error_code failed;
    const auto into = asio::buffer(link->in);
    auto reading = asio::redirect_error(asio::use_awaitable, failed);
    const std::size_t count = co_await link->outer.async_read_some(into, reading);
    if (failed || count == 0) break;
    const auto bytes = asio::buffer(link->in.data(), count);
    auto writing = asio::redirect_error(asio::use_awaitable, failed);
    co_await asio::async_write(link->inner, bytes, writing);
    if (failed) break;
  }
  boost::system::error_code ignored;
  link->inner.shutdown(asio::socket_base::shutdown_send, ignored);
}

/// From the plain side to the network; at its end says goodbye and closes both.
asio::awaitable<void> carry_out(std::shared_ptr<Link> link) {
  for (;;) {
    boost::system::error_code failed;
    const auto into = asio::buffer(link->out);
    auto reading = asio::redirect_error(asio::use_awaitable, failed);
    const std::size_t count = co_await link->inner.async_read_some(into, reading);
    if (failed || count == 0) break;
    link->close_after(send_limit);
    const auto bytes = asio::buffer(link->out.data(), count);
    auto writing = asio::redirect_error(asio::use_awaitable, failed);
    co_await asio::async_write(link->outer, bytes, writing);
    link->timer.cancel();
    if (failed) break;
  }
  link->close_after(goodbye_limit);
  boost::system::error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await link->outer.async_shutdown(token);
  link->close();
}

asio::awaitable<void> serve_tls(std::shared_ptr<Link> link, TaskGroup& tasks) {
  link->close_after(handshake_limit);
  boost::system::error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await link->outer.async_handshake(asio::ssl::stream_base::server, token);
  link->timer.cancel();
  if (failed) {
    link->close();
    co_return;
  }
  auto inward = carry_in(link);
  tasks.spawn(std::move(inward), "tls reader");
  auto outward = carry_out(link);
  co_await std::move(outward);
}

}  // namespace

void start_tls(TaskGroup& tasks, asio::io_context& loop, int outer, int inner,
               std::shared_ptr<TlsCertificate::Context> context, std::shared_ptr<void> places) {
  auto link = std::make_shared<Link>(loop, std::move(context), std::move(places));
  boost::system::error_code ignored;
  link->outer.next_layer().assign(asio::generic::stream_protocol(AF_INET, IPPROTO_TCP), outer, ignored);
  link->inner.assign(asio::generic::stream_protocol(AF_UNIX, 0), inner, ignored);
  const int on = 1;
  ::setsockopt(outer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto serving = serve_tls(link, tasks);
  tasks.spawn(std::move(serving), "tls connection");
}

}  // namespace bootferry::http
