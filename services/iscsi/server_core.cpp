// SPDX-License-Identifier: Apache-2.0
#include "iscsi/server_core.hpp"

#include <malloc.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "iscsi/server_connection.hpp"

namespace bootferry::iscsi {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

/// RFC 7143 13.8. A link-local address is meant on the link that the initiator came by: no zone is told.
std::string render_portal(const tcp::endpoint& endpoint) {
  std::string host = endpoint.address().to_string();
  if (endpoint.address().is_v6()) host = "[" + host.substr(0, host.find('%')) + "]";
  return host + ":" + std::to_string(endpoint.port()) + ",1";
}

}  // namespace

void Server::Core::join(std::size_t lane, Connection& connection) {
  connection.place_in_lane = lanes[lane].connections.size();
  lanes[lane].connections.push_back(&connection);
  if (!lanes[lane].ticks) start_ticking(lane);
}

void Server::Core::leave(std::size_t lane, Connection& connection) {
  auto& all = lanes[lane].connections;
  if (connection.place_in_lane >= all.size() || all[connection.place_in_lane] != &connection) return;
  all[connection.place_in_lane] = all.back();
  all[connection.place_in_lane]->place_in_lane = connection.place_in_lane;
  all.pop_back();
}

/// One timer for all connections of a loop: thousands of idle ones cost a walk, not a timer each. It belongs to its own
/// handler, so that it goes with the loop.
void Server::Core::start_ticking(std::size_t lane) {
  lanes[lane].ticks = true;
  auto timer = std::make_shared<asio::steady_timer>(loops.context(lane));
  timer->expires_after(settings.tick);
  timer->async_wait([core = shared_from_this(), lane, timer](const boost::system::error_code& error) {
    if (!error) core->tick(lane);
  });
}

void Server::Core::tick(std::size_t lane) {
  auto& all = lanes[lane].connections;
  const SteadyTime now = clock.now();
  for (std::size_t i = all.size(); i-- > 0;) {  // backwards: one that ends gives its place to one that had its turn
    const auto connection = all[i]->shared_from_this();
    connection->tick(now);
  }
  give_back(lanes[lane]);
  lanes[lane].ticks = false;
  if (!all.empty() || lanes[lane].trims != 0) start_ticking(lane);
}

/// Many have ended: what the allocator keeps of them goes back to the system. That takes milliseconds, so not here.
void Server::Core::give_back(Lane& lane) {
  constexpr std::size_t many = 64;
  lane.most = std::max(lane.most, lane.connections.size());
  if (lane.most >= many && lane.connections.size() <= lane.most / 2) {
    lane.most = lane.connections.size();
    lane.trims = 3;  // their ends, and what was told of them, take a while on other threads
  }
  if (lane.trims == 0) return;
  --lane.trims;
#ifdef __GLIBC__
  disk_pool.post([] { ::malloc_trim(0); });
#endif
}

/// Asio makes a small record for each socket and never frees it. Made one by one they would lie among the memory of the
/// sessions and keep its pages; so they are made in batches, by descriptors that stand in.
void Server::Core::prepare_descriptors() {
  constexpr std::size_t batch = 128;
  if (table.size() < prepared_) return;
  prepared_ += batch * lanes.size();
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    std::vector<asio::posix::stream_descriptor> stand_ins;
    for (std::size_t i = 0; i < batch; ++i) {
      const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (descriptor < 0) return;  // out of them: it is only memory
      boost::system::error_code error;
      stand_ins.emplace_back(loops.context(lane)).assign(descriptor, error);
      if (error) ::close(descriptor);
    }
  }
}

std::vector<std::string> Server::Core::portals_for(const tcp::endpoint& local) const {
  std::vector<std::string> texts{render_portal(local)};
  for (const tcp::endpoint& portal : portals) {
    const auto address = portal.address();
    const bool of_no_use = address.is_unspecified() || (address.is_v6() && address.to_v6().is_link_local()) ||
                           (address.is_loopback() && !local.address().is_loopback());
    if (!of_no_use && portal != local) texts.push_back(render_portal(portal));
  }
  return texts;
}

}  // namespace bootferry::iscsi
