// SPDX-License-Identifier: Apache-2.0
// What happens before the first packet: state folder, token, loaders, and the sentence for a port that is taken.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "app/admin_token.hpp"
#include "app/appliance.hpp"
#include "app/port_owner.hpp"
#include "app/state_folder.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

TEST(AdminToken, IsMadeOnceAndKeptForRootAlone) {
  const test::TemporaryFolder folder;
  SystemRandom random;
  const AdminToken made = load_or_make_admin_token(folder.path(), random);
  EXPECT_TRUE(made.made_now);
  EXPECT_EQ(made.value.size(), 32u);
  struct stat file{};
  ASSERT_EQ(stat((folder / "admin-token").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  const AdminToken again = load_or_make_admin_token(folder.path(), random);
  EXPECT_FALSE(again.made_now);
  EXPECT_EQ(again.value, made.value);
}

TEST(AdminToken, AFileCutShortIsNoToken) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "admin-token") << "abc\n";
  SystemRandom random;
  EXPECT_TRUE(load_or_make_admin_token(folder.path(), random).made_now);
}

TEST(StateFolder, IsHeldByOneServerAtATime) {
  const test::TemporaryFolder folder;
  {
    const StateFolder first(folder / "state");
    EXPECT_THROW(StateFolder(folder / "state"), std::runtime_error);
    EXPECT_TRUE(std::filesystem::is_directory(folder / "state" / "images"));
  }
  EXPECT_NO_THROW(StateFolder(folder / "state"));
}

/// A socket of ours on a port of the kernel's choice.
struct TakenPort {
  explicit TakenPort(int type) : fd(socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    if (type == SOCK_STREAM) {
      EXPECT_EQ(listen(fd, 1), 0);
    }
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  ~TakenPort() { close(fd); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;

  int fd;
  std::uint16_t port = 0;
};

TEST(PortOwner, IsFoundByItsSocket) {
  for (const auto& [type, kind] : {std::pair{SOCK_DGRAM, PortKind::udp}, std::pair{SOCK_STREAM, PortKind::tcp}}) {
    const TakenPort taken(type);
    const auto owner = find_port_owner(kind, taken.port);
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->pid, getpid());
    EXPECT_EQ(owner->program, "unit_app");
  }
}

TEST(PortOwner, TheSentenceNamesProgramAndMend) {
  const TakenPort taken(SOCK_DGRAM);
  const std::string sentence = explain_bind_failure(EADDRINUSE, PortKind::udp, taken.port, "ports.dhcp");
  EXPECT_NE(sentence.find("is taken by unit_app (pid "), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("ports.dhcp"), std::string::npos);
  EXPECT_NE(explain_bind_failure(EACCES, PortKind::udp, 67, "ports.dhcp").find("CAP_NET_BIND_SERVICE"),
            std::string::npos);
}

/// On loopback, with every port but those of the test left to the kernel.
Settings on_loopback(const test::TemporaryFolder& folder) {
  Settings settings;
  settings.interface = "lo";
  settings.state_dir = folder / "state";
  settings.loader_dir = folder / "no-loaders";
  settings.network_threads = 1;
  settings.dhcp_port = settings.pxe_port = settings.tftp_port = settings.http_port = settings.iscsi_port = 0;
  return settings;
}

std::string failure_of(const Settings& settings) {
  try {
    const Appliance appliance(settings);
    return "it starts";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(StartUp, TheSentenceNamesTheOneOfTheTwoDhcpPortsThatIsTaken) {
  const test::TemporaryFolder folder;
  const TakenPort taken(SOCK_DGRAM);
  Settings settings = on_loopback(folder);
  settings.pxe_port = taken.port;
  EXPECT_NE(failure_of(settings).find(fmt::format("UDP port {} is taken by", taken.port)), std::string::npos)
      << failure_of(settings);
  EXPECT_NE(failure_of(settings).find("--pxe-port"), std::string::npos) << failure_of(settings);
  settings.pxe_port = 0;
  settings.dhcp_port = taken.port;
  EXPECT_NE(failure_of(settings).find("--dhcp-port"), std::string::npos) << failure_of(settings);
}

TEST(StartUp, ARangeOfAnotherNetworkStopsIt) {
  const test::TemporaryFolder folder;
  Settings settings = on_loopback(folder);
  settings.dhcp_mode = DhcpMode::server;
  settings.dhcp_range = *parse_ipv4_range("10.98.0.1-10.98.0.100");
  EXPECT_NE(failure_of(settings).find("not inside the network"), std::string::npos) << failure_of(settings);
}

TEST(StartUp, TheWelcomeSaysThatThereAreNoLoaders) {
  const test::TemporaryFolder folder;
  Settings settings = on_loopback(folder);
  {
    const Appliance appliance(settings);
    EXPECT_NE(appliance.welcome().find("No loaders"), std::string::npos) << appliance.welcome();
  }
  std::filesystem::create_directory(settings.loader_dir);
  std::ofstream(settings.loader_dir / "undionly.kpxe") << "loader";
  const Appliance appliance(settings);
  EXPECT_EQ(appliance.welcome().find("No loaders"), std::string::npos) << appliance.welcome();
}

}  // namespace
}  // namespace bootferry::app
