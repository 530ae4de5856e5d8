// SPDX-License-Identifier: Apache-2.0
#include "iscsi/server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <future>

#include "base/log.hpp"
#include "iscsi/server_connection.hpp"

namespace bootferry::iscsi {
namespace asio = boost::asio;
using asio::ip::tcp;

struct Server::Listener {
  explicit Listener(asio::io_context& context) : acceptor(context), retry(context) {}
  tcp::acceptor acceptor;
  asio::steady_timer retry;
};

Server::Server(LoopPool& loops, WorkerPool& disk_pool, TargetDirectory& directory, boot::EventBus& events,
               const Clock& clock, ServerSettings settings)
    : core_(std::make_shared<Core>(loops, disk_pool, directory, events, clock, std::move(settings))) {}

Server::~Server() = default;

void Server::open() {
  for (const std::string& address : core_->settings.addresses) open_at(address, {});
  if (core_->settings.ipv6_interface.empty()) return;
  try {
    open_at("::", core_->settings.ipv6_interface);
  } catch (const boost::system::system_error& error) {
    const int code = error.code().value();  // no IPv6 in this kernel, or switched off by sysctl
    if (code != EAFNOSUPPORT && code != EADDRNOTAVAIL) throw;
  }
}

void Server::open_at(const std::string& address, const std::string& interface) {
  auto listener = std::make_unique<Listener>(core_->loops.context(0));
  const std::uint16_t wanted = core_->settings.port != 0 || listeners_.empty() ? core_->settings.port : port();
  const tcp::endpoint endpoint(asio::ip::make_address(address), wanted);
  tcp::acceptor& acceptor = listener->acceptor;
  acceptor.open(endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true));
  const auto size = static_cast<socklen_t>(interface.size());
  if (size > 0 && ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), size) != 0)
    throw boost::system::system_error(errno, boost::system::system_category());
  acceptor.bind(endpoint);
  acceptor.listen(1024);
  core_->portals.push_back(acceptor.local_endpoint());
  listeners_.push_back(std::move(listener));
}

void Server::start() {
  asio::post(core_->loops.context(0), [this] {
    for (std::size_t i = 0; i < listeners_.size(); ++i) accept(i);
  });
}

void Server::accept(std::size_t index) {
  Listener& listener = *listeners_[index];
  if (!listener.acceptor.is_open()) return;
  const std::size_t lane = core_->loops.least_busy();
  listener.acceptor.async_accept(
      core_->loops.context(lane), [this, index, lane](const boost::system::error_code& error, tcp::socket socket) {
        if (error == asio::error::operation_aborted || core_->stopping) return;
        if (error) {  // out of descriptors, most likely: others must end first
          log::warning("ISCSI_ACCEPT_FAILED", {{"why", error.message()}});
          listeners_[index]->retry.expires_after(std::chrono::milliseconds(100));
          listeners_[index]->retry.async_wait([this, index](const boost::system::error_code& stopped) {
            if (!stopped) accept(index);
          });
          return;
        }
        boost::system::error_code gone;
        const tcp::endpoint peer = socket.remote_endpoint(gone);
        const std::string host = peer.address().to_string();
        if (core_->table.size() >= core_->settings.max_connections ||
            core_->table.count_from(host) >= core_->settings.max_connections_per_address) {
          log::warning("ISCSI_TOO_MANY_CONNECTIONS", {{"peer", host}});
        } else if (!gone) {
          const std::string name = peer.address().is_v6() ? "[" + host + "]" : host;
          core_->prepare_descriptors();
          auto seat = core_->loops.take_seat(lane);
          auto connection = std::make_shared<Connection>(core_, std::move(socket), std::move(seat), lane);
          connection->enroll(name + ":" + std::to_string(peer.port()));
          asio::post(core_->loops.context(lane), [connection] { connection->start(); });
        }
        accept(index);
      });
}

void Server::stop(Duration patience) {
  core_->stopping = true;
  std::promise<void> closed;
  asio::post(core_->loops.context(0), [this, &closed] {
    for (auto& listener : listeners_) {
      boost::system::error_code ignored;
      listener->acceptor.close(ignored);
      listener->retry.cancel();
    }
    closed.set_value();
  });
  closed.get_future().wait();
  for (const auto& door : core_->table.doors(false)) door->ask_close("the server stops");
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(patience).count();
  for (const auto& door : core_->table.doors(true))
    door->ask_logout(static_cast<std::uint16_t>(std::max<long>(seconds, 1)), "the server stops");
  if (core_->table.wait_until_empty(patience)) return;
  for (const bool logged_in : {true, false}) {
    for (const auto& door : core_->table.doors(logged_in)) door->ask_close("the server stops");
  }
  if (!core_->table.wait_until_empty(std::chrono::seconds(10)))
    log::error("ISCSI_STOP_INCOMPLETE", {{"sessions", std::to_string(core_->table.size())}});
}

std::uint16_t Server::port() const { return core_->portals.front().port(); }

std::vector<boot::SessionView> Server::sessions() const { return core_->table.views(core_->clock.now()); }

std::vector<boot::SessionSample> Server::samples(std::span<const std::uint64_t> ids) const {
  return core_->table.samples(ids, core_->clock.now(), core_->clock.wall_now());
}

std::vector<boot::TargetTraffic> Server::traffic() const { return core_->table.traffic(); }

boot::Transferred Server::transferred() const { return core_->table.transferred(); }

std::vector<std::pair<std::uint16_t, std::uint64_t>> Server::login_refusals() const { return core_->refusals.list(); }

Result<void> Server::drop(std::uint64_t id) {
  const auto door = core_->table.find(id);
  if (!door)
    return fail(ErrorKind::not_found, fmt::format("there is no session {}; \"bootferry session list\" shows all", id));
  door->ask_logout(logout_seconds, "it was dropped by an administrator");
  return {};
}

void Server::check_rights() {
  for (const auto& door : core_->table.doors(true)) door->ask_check_right();
}

}  // namespace bootferry::iscsi
