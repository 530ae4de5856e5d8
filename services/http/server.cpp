// SPDX-License-Identifier: Apache-2.0
#include "http/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <optional>
#include <vector>

#include "base/async_task_group.hpp"
#include "base/log.hpp"
#include "http/admission.hpp"
#include "http/connection.hpp"
#include "http/first_visit.hpp"
#include "http/listener.hpp"
#include "http/tls_link.hpp"

namespace bootferry::http {
namespace asio = boost::asio;

namespace {

constexpr std::string_view full =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What lives on one loop.
struct Floor {
  explicit Floor(asio::io_context& c) : context(c), tasks(c.get_executor()) {}
  asio::io_context& context;
  TaskGroup tasks;
  ChannelList channels;
};

/// A connection's places: on its loop, and among all connections.
struct Places {
  LoopPool::Seat seat;
  std::shared_ptr<void> ticket;
};

asio::awaitable<void> sweep(Floor& floor, std::chrono::milliseconds step) {
  asio::steady_timer timer(floor.context);
  for (;;) {
    timer.expires_after(step);
    co_await timer.async_wait(asio::use_awaitable);
    floor.channels.sweep(std::chrono::steady_clock::now());
  }
}

asio::awaitable<void> end_tasks(Floor& floor) {
  floor.tasks.cancel();
  co_await floor.tasks.join();
}

}  // namespace

struct Server::Impl {
  Impl(LoopPool& l, WorkerPool& db, const Services& services, Settings settings)
      : loops(l),
        people_pool(db),
        site(std::make_shared<const Site>(Site{services, std::move(settings)})),
        admission(
            std::make_shared<Admission>(site->settings.max_connections, site->settings.max_connections_per_address)) {
    for (std::size_t i = 0; i < loops.size(); ++i) floors.push_back(std::make_unique<Floor>(loops.context(i)));
  }

  void seat(Listener::Accepted accepted, bool is_tls);
  [[nodiscard]] bool unwrap(Listener::Accepted& accepted, Floor& floor,
                            const std::shared_ptr<TlsCertificate::Context>& context,
                            const std::shared_ptr<void>& places);
  asio::awaitable<void> accept_from(Listener& listener, bool is_tls);

  LoopPool& loops;
  WorkerPool& people_pool;
  WorkerPool disk_pool{"http-disk", 2};
  std::shared_ptr<const Site> site;
  std::shared_ptr<Admission> admission;
  std::optional<Listener> lan, lan_ipv6, control, tls;
  std::vector<std::unique_ptr<Floor>> floors;
  std::atomic<bool> stopping{false};
  bool started = false;
};

/// On loop 0: gives the socket whole to the least busy loop.
void Server::Impl::seat(Listener::Accepted accepted, bool is_tls) {
  auto ticket = admission->try_enter(accepted.peer.address);
  if (!ticket) {
    ::send(accepted.descriptor, full.data(), full.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ::close(accepted.descriptor);
    return;
  }
  const std::size_t index = loops.least_busy();
  auto places = std::make_shared<Places>(Places{loops.take_seat(index), std::move(ticket)});
  Floor& floor = *floors[index];
  const auto context = is_tls ? site->settings.certificate->context() : std::shared_ptr<TlsCertificate::Context>();
  asio::post(floor.context, [this, &floor, accepted, places, context]() mutable {
    if (stopping || (context && !unwrap(accepted, floor, context, places))) {
      ::close(accepted.descriptor);
      return;
    }
    auto channel =
        std::make_unique<Channel>(floor.channels, floor.context, accepted.descriptor, accepted.family, places);
    auto task = serve_connection(std::move(channel), accepted.peer, site, Workers{people_pool, disk_pool});
    floor.tasks.spawn(std::move(task), "http connection");
  });
}

/// Puts a pair between: one end for the link that speaks TLS, the other is what is served.
bool Server::Impl::unwrap(Listener::Accepted& accepted, Floor& floor,
                          const std::shared_ptr<TlsCertificate::Context>& context,
                          const std::shared_ptr<void>& places) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) return false;
  start_tls(floor.tasks, floor.context, accepted.descriptor, pair[0], context, places);
  accepted.descriptor = pair[1];
  accepted.family = AF_UNIX;
  accepted.peer.secure = true;
  return true;
}

asio::awaitable<void> Server::Impl::accept_from(Listener& listener, bool is_tls) {
  // A duplicate, so that the Listener still owns the port when this ends.
  asio::posix::stream_descriptor door(floors[0]->context, ::dup(listener.descriptor()));
  asio::steady_timer pause(floors[0]->context);
  for (;;) {
    co_await door.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
    bool failed = false;
    while (auto accepted = listener.try_accept(failed)) seat(*accepted, is_tls);
    if (!failed) continue;
    log::warning("HTTP_ACCEPT_FAILED", {{"mend", "raise the limit of open files"}});
    pause.expires_after(std::chrono::milliseconds{100});
    co_await pause.async_wait(asio::use_awaitable);
  }
}

Server::Server(LoopPool& loops, WorkerPool& people_pool, const Services& services, Settings settings)
    : impl_(std::make_unique<Impl>(loops, people_pool, services, std::move(settings))) {}

Server::~Server() = default;

void Server::open() {
  impl_->lan.emplace(Listener::make_tcp(impl_->site->settings.address, impl_->site->settings.port));
  if (!impl_->site->settings.ipv6_interface.empty()) {
    auto made = Listener::make_tcp_ipv6(impl_->site->settings.ipv6_interface, impl_->lan->port());
    if (made) impl_->lan_ipv6.emplace(std::move(*made));
  }
  impl_->control.emplace(Listener::make_control(impl_->site->control_socket()));
}

void Server::open_tls() {
  const Settings& settings = impl_->site->settings;
  impl_->tls.emplace(Listener::make_tcp(settings.address, settings.https_port));
}

std::string Server::first_visit_url(std::string_view code) const {
  return render_first_visit_url(impl_->site->settings, code);
}

std::string Server::certificate_fingerprint() const {
  const auto& certificate = impl_->site->settings.certificate;
  return certificate ? certificate->fingerprint() : "";
}

std::uint16_t Server::https_port() const { return impl_->tls ? impl_->tls->port() : 0; }

std::uint16_t Server::port() const { return impl_->lan ? impl_->lan->port() : 0; }

void Server::start() {
  Impl& impl = *impl_;
  impl.started = true;
  const Settings& settings = impl.site->settings;
  const auto shortest = std::min({settings.idle_limit, settings.request_limit, settings.send_limit});
  const auto step = std::clamp(shortest / 4, std::chrono::milliseconds{10}, std::chrono::milliseconds{500});
  for (auto& floor : impl.floors) {
    asio::post(floor->context, [&floor = *floor, step] {
      auto sweeping = sweep(floor, step);
      floor.tasks.spawn(std::move(sweeping), "http sweeper");
    });
  }
  asio::post(impl.floors[0]->context, [&impl] {
    auto lan = impl.accept_from(*impl.lan, false);
    impl.floors[0]->tasks.spawn(std::move(lan), "http acceptor");
    if (impl.lan_ipv6) {
      auto lan_ipv6 = impl.accept_from(*impl.lan_ipv6, false);
      impl.floors[0]->tasks.spawn(std::move(lan_ipv6), "http acceptor");
    }
    auto control = impl.accept_from(*impl.control, false);
    impl.floors[0]->tasks.spawn(std::move(control), "control acceptor");
    if (!impl.tls) return;
    auto tls = impl.accept_from(*impl.tls, true);
    impl.floors[0]->tasks.spawn(std::move(tls), "https acceptor");
  });
}

void Server::stop() {
  Impl& impl = *impl_;
  if (!impl.started || impl.stopping.exchange(true)) return;
  for (auto& floor : impl.floors) {
    std::promise<void> ended;
    auto done = ended.get_future();
    auto ending = end_tasks(*floor);
    auto on_end = [&ended](std::exception_ptr) { ended.set_value(); };
    asio::co_spawn(floor->context, std::move(ending), std::move(on_end));
    done.wait();
  }
  impl.lan.reset();
  impl.lan_ipv6.reset();
  impl.tls.reset();
  impl.control.reset();
  ::unlink(impl.site->control_socket().c_str());
}

}  // namespace bootferry::http
