// SPDX-License-Identifier: Apache-2.0
#include "tftp/server.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cerrno>

#include "base/log.hpp"
#include "tftp/codec.hpp"
#include "tftp/server_core.hpp"

namespace bootferry::tftp {
namespace {

constexpr auto tick = std::chrono::milliseconds{20};  ///< between two looks for silent clients

}  // namespace

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 120));
  std::replace_if(out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

void Server::Core::run(const std::stop_token& stop) {
  const std::stop_callback ends_waits(stop, [this] { sockets_.end_waits(); });
  while (!stop.stop_requested()) turn(std::chrono::milliseconds::max());
}

void Server::Core::turn(std::chrono::milliseconds longest) {
  for (const int descriptor : sockets_.wait(sessions_.empty() ? longest : std::min(longest, tick)))
    on_readable(descriptor);
  if (sessions_.empty()) return;
  const SteadyTime now = clock_.now();
  if (now < next_look_) return;
  next_look_ = now + tick;
  look_for_silence(now);
}

void Server::Core::stop() {
  for (UdpSocket& door : doors_) door.close();
  const Bytes goodbye = encode_error(ErrorCode::not_defined, "the boot server is stopping; try again in a moment");
  for (auto& [client, session] : sessions_) {
    try_send(session->port, goodbye);
    session->port.close();
  }
  sessions_.clear();
  by_descriptor_.clear();
}

void Server::Core::add_door(IpAddress address, std::uint16_t port) {
  doors_.push_back(UdpSocket::open_door({address, port}, settings_.interface));
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

/// One datagram; if more wait, the set says so again.
void Server::Core::on_readable(int descriptor) {
  if (const auto at = by_descriptor_.find(descriptor); at != by_descriptor_.end()) {
    const SessionPtr session = at->second;
    if (descriptor == session->port.strangers.descriptor()) return on_stranger(*session);
    if (const auto packet = try_receive(session->port, buffer_)) on_answer(session, *packet);
    return;
  }
  for (const UdpSocket& door : doors_) {
    if (door.descriptor() != descriptor) continue;
    if (const auto datagram = try_receive(door, buffer_)) on_request(door, *datagram);
    return;
  }
}

Server::Server(Settings settings, const boot::LoaderCatalog& loaders, boot::EventBus& events,
               const boot::AddressBook& addresses, const Clock& clock, const boot::ClientRegistry* registry)
    : core_(std::make_unique<Core>(std::move(settings), loaders, events, addresses, clock, registry)) {}

Server::~Server() { stop(); }
void Server::open() { core_->open(); }
void Server::start() {
  thread_ = std::jthread([core = core_.get()](const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "tftp");
    core->run(stop);
  });
}
void Server::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  core_->stop();
}
void Server::turn(std::chrono::milliseconds longest) { core_->turn(longest); }
std::uint16_t Server::port() const { return core_->port(); }

}  // namespace bootferry::tftp
