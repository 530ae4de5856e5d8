// SPDX-License-Identifier: Apache-2.0
// What happens before the first packet: state folder, token, loaders, and the sentence for a port that is taken.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "app/admin_token.hpp"
#include "app/loaders.hpp"
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

TEST(Loaders, TheUsersOwnWinAndOnlyLoadersAreTaken) {
  const test::TemporaryFolder folder;
  for (const char* part : {"package", "user"}) std::filesystem::create_directory(folder / part);
  for (const char* name : {"package/undionly.kpxe", "package/snponly.efi", "package/ipxe.iso", "package/.hidden.efi",
                           "user/undionly.kpxe"}) {
    std::ofstream(folder / name) << name;
  }
  const boot::LoaderCatalog catalog = find_loaders(folder / "package", folder / "user");
  EXPECT_EQ(catalog.find("undionly.kpxe"), folder / "user/undionly.kpxe");
  EXPECT_EQ(catalog.find("snponly.efi"), folder / "package/snponly.efi");
  EXPECT_FALSE(catalog.find("ipxe.iso"));
  EXPECT_FALSE(catalog.find(".hidden.efi"));
  EXPECT_TRUE(find_loaders("/nonexistent", "/nonexistent").files().empty());
}

/// A socket of ours on a port of the kernel's choice.
struct TakenPort {
  explicit TakenPort(int type) : fd(socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    if (type == SOCK_STREAM) EXPECT_EQ(listen(fd, 1), 0);
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

}  // namespace
}  // namespace bootferry::app
