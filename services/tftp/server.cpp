// SPDX-License-Identifier: Apache-2.0
#include "tftp/server.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>

#include "base/log.hpp"
#include "tftp/codec.hpp"
#include "tftp/server_core.hpp"

namespace bootferry::tftp {
namespace {

namespace asio = boost::asio;

constexpr int rounds_a_turn = 16;  ///< then other work of the loop gets its turn

}  // namespace

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 120));
  std::replace_if(out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

void Server::Core::stop() {
  if (std::exchange(stopped_, true)) return;
  timer_.cancel();
  sockets_.close();
  for (UdpSocket& door : doors_) door.close();
  const Bytes goodbye = encode_error(ErrorCode::not_defined, "the boot server is stopping; try again in a moment");
  for (auto& [client, session] : sessions_) {
    try_send(session->socket, client, goodbye);
    session->socket.close();
  }
  sessions_.clear();
  by_descriptor_.clear();
}

void Server::Core::add_door(IpAddress address, std::uint16_t port) {
  doors_.push_back(UdpSocket::open({address, port}, settings_.interface, UdpSocket::Arrival::told));
  sockets_.add(doors_.back().descriptor());
}

void Server::Core::open_ipv6() {
  try {
    add_door(IpAddress(), port_);
  } catch (const boost::system::system_error& error) {
    const int code = error.code().value();
    if (code != EAFNOSUPPORT && code != EADDRNOTAVAIL) throw;
    log::info("TFTP_NO_IPV6", {{"why", error.what()}});  // this machine has none: nobody can ask that way
  }
}

void Server::Core::wait() {
  sockets_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->stopped_) return;
    // One client in lock-step: what woke us is its answer, so the set is not asked first. Others are not forgotten.
    if (self->lone_ && ++self->lone_turns_ < rounds_a_turn && self->on_readable(*self->lone_)) return self->wait();
    self->lone_turns_ = 0;
    for (int i = 0; i < rounds_a_turn; ++i) {
      const std::span<const int> ready = self->sockets_.take_ready();
      self->lone_ = ready.size() == 1 ? std::optional(ready.front()) : std::nullopt;
      for (const int descriptor : ready) self->on_readable(descriptor);
      if (ready.size() < 2) break;  // its answer is not here yet, so looking again is in vain
    }
    self->wait();
  });
}

/// One datagram; if more wait, the set says so again.
bool Server::Core::on_readable(int descriptor) {
  if (const auto at = by_descriptor_.find(descriptor); at != by_descriptor_.end()) {
    const SessionPtr session = at->second;
    const auto datagram = try_receive(session->socket, buffer_);
    if (datagram) on_answer(session, *datagram);
    return datagram.has_value();
  }
  for (const UdpSocket& door : doors_) {
    if (door.descriptor() != descriptor) continue;
    const auto datagram = try_receive(door, buffer_);
    if (datagram) on_request(door, *datagram);
    return datagram.has_value();
  }
  return false;
}

Server::Server(asio::io_context& context, Settings settings, const boot::LoaderCatalog& loaders, boot::EventBus& events,
               const boot::AddressBook& addresses, const Clock& clock, const boot::ClientRegistry* registry)
    : core_(std::make_shared<Core>(context, std::move(settings), loaders, events, addresses, clock, registry)),
      executor_(context.get_executor()) {}

Server::~Server() { stop(); }
void Server::open() { core_->open(); }
void Server::start() {
  asio::dispatch(executor_, [core = core_] { core->start(); });
}
void Server::stop() {
  asio::dispatch(executor_, [core = core_] { core->stop(); });
}
std::uint16_t Server::port() const { return core_->port(); }

}  // namespace bootferry::tftp
