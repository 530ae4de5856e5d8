// SPDX-License-Identifier: Apache-2.0
// The shell, on loopback with ports of its own: binds, answers at the PXE port, says which port is taken, stops.
#include "dhcp/server.hpp"

#include <gtest/gtest.h>
#include <net/if.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include "dhcp/codec.hpp"
#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using boost::asio::ip::udp;
using testing::ip;

class FakeStore final : public boot::LeaseStore {
 public:
  std::vector<boot::Lease> load() override { return {}; }
  void save(boot::Lease lease, Done done) override {
    saved.push_back(std::move(lease));
    done({});
  }
  std::vector<boot::Lease> saved;
};

std::uint16_t free_port() {
  boost::asio::io_context io;
  return udp::socket(io, udp::endpoint(udp::v4(), 0)).local_endpoint().port();
}

struct ServerLab {
  explicit ServerLab(Settings::Mode mode) {
    settings = testing::make_settings(mode);
    settings.interface = "lo";
    settings.interface_index = if_nametoindex("lo");
    settings.network = {ip("127.0.0.1"), 8};
    settings.range = Ipv4Range{ip("127.1.0.100"), ip("127.1.0.199")};
    settings.interface_mac = {};
    settings.probe_addresses = false;
    settings.server_port = free_port();
    settings.pxe_port = free_port();
    settings.client_port = client.local_endpoint().port();
  }
  std::unique_ptr<Server> make() {
    return std::make_unique<Server>(io.get_executor(), settings,
                                    Server::Dependencies{registry, store, events, addresses, clock, random});
  }
  /// Sends to a port and runs the loop until the answer is there, 5 s at most.
  std::optional<Message> ask(std::uint16_t port, const Message& question) {
    const Bytes bytes = encode(question).value();
    client.send_to(boost::asio::buffer(bytes), udp::endpoint(boost::asio::ip::address_v4::loopback(), port));
    std::array<std::uint8_t, 2048> buffer{};
    std::size_t size = 0;
    client.async_receive(boost::asio::buffer(buffer),
                         [&](const boost::system::error_code&, std::size_t received) { size = received; });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (size == 0 && std::chrono::steady_clock::now() < end) io.run_one_until(end);
    if (size == 0) return std::nullopt;
    const Result<Message> answer = decode(ByteView(buffer).first(size));
    return answer ? std::optional(*answer) : std::nullopt;
  }

  boost::asio::io_context io{1};
  udp::socket client{io, udp::endpoint(udp::v4(), 0)};
  Settings settings;
  testing::FakeRegistry registry;
  FakeStore store;
  SystemClock clock;
  SeededRandom random{1};
  boot::EventBus events{clock};
  boot::AddressBook addresses;
};

TEST(DhcpServer, answers_at_the_pxe_port_after_rubbish) {
  ServerLab lab(Settings::Mode::proxy);
  const auto server = lab.make();
  server->open();
  server->start();
  const Bytes rubbish(17, 0xff);
  lab.client.send_to(boost::asio::buffer(rubbish),
                     udp::endpoint(boost::asio::ip::address_v4::loopback(), lab.settings.pxe_port));
  Message request = testing::with_pxe(testing::make_request(MessageType::request), 7);
  request.ciaddr = ip("127.0.0.1");
  const auto answer = lab.ask(lab.settings.pxe_port, request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->file, "snponly.efi");
  server->stop();
  lab.io.run();  // ends: nothing is left behind
}

TEST(DhcpServer, acknowledges_a_renewal_only_through_the_lease_store) {
  ServerLab lab(Settings::Mode::server);
  const auto server = lab.make();
  server->open();
  server->start();
  Message request = testing::make_request(MessageType::request);
  request.ciaddr = ip("127.1.0.150");
  const auto answer = lab.ask(lab.settings.server_port, request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->type(), MessageType::ack);
  ASSERT_EQ(lab.store.saved.size(), 1u);
  EXPECT_EQ(lab.store.saved[0].address, ip("127.1.0.150"));
  EXPECT_EQ(lab.addresses.find(ip("127.1.0.150")), testing::pc1);
}

TEST(DhcpServer, a_taken_port_is_named) {
  ServerLab lab(Settings::Mode::proxy);
  udp::socket other(lab.io, udp::endpoint(udp::v4(), lab.settings.pxe_port));
  try {
    lab.make()->open();
    FAIL() << "opened a port that is taken";
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), boost::system::errc::address_in_use);
    EXPECT_NE(std::string(error.what()).find(std::to_string(lab.settings.pxe_port)), std::string::npos);
  }
}

TEST(DhcpServer, may_go_away_while_its_loop_runs_on) {
  ServerLab lab(Settings::Mode::proxy);
  auto server = lab.make();
  server->open();
  server->start();
  lab.io.poll();
  server.reset();
  lab.io.restart();
  lab.io.run();
}

TEST(DhcpServer, server_mode_without_a_range_is_refused) {
  ServerLab lab(Settings::Mode::server);
  lab.settings.range.reset();
  EXPECT_THROW((void)lab.make(), std::invalid_argument);
}

}  // namespace
}  // namespace bootferry::dhcp
