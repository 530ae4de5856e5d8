// SPDX-License-Identifier: Apache-2.0
// A TFTP server and its clients on loopback, over IPv4 and IPv6. The server is turned by hand.
#pragma once

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "tftp/codec.hpp"
#include "tftp/server.hpp"
#include "tftp/server_socket.hpp"
#include "tftp/transfer.hpp"

namespace bootferry::tftp {

/// A client's UDP socket on 127.0.0.1 or ::1.
class Peer {
 public:
  explicit Peer(IpAddress host = Ipv4Address{0x7f000001}) : host_(host) {
    open();
    sockaddr_in6 local{};  // its port lies where sockaddr_in has it
    socklen_t size = sizeof local;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&local), &size);
    port_ = ntohs(local.sin6_port);
  }
  ~Peer() { close(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// What comes while it is closed is answered by the kernel, with an ICMP error.
  void close() { ::close(std::exchange(socket_, -1)); }
  /// At the port that it had.
  void open() {
    socket_ = ::socket(host_.is_ipv4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const RawAddress local({host_, port_});
    if (::bind(socket_, local.get(), local.size) != 0) throw std::runtime_error("no loopback");
  }

  void send(std::uint16_t port, ByteView bytes) {
    const RawAddress to({host_, port});
    ASSERT_EQ(::sendto(socket_, bytes.data(), bytes.size(), 0, to.get(), to.size), static_cast<ssize_t>(bytes.size()));
  }
  std::optional<std::string> try_receive() {
    std::array<char, 70'000> buffer;
    sockaddr_in6 from{};  // its port lies where sockaddr_in has it
    socklen_t size = sizeof from;
    const ssize_t count =
        ::recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return std::nullopt;
    server_port = ntohs(from.sin6_port);
    return std::string(buffer.data(), static_cast<std::size_t>(count));
  }
  std::uint16_t server_port = 0;  ///< of the last packet received: the transfer's port

 private:
  const IpAddress host_;
  std::uint16_t port_ = 0;
  int socket_ = -1;
};

/// Clients that a test writes down.
class FixedRegistry final : public boot::ClientRegistry {
 public:
  std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override {
    return std::make_shared<const boot::RegistrySnapshot>(state);
  }
  void note_seen(const boot::Sighting&) override {}
  Result<void> put_client(const boot::Client&) override { return {}; }
  Result<void> remove_client(const MacAddress&) override { return {}; }
  Result<void> put_image(const boot::Image&) override { return {}; }
  Result<void> remove_image(std::string_view) override { return {}; }

  boot::RegistrySnapshot state;
};

struct TftpServer : testing::Test {
  ManualClock clock;
  boot::EventBus bus{clock};
  boot::AddressBook addresses;
  boot::LoaderCatalog loaders;
  FixedRegistry registry;
  std::unique_ptr<boot::EventSubscription> subscription = bus.subscribe([] {});
  std::filesystem::path folder;
  std::string content = std::string(1000, 'x') + std::string(300, 'y');
  std::optional<Server> server;

  TftpServer() {
    std::string name = (std::filesystem::temp_directory_path() / "bootferry-tftp-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    write("loader", content);
    loaders.add("loader", folder / "loader");
    loaders.add("gone", folder / "gone");
    addresses.learn(Ipv4Address{0x7f000001}, {{0x52, 0x54, 0, 0, 0, 1}});
    begin({});
  }
  ~TftpServer() override {
    server.reset();
    std::filesystem::remove_all(folder);
  }
  void begin(Settings settings) {
    settings.port = 0;
    server.emplace(settings, loaders, bus, addresses, clock, &registry);
    server->open();
  }
  void write(const char* name, const std::string& text) { std::ofstream(folder / name, std::ios::binary) << text; }

  /// All that waits is done, and nothing is waited for.
  void turn() {
    for (int i = 0; i < 20; ++i) server->turn(std::chrono::milliseconds{0});
  }
  /// Turns the server until the peer has a packet; empty when none came.
  std::string receive(Peer& peer) {
    for (int i = 0; i < 400; ++i) {
      turn();
      if (auto packet = peer.try_receive()) return *packet;
      server->turn(std::chrono::milliseconds{5});
    }
    return "";
  }
  /// What comes of itself after everything that waits was done.
  std::optional<std::string> receive_at_once(Peer& peer) {
    turn();
    return peer.try_receive();
  }
  void ask(Peer& peer, const std::string& file, std::vector<Option> options = {}, const std::string& mode = "octet") {
    peer.send(server->port(), encode_read_request({file, mode, std::move(options)}));
  }
  void ack(Peer& peer, std::uint16_t block) { peer.send(peer.server_port, encode_ack(block)); }
  std::vector<boot::Event> told() {
    turn();
    return subscription->take().events;
  }
  /// The whole file in 512-byte blocks.
  std::string download(Peer& peer, const std::string& file, const std::string& mode = "octet") {
    ask(peer, file, {}, mode);
    std::string got;
    for (std::uint16_t block = 1;; ++block) {
      const std::string packet = receive(peer);
      if (packet.size() < 4 || packet[1] != 3) return "bad packet";
      got += packet.substr(4);
      ack(peer, block);
      if (packet.size() < 516) return got;
    }
  }
};

}  // namespace bootferry::tftp
