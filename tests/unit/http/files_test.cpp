// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "appliance.hpp"
#include "http/download_events.hpp"
#include "http/open_file.hpp"

namespace bootferry::http::test {
namespace {

class Files : public Appliance {
 protected:
  Files() {
    write_file("files/vmlinuz", "0123456789");
    write_file("files/sub/initrd.img", "initrd");
    write_file("secret", "secret");
  }
};

TEST_F(Files, AreServedWhole) {
  start();
  const Reply reply = get("/files/vmlinuz");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "0123456789");
  EXPECT_EQ(reply.header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(reply.header("Accept-Ranges"), "bytes");
  EXPECT_FALSE(reply.header("ETag").empty());
  EXPECT_FALSE(reply.header("Last-Modified").empty());
  EXPECT_EQ(get("/files/sub/initrd.img").body, "initrd");
  EXPECT_EQ(get("/files/sub%2finitrd.img").body, "initrd");
}

TEST_F(Files, HeadSaysTheLengthOnly) {
  start();
  Wire wire = dial();
  const Reply reply = ask(wire, "HEAD", "/files/vmlinuz", "Range: bytes=0-1\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Length"), "10");
  EXPECT_EQ(ask(wire, "GET", "/files/vmlinuz").body, "0123456789") << "no body came behind the HEAD";
}

TEST_F(Files, Ranges) {
  start();
  Wire wire = dial();
  Reply reply = ask(wire, "GET", "/files/vmlinuz", "Range: bytes=2-4\r\n");
  EXPECT_EQ(reply.status, 206);
  EXPECT_EQ(reply.body, "234");
  EXPECT_EQ(reply.header("Content-Range"), "bytes 2-4/10");
  reply = ask(wire, "GET", "/files/vmlinuz", "Range: bytes=-3\r\n");
  EXPECT_EQ(reply.body, "789");
  reply = ask(wire, "GET", "/files/vmlinuz", "Range: bytes=10-\r\n");
  EXPECT_EQ(reply.status, 416);
  EXPECT_EQ(reply.header("Content-Range"), "bytes */10");
  reply = ask(wire, "GET", "/files/vmlinuz", "Range: bytes=0-1,4-5\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "0123456789");
}

TEST_F(Files, Validators) {
  start();
  const Reply first = get("/files/vmlinuz");
  EXPECT_EQ(get("/files/vmlinuz", "If-None-Match: " + first.header("ETag") + "\r\n").status, 304);
  EXPECT_EQ(get("/files/vmlinuz", "If-None-Match: \"other\"\r\n").status, 200);
  EXPECT_EQ(get("/files/vmlinuz", "If-Modified-Since: " + first.header("Last-Modified") + "\r\n").status, 304);
  EXPECT_EQ(get("/files/vmlinuz", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status, 200);
  EXPECT_EQ(get("/files/vmlinuz", "Range: bytes=0-0\r\nIf-Range: " + first.header("ETag") + "\r\n").status, 206);
  EXPECT_EQ(get("/files/vmlinuz", "Range: bytes=0-0\r\nIf-Range: \"other\"\r\n").status, 200);
  write_file("files/vmlinuz", "0123456789+");
  EXPECT_NE(get("/files/vmlinuz").header("ETag"), first.header("ETag"));
}

TEST_F(Files, NothingLeadsOut) {
  std::filesystem::create_symlink("../../secret", state_dir / "files/up");
  std::filesystem::create_symlink(state_dir / "secret", state_dir / "files/absolute");
  std::filesystem::create_directory_symlink("..", state_dir / "files/parent");
  std::filesystem::create_symlink("vmlinuz", state_dir / "files/inside");
  ::mkfifo((state_dir / "files/fifo").c_str(), 0600);
  start();
  EXPECT_EQ(get("/files/inside").body, "0123456789");
  const char* escapes[] = {"/files/up",
                           "/files/absolute",
                           "/files/parent/secret",
                           "/files/../secret",
                           "/files/%2e%2e/secret",
                           "/files/..%2fsecret",
                           "/files/%252e%252e/secret",
                           "/files/sub/../../secret",
                           "/files//etc/passwd",
                           "/files/%2fetc/passwd",
                           "/files/..%5csecret",
                           "/files/vmlinuz%00.txt",
                           "/files/.",
                           "/files/sub",
                           "/files/fifo",
                           "/files/",
                           "/loaders/..%2f..%2fsecret",
                           "/loaders/%2e%2e",
                           "/%2e%2e/secret",
                           "/assets/../../secret",
                           "/files/vmlinuz/x"};
  for (const char* path : escapes) {
    const Reply reply = get(path);
    EXPECT_TRUE(reply.status == 400 || reply.status == 404) << path << " " << reply.status;
    EXPECT_EQ(reply.body.find("secret"), std::string::npos) << path;
  }
}

TEST_F(Files, ABigFileComesWholeAndTheConnectionStays) {
  std::string big(3'000'000, '\0');
  SeededRandom(1).fill({reinterpret_cast<std::uint8_t*>(big.data()), big.size()});
  write_file("files/big", big);
  start();
  Wire wire = dial();
  EXPECT_TRUE(ask(wire, "GET", "/files/big").body == big);
  EXPECT_TRUE(ask(wire, "GET", "/files/big", "Range: bytes=100000-1999999\r\n").body == big.substr(100000, 1900000));
  EXPECT_EQ(ask(wire, "GET", "/files/vmlinuz").status, 200);
  write_file("files/empty", "");
  EXPECT_EQ(ask(wire, "GET", "/files/empty").header("Content-Length"), "0");
  EXPECT_EQ(ask(wire, "GET", "/files/vmlinuz").status, 200);
}

TEST_F(Files, ManyReadersAtOnceEachGetAllOfIt) {
  std::string big(3'000'000, '\0');
  SeededRandom(2).fill({reinterpret_cast<std::uint8_t*>(big.data()), big.size()});
  write_file("files/big", big);
  start();
  std::vector<Wire> others;
  for (int i = 0; i < 4; ++i) others.push_back(dial());  // in company, pages are handed over
  for (Wire& wire : others) {
    EXPECT_TRUE(ask(wire, "GET", "/files/big").body == big);
    EXPECT_TRUE(ask(wire, "GET", "/files/big", "Range: bytes=65536-196607\r\n").body == big.substr(65536, 131072));
    EXPECT_EQ(ask(wire, "GET", "/files/vmlinuz").body, "0123456789");
  }
}

TEST(OpenFile, WhatIsInMemoryIsKnownOrTakenForAbsent) {
  const OpenFile file(::memfd_create("test", MFD_CLOEXEC));
  ASSERT_EQ(::pwrite(file.descriptor(), std::string(100'000, 'x').data(), 100'000, 0), 100'000);
  EXPECT_FALSE(file.is_in_memory(4096, 1 << 20)) << "behind the end is nothing";
  utsname kernel{};
  ASSERT_EQ(::uname(&kernel), 0);
  int major = 0, minor = 0;
  ASSERT_EQ(std::sscanf(kernel.release, "%d.%d", &major, &minor), 2);
  EXPECT_EQ(file.is_in_memory(100'000, 0), std::pair(major, minor) >= std::pair(6, 5)) << "where the kernel can tell";
}

TEST_F(Files, WhatChangesBetweenTwoRequestsOfOneConnectionIsSeen) {
  write_file("files/a", "first");
  write_file("outside", "secret");
  start();
  Wire wire = dial();
  EXPECT_EQ(ask(wire, "GET", "/files/a").body, "first");
  EXPECT_EQ(ask(wire, "GET", "/files/a", "Range: bytes=1-2\r\n").body, "ir");
  write_file("files/a", "longer than before");
  EXPECT_EQ(ask(wire, "GET", "/files/a").body, "longer than before");
  write_file("files/b", "another file moved in its place");
  std::filesystem::rename(state_dir / "files/b", state_dir / "files/a");
  EXPECT_EQ(ask(wire, "GET", "/files/a").body, "another file moved in its place");
  std::filesystem::remove(state_dir / "files/a");
  EXPECT_EQ(ask(wire, "GET", "/files/a").status, 404);
  write_file("files/a", "back");
  EXPECT_EQ(ask(wire, "GET", "/files/a").body, "back");
  std::filesystem::remove(state_dir / "files/a");
  std::filesystem::create_symlink(state_dir / "outside", state_dir / "files/a");
  EXPECT_EQ(ask(wire, "GET", "/files/a").status, 404) << "a link out of the folder";
  EXPECT_EQ(ask(wire, "GET", "/files/vmlinuz").status, 200);
}

TEST_F(Files, ALongDownloadIsSeenToMoveAtMostTwiceASecond) {
  ManualClock manual;
  const Site site{{administration, registry, events, addresses, loaders, manual, boot_settings}, settings};
  addresses.learn(Ipv4Address{0x0a630032}, mac());
  Request request;
  request.peer = Ipv4Address{0x0a630032};
  const auto subscription = events.subscribe([] {});
  Answer brief(200, "", FilePart{nullptr, 0, 1 << 20});
  tell_download(brief, request, site, "small");
  EXPECT_FALSE(brief.progress_action()) << "over before anybody looks";
  Answer answer(200, "", FilePart{nullptr, 0, 8'000'000});
  tell_download(answer, request, site, "big.iso");
  for (std::uint64_t sent = 100'000; sent < 8'000'000; sent += 100'000) {
    manual.advance(std::chrono::milliseconds{100});
    answer.progress_action()(sent);
  }
  answer.sent_action()();
  const auto told = subscription->take().events;
  ASSERT_EQ(told.size(), 16u) << "7.9 s, and the end";
  using Fields = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(told[0].kind, boot::EventKind::file_progress);
  EXPECT_EQ(told[0].mac, mac());
  EXPECT_EQ(told[0].fields, (Fields{{"file", "big.iso"}, {"bytes", "500000"}, {"total", "8000000"}, {"percent", "6"}}));
  EXPECT_EQ(told[0].text, "PC 52:54:00:e2:e0:01 has 6 % of big.iso");
  EXPECT_EQ(told[15].kind, boot::EventKind::file_served);
}

TEST_F(Files, LoadersAreAClosedList) {
  write_file("elsewhere/undionly.kpxe", "loader");
  loaders.add("undionly.kpxe", state_dir / "elsewhere/undionly.kpxe");
  loaders.add("snponly.efi", state_dir / "elsewhere/undionly.kpxe");
  loaders.add("gone.efi", state_dir / "elsewhere/gone.efi");
  start();
  addresses.learn(Ipv4Address{0x7f000001}, mac());
  const auto subscription = events.subscribe([] {});
  Wire wire = dial();
  EXPECT_EQ(ask(wire, "GET", "/loaders/undionly.kpxe").body, "loader");
  EXPECT_EQ(ask(wire, "HEAD", "/loaders/snponly.efi").header("Content-Type"), "application/efi");
  EXPECT_EQ(ask(wire, "GET", "/loaders/undionly.kpxe", "Range: bytes=3-\r\n").body, "der");
  EXPECT_EQ(ask(wire, "GET", "/loaders/gone.efi").status, 404);
  EXPECT_EQ(ask(wire, "GET", "/loaders/other").status, 404);
  const auto batch = subscription->take();
  ASSERT_EQ(batch.events.size(), 1u) << "one event a download: not for HEAD, not for later parts";
  EXPECT_EQ(batch.events[0].kind, boot::EventKind::file_served);
  EXPECT_EQ(batch.events[0].mac, mac());
  EXPECT_NE(batch.events[0].text.find("undionly.kpxe"), std::string::npos);
}

}  // namespace
}  // namespace bootferry::http::test
