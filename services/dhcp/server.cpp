// SPDX-License-Identifier: Apache-2.0
#include "dhcp/server.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "base/log.hpp"
#include "base/rate_limit.hpp"
#include "dhcp/arp.hpp"
#include "dhcp/codec.hpp"
#include "dhcp/delivery.hpp"
#include "dhcp/elsewhere.hpp"
#include "dhcp/other_servers.hpp"
#include "dhcp/raw_frame.hpp"
#include "dhcp/responder.hpp"
#include "dhcp/router_advertisement.hpp"
#include "dhcp/server_sockets.hpp"

namespace bootferry::dhcp {

namespace asio = boost::asio;

/// Kept alive by its own pending operations, so that a server may go away while they end.
class Server::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::any_io_executor executor, Settings settings, Dependencies deps)
      : executor_(std::move(executor)),
        settings_(std::move(settings)),
        deps_(deps),
        timer_(executor_),
        probe_timer_(executor_) {}

  void open();
  void start();
  void stop();
  void note_file_sent(const MacAddress& mac);
  [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }
  [[nodiscard]] std::vector<boot::NetworkServer> network_servers() const;
  void probe_network();

 private:
  using Source = std::unique_ptr<asio::posix::stream_descriptor>;
  using Reader = void (Core::*)();
  static constexpr int probes_at_start = 2;
  static constexpr int datagrams_a_turn = 64;  ///< then other work of the loop gets its turn

  Source watch(Descriptor descriptor) {
    return descriptor.is_open() ? std::make_unique<asio::posix::stream_descriptor>(executor_, descriptor.release())
                                : nullptr;
  }
  void wait(Source& source, Reader reader);
  void read_server_port() { read_datagrams(*server_socket_, Port::server); }
  void read_pxe_port() { read_datagrams(*pxe_socket_, Port::pxe); }
  void read_datagrams(asio::posix::stream_descriptor& socket, Port port);
  void read_arp();
  void read_solicitations();
  void read_replies();
  void read_elsewhere();
  void probe_again(int times);
  void perform(Actions actions);
  void perform(Action& action);
  void on_saved(const Result<void>& saved, const SaveLease& save);
  void send(const Send& message);
  void send_frame(const Bytes& frame);
  void advertise(const Solicitation& client);
  void arm_timer();
  [[nodiscard]] Moment now() const { return {deps_.clock.now(), deps_.clock.wall_now()}; }
  void warn(std::string_view name, const std::string& why);

  asio::any_io_executor executor_;
  Settings settings_;
  Dependencies deps_;
  Source server_socket_, pxe_socket_, arp_socket_, solicitation_socket_, reply_socket_, elsewhere_socket_;
  std::optional<SocketTransport> transport_;
  std::optional<Responder> responder_;
  RouterAdvertiser advertiser_;
  OtherServers others_{settings_};
  Elsewhere elsewhere_;
  mutable std::mutex heard_mutex_;
  std::vector<boot::NetworkServer> heard_;  ///< what others_ knows, for other threads
  asio::steady_timer timer_, probe_timer_;
  std::optional<SteadyTime> armed_;
  RateLimit warnings_{20, 1};
  bool stopped_ = false;
  std::array<std::uint8_t, 2048> buffer_{};
};

void Server::Core::open() {
  if (settings_.mode == Settings::Mode::off) return;
  server_socket_ = watch(open_udp_socket(settings_, settings_.server_port, "DHCP"));
  pxe_socket_ = watch(open_udp_socket(settings_, settings_.pxe_port, "PXE"));
  arp_socket_ = watch(open_arp_socket(settings_));
  if (!arp_socket_) {
    log::warning("DHCP_NO_RAW_FRAMES",
                 {{"interface", settings_.interface},
                  {"reason", std::strerror(errno)},
                  {"effect", "replies go by broadcast, no address is probed; give the service CAP_NET_RAW"}});
    settings_.probe_addresses = false;
  } else {
    reply_socket_ = watch(open_reply_socket(settings_));
    elsewhere_socket_ = watch(open_elsewhere_socket(settings_));
    if (settings_.router_advertisements) solicitation_socket_ = watch(open_solicitation_socket(settings_));
  }
  transport_.emplace(settings_, server_socket_->native_handle(), pxe_socket_->native_handle(),
                     arp_socket_ ? arp_socket_->native_handle() : -1);
}

void Server::Core::start() {
  if (settings_.mode == Settings::Mode::off || !transport_) return;
  std::vector<boot::Lease> leases;
  if (settings_.mode == Settings::Mode::server) leases = deps_.leases.load();
  responder_.emplace(settings_, deps_.registry, leases);
  wait(server_socket_, &Core::read_server_port);
  wait(pxe_socket_, &Core::read_pxe_port);
  wait(arp_socket_, &Core::read_arp);
  wait(solicitation_socket_, &Core::read_solicitations);
  wait(reply_socket_, &Core::read_replies);
  wait(elsewhere_socket_, &Core::read_elsewhere);
  if (reply_socket_) probe_again(probes_at_start);
  arm_timer();
}

void Server::Core::stop() {
  if (std::exchange(stopped_, true)) return;
  timer_.cancel();
  probe_timer_.cancel();
  boost::system::error_code ignored;
  for (Source* source :
       {&server_socket_, &pxe_socket_, &arp_socket_, &solicitation_socket_, &reply_socket_, &elsewhere_socket_}) {
    if (*source) (*source)->close(ignored);
  }
}

void Server::Core::wait(Source& source, Reader reader) {
  if (!source || stopped_) return;
  source->async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this(), &source, reader](const boost::system::error_code& error) {
                       if (error || self->stopped_) return;
                       (self.get()->*reader)();
                       self->arm_timer();
                       self->wait(source, reader);
                     });
}

void Server::Core::read_datagrams(asio::posix::stream_descriptor& socket, Port port) {
  for (int i = 0; i < datagrams_a_turn; ++i) {
    std::optional<Datagram> datagram = try_receive(socket.native_handle(), settings_, buffer_);
    if (!datagram) return;
    const Result<Message> message = decode(datagram->payload);
    if (!message) {
      warn("DHCP_BAD_MESSAGE", message.error().message + " It came from " + datagram->from.source.to_string() + ".");
      continue;
    }
    elsewhere_.note_here(message->mac(), now().steady);
    datagram->from.port = port;
    perform(responder_->on_message(*message, datagram->from, now()));
  }
}

void Server::Core::read_arp() {
  for (int i = 0; i < datagrams_a_turn; ++i) {
    const std::optional<ByteView> frame = try_receive_frame(arp_socket_->native_handle(), buffer_);
    if (!frame) return;
    if (const auto claim = find_arp_claim(*frame))
      perform(responder_->on_probe_answer(claim->address, claim->holder, now()));
  }
}

void Server::Core::read_solicitations() {
  for (int i = 0; i < datagrams_a_turn; ++i) {
    const std::optional<ByteView> frame = try_receive_frame(solicitation_socket_->native_handle(), buffer_);
    if (!frame) return;
    const auto client = find_router_solicitation(*frame);
    if (client && client->mac != settings_.interface_mac && advertiser_.on_solicitation(*client, now().steady))
      advertise(*client);
  }
}

// ---- other servers

void Server::Core::read_replies() {
  for (int i = 0; i < datagrams_a_turn; ++i) {
    const std::optional<ByteView> frame = try_receive_frame(reply_socket_->native_handle(), buffer_);
    if (!frame) return;
    const auto datagram = find_udp_datagram(*frame);
    if (!datagram) continue;
    const Result<Message> reply = decode(datagram->payload);
    if (!reply) continue;
    perform(others_.on_reply(*reply, datagram->head.source_mac, datagram->head.source, now()));
    std::lock_guard lock(heard_mutex_);
    heard_ = others_.servers();
  }
}

void Server::Core::read_elsewhere() {
  for (int i = 0; i < datagrams_a_turn; ++i) {
    const auto heard = try_receive_elsewhere(elsewhere_socket_->native_handle(), buffer_);
    if (!heard) return;
    const auto datagram = find_udp_datagram(heard->frame);
    if (!datagram) continue;
    const Result<Message> request = decode(datagram->payload);
    if (!request) continue;
    if (auto event = elsewhere_.on_request(*request, heard->interface, *deps_.registry.snapshot(), now().steady))
      deps_.events.publish(std::move(*event));
  }
}

void Server::Core::probe_network() {
  if (stopped_ || !reply_socket_) return;
  std::array<std::uint8_t, 4> xid{};
  deps_.random.fill(xid);
  const Result<Bytes> probe = encode(others_.make_probe(ByteReader(xid).u32()));
  if (!probe) return;
  const UdpFrame head{settings_.interface_mac,  MacAddress::broadcast(), Ipv4Address::any(),
                      Ipv4Address::broadcast(), settings_.client_port,   settings_.server_port};
  send_frame(encode_udp_frame(head, *probe));
}

void Server::Core::probe_again(int times) {
  probe_network();
  if (times <= 1) return;
  probe_timer_.expires_after(boot::NetworkServers::probe_time);
  probe_timer_.async_wait([self = shared_from_this(), times](const boost::system::error_code& error) {
    if (!error && !self->stopped_) self->probe_again(times - 1);
  });
}

std::vector<boot::NetworkServer> Server::Core::network_servers() const {
  std::lock_guard lock(heard_mutex_);
  return heard_;
}

void Server::Core::note_file_sent(const MacAddress& mac) {
  if (!stopped_ && responder_) perform(responder_->on_file_sent(mac, now()));
}

// ---- actions

void Server::Core::perform(Actions actions) {
  for (Action& action : actions) perform(action);
}

void Server::Core::perform(Action& action) {
  if (const auto* message = std::get_if<Send>(&action)) {
    send(*message);
  } else if (const auto* probe = std::get_if<Probe>(&action)) {
    send_frame(encode_arp_probe(settings_.interface_mac, probe->address));
  } else if (auto* publish = std::get_if<Publish>(&action)) {
    deps_.events.publish(std::move(publish->event));
  } else if (auto* save = std::get_if<SaveLease>(&action)) {
    boot::Lease lease = save->lease;
    auto done = [weak = weak_from_this(), executor = executor_, kept = std::move(*save)](Result<void> saved) mutable {
      asio::post(executor, [weak, saved = std::move(saved), kept = std::move(kept)] {
        if (const auto self = weak.lock()) self->on_saved(saved, kept);
      });
    };
    deps_.leases.save(std::move(lease), std::move(done));
  } else if (const auto* seen = std::get_if<NoteSeen>(&action)) {
    deps_.registry.note_seen(seen->sighting);
  } else if (const auto* learned = std::get_if<LearnAddress>(&action)) {
    deps_.addresses.learn(learned->address, learned->mac);
  } else if (const auto* netbooting = std::get_if<Netbooting>(&action)) {
    others_.note_netbooting(netbooting->mac, now().steady);
    if (!solicitation_socket_) return;
    if (const auto waiting = advertiser_.on_netbooting(netbooting->mac, now().steady)) advertise(*waiting);
  }
}

void Server::Core::on_saved(const Result<void>& saved, const SaveLease& save) {
  if (stopped_) return;
  if (!saved) {
    // Without the ACK the client asks again; an address that a crash would forget is not given out.
    log::error("DHCP_LEASE_NOT_SAVED", {{"address", save.lease.address.to_string()},
                                        {"mac", save.lease.mac.to_string()},
                                        {"reason", saved.error().message}});
    return;
  }
  responder_->on_saved(save.lease);
  if (save.then_send) send(*save.then_send);
  for (const boot::Event& event : save.then_publish) deps_.events.publish(event);
}

void Server::Core::send(const Send& message) {
  const Result<void> sent = deliver(message, settings_, *transport_);
  if (!sent) warn("DHCP_SEND_FAILED", sent.error().message);
}

void Server::Core::send_frame(const Bytes& frame) {
  if (!transport_->can_send_frames()) return;
  const Result<void> sent = transport_->send_frame(frame);
  if (!sent) warn("DHCP_SEND_FAILED", sent.error().message);
}

void Server::Core::advertise(const Solicitation& client) {
  send_frame(encode_router_advertisement(settings_.interface_mac, client));
  log::debug("ROUTER_ADVERTISED", {{"mac", client.mac.to_string()}});
}

void Server::Core::arm_timer() {
  const std::optional<SteadyTime> wake = responder_->next_wake();
  if (armed_ == wake || stopped_) return;
  armed_ = wake;
  timer_.cancel();
  if (!wake) return;
  timer_.expires_at(*wake);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->stopped_) return;
    self->armed_.reset();
    self->perform(self->responder_->on_tick(self->now()));
    self->arm_timer();
  });
}

void Server::Core::warn(std::string_view name, const std::string& why) {
  if (warnings_.try_take(deps_.clock.now())) log::warning(name, {{"interface", settings_.interface}, {"reason", why}});
}

Server::Server(asio::any_io_executor executor, Settings settings, Dependencies dependencies) {
  if (settings.mode == Settings::Mode::server && !settings.range)
    throw std::invalid_argument("DHCP server mode needs a range of addresses.");
  core_ = std::make_shared<Core>(std::move(executor), std::move(settings), dependencies);
}

Server::~Server() { stop(); }
void Server::open() { core_->open(); }
void Server::start() { core_->start(); }
void Server::stop() { core_->stop(); }

void Server::note_file_sent(const MacAddress& mac) {
  asio::post(core_->executor(), [core = core_, mac] { core->note_file_sent(mac); });
}

std::vector<boot::NetworkServer> Server::network_servers() const { return core_->network_servers(); }

std::vector<boot::NetworkServer> Server::probe_network() {
  asio::post(core_->executor(), [core = core_] { core->probe_network(); });
  std::this_thread::sleep_for(probe_time);
  return network_servers();
}

}  // namespace bootferry::dhcp
