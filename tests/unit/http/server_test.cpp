// SPDX-License-Identifier: Apache-2.0
// The shell: limits, deadlines, doors, and what a bad client must not do to the others.
#include <poll.h>
#include <sys/stat.h>

#include "appliance.hpp"
#include "http/admission.hpp"

#include <boost/system/system_error.hpp>

namespace bootferry::http::test {
namespace {

using HttpServer = Appliance;

TEST_F(HttpServer, EveryAnswerIsGuarded) {
  start();
  for (const char* path : {"/", "/api/v1/health", "/nothing", "/boot/52:54:00:e2:e0:01.ipxe"}) {
    const Reply reply = get(path);
    EXPECT_NE(reply.header("Content-Security-Policy").find("default-src 'self'"), std::string::npos) << path;
    EXPECT_NE(reply.header("Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos) << path;
    EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(reply.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(reply.header("Server"), "");
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "");
    EXPECT_EQ(reply.header("Date").size(), 29u);
  }
}

TEST_F(HttpServer, KeepsTheConnectionAndTheOrder) {
  start();
  Wire wire = dial();
  wire.send(request_text("GET", "/api/v1/health") + request_text("GET", "/nothing") +
            request_text("HEAD", "/api/v1/health") + request_text("GET", "/api/v1/images/dos"));
  EXPECT_EQ(wire.read_reply().status, 200);
  EXPECT_EQ(wire.read_reply().status, 404);
  const Reply head = wire.read_reply(false);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Connection"), "keep-alive");
  EXPECT_EQ(wire.read_reply().json()["name"], "dos");
}

TEST_F(HttpServer, ClosesWhenAsked) {
  start();
  Wire wire = dial();
  const Reply reply = ask(wire, "GET", "/api/v1/health", "Connection: close\r\n");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_EQ(wire.read_to_end(), "");
  Wire old = dial();
  old.send("GET /api/v1/health HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read_reply().status, 200);
  EXPECT_EQ(old.read_to_end(), "");
}

TEST_F(HttpServer, RequestInSmallPieces) {
  start();
  Wire wire = dial();
  for (const char c : request_text("PUT", "/api/v1/clients/52:54:00:e2:e0:01", bearer(), R"({"name":"pc9"})"))
    wire.send(std::string_view(&c, 1));
  EXPECT_EQ(wire.read_reply().json()["name"], "pc9");
  wire.send("PUT /api/v1/clients/52:54:00:e2:e0:01 HTTP/1.1\r\nHost: a\r\n" + bearer() +
            "Transfer-Encoding: chunked\r\n\r\n");
  wire.send("5\r\n{\"nam\r\n9\r\ne\":\"pc8\"}\r\n0\r\n\r\n");
  EXPECT_EQ(wire.read_reply().json()["name"], "pc8");
}

TEST_F(HttpServer, SaysGoOn) {
  start();
  Wire wire = dial();
  wire.send("PUT /api/v1/clients/52:54:00:e2:e0:01 HTTP/1.1\r\nHost: a\r\n" + bearer() +
            "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(wire.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  wire.send("{}");
  EXPECT_EQ(wire.read_reply().status, 200);
}

TEST_F(HttpServer, RefusesWhatIsTooLarge) {
  start();
  Wire header = dial();
  header.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x'));
  EXPECT_EQ(header.read_reply().status, 431);
  Wire line = dial();
  line.send("GET /" + std::string(20'000, 'x'));
  EXPECT_EQ(line.read_reply().status, 431);
  Wire declared = dial();
  declared.send("PUT /api/v1/clients/52:54:00:e2:e0:01 HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n");
  EXPECT_EQ(declared.read_reply().status, 413);
  Wire chunked = dial();
  chunked.send(
      "PUT /api/v1/clients/52:54:00:e2:e0:01 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n" +
      std::string(0x20000, 'x'));
  EXPECT_EQ(chunked.read_reply().status, 413);
  Wire huge = dial();
  huge.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n");
  EXPECT_EQ(huge.read_reply().status, 400);
  const std::string full = "{\"name\":\"" + std::string(65'000, 'x') + "\"}";
  EXPECT_EQ(write("PUT", "/api/v1/clients/52:54:00:e2:e0:01", full).status, 400)
      << "read whole, and the name is too long";
  EXPECT_EQ(get("/api/v1/health").status, 200);
}

TEST_F(HttpServer, RefusesWhatIsNotHttp) {
  start();
  for (const char* bad :
       {"nonsense\r\n\r\n", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\x02\x01\r\n\r\n"}) {
    Wire wire = dial();
    wire.send(bad);
    const Reply reply = wire.read_reply();
    EXPECT_TRUE(reply.status == 400 || reply.status == 505) << bad << reply.status;
    EXPECT_EQ(reply.header("Connection"), "close") << bad;
    EXPECT_EQ(wire.read_to_end(), "") << bad;
  }
}

TEST_F(HttpServer, UpgradeIsNotHonoured) {
  start();
  Wire wire = dial();
  const Reply reply =
      ask(wire, "PUT", "/api/v1/clients/52:54:00:e2:e0:01",
          "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n", "{}");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(ask(wire, "GET", "/api/v1/health", "Connection: Upgrade\r\nUpgrade: websocket\r\n").status, 200);
  Wire prior = dial();
  prior.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_GE(prior.read_reply().status, 400);
  EXPECT_EQ(ask("CONNECT", "/api/v1/health").status, 405);
  EXPECT_EQ(ask("OPTIONS", "/api/v1/health").header("Allow"), "GET, HEAD");
  EXPECT_EQ(ask("TRACE", "/api/v1/health").status, 405);
}

TEST_F(HttpServer, ASlowClientIsLetGo) {
  settings.request_limit = std::chrono::milliseconds{60};
  settings.idle_limit = std::chrono::milliseconds{120};
  start();
  Wire slow = dial();
  slow.send("GET / HTTP/1.1\r\nHost");
  EXPECT_EQ(slow.read_to_end(), "");
  Wire silent = dial();
  EXPECT_EQ(silent.read_to_end(), "");
  Wire body = dial();
  body.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
  EXPECT_EQ(body.read_to_end(), "");
  Wire kept = dial();
  EXPECT_EQ(ask(kept, "GET", "/api/v1/health").status, 200);
  EXPECT_EQ(kept.read_to_end(), "");
}

TEST_F(HttpServer, AReaderThatStopsIsLetGo) {
  settings.send_limit = std::chrono::milliseconds{100};
  write_file("files/big", std::string(64 << 20, 'x'));
  start();
  Wire wire = dial();
  wire.send(request_text("GET", "/files/big"));
  // Not reading: the kernel's buffers fill, the deadline passes, and the connection is reset.
  pollfd wait{wire.descriptor(), POLLRDHUP, 0};
  EXPECT_EQ(::poll(&wait, 1, 10'000), 1);
  EXPECT_LT(wire.read_to_end().size(), std::size_t{64 << 20});
  EXPECT_EQ(events.last_id(), 0u) << "what did not arrive was not served";
  EXPECT_EQ(get("/api/v1/health").status, 200);
}

TEST_F(HttpServer, ConnectionsAreCapped) {
  settings.max_connections_per_address = 3;
  start();
  std::vector<Wire> wires;
  for (int i = 0; i < 3; ++i) {
    wires.push_back(dial());
    EXPECT_EQ(ask(wires.back(), "GET", "/api/v1/health").status, 200);
  }
  Wire fourth = dial();
  EXPECT_EQ(fourth.read_reply().status, 503);
  Wire door = dial_control();
  EXPECT_EQ(ask(door, "GET", "/api/v1/health").status, 200) << "the person at the machine gets through";
  wires[0].send(request_text("GET", "/api/v1/health", "Connection: close\r\n"));
  wires[0].read_to_end();
  ::shutdown(wires[0].descriptor(), SHUT_RDWR);
  // Its place is given back on its own loop, at a moment that only the server knows.
  int status = 503;
  for (int i = 0; i < 1000 && status == 503; ++i) {
    Wire again = dial();
    again.send(request_text("GET", "/api/v1/health", "Connection: close\r\n"));
    status = again.read_reply().status;
  }
  EXPECT_EQ(status, 200);
}

TEST_F(HttpServer, AnswersOverIpv6AndUrlsNameTheAddressThatWasAsked) {
  settings.ipv6_interface = "lo";
  boot::Client client;
  client.mac = mac();
  client.set_boot(boot::Kernel{"vmlinuz", {}, ""});
  registry.state.clients[mac()] = client;
  start();
  const std::string path = "/boot/52:54:00:e2:e0:01.ipxe";
  Wire six = Wire::lan_ipv6(server->port());
  const Reply over_six = ask(six, "GET", path);
  EXPECT_NE(over_six.body.find("http://[::1]:8080/files/vmlinuz"), std::string::npos) << over_six.body;
  EXPECT_EQ(addresses.find(*parse_ip_address("::1")), mac());
  EXPECT_NE(get(path).body.find("http://10.99.0.1:8080/files/vmlinuz"), std::string::npos);
}

TEST_F(HttpServer, NoMachineHasMoreConnectionsForHavingManyIpv6Addresses) {
  auto admission = std::make_shared<Admission>(10, 1);
  const auto first = admission->try_enter(*parse_ip_address("fd00:1::1"));
  EXPECT_NE(first, nullptr);
  EXPECT_EQ(admission->try_enter(*parse_ip_address("fd00:1::2")), nullptr);
  EXPECT_NE(admission->try_enter(*parse_ip_address("fd00:1:0:1::2")), nullptr);
}

TEST_F(HttpServer, TheControlSocketIsForRootOnly) {
  start();
  struct stat found{};
  ASSERT_EQ(::stat((state_dir / "control.sock").c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  Wire wire = dial_control();
  wire.send("GET /api/v1/health HTTP/1.1\r\n\r\n");
  EXPECT_EQ(wire.read_reply().status, 200) << "the command line has no host to name";
  stop();
  EXPECT_FALSE(std::filesystem::exists(state_dir / "control.sock"));
}

TEST_F(HttpServer, AStaleControlSocketIsReplaced) {
  {
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, (state_dir / "control.sock").c_str(), sizeof at.sun_path - 1);
    ASSERT_EQ(::bind(left, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    ::close(left);
  }
  start();
  Wire wire = dial_control();
  EXPECT_EQ(ask(wire, "GET", "/api/v1/health").status, 200);
}

TEST_F(HttpServer, TakenPortsAndSocketsAreNamed) {
  start();
  const Services services{administration, registry, events, addresses, loaders, clock, boot_settings};
  Settings same = settings;
  same.port = server->port();
  Server second(loops, db_pool, services, same);
  try {
    second.open();
    FAIL() << "two servers on one port";
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), boost::system::errc::address_in_use);
    EXPECT_NE(std::string(error.what()).find("HTTP port " + std::to_string(same.port)), std::string::npos)
        << error.what();
  }
  Server third(loops, db_pool, services, settings);
  try {
    third.open();
    FAIL() << "two servers on one control socket";
  } catch (const boost::system::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("control.sock"), std::string::npos) << error.what();
  }
  EXPECT_EQ(get("/api/v1/health").status, 200);
}

TEST_F(HttpServer, AFileInTheWayOfTheControlSocketIsNotRemoved) {
  write_file("control.sock", "mine");
  EXPECT_THROW(start(), boost::system::system_error);
  server.reset();
  EXPECT_TRUE(std::filesystem::is_regular_file(state_dir / "control.sock"));
}

TEST_F(HttpServer, WithoutADashboardItSaysSo) {
  start();
  const Reply reply = get("/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(reply.body.find("no dashboard"), std::string::npos);
  EXPECT_EQ(get("/favicon.svg").status, 404);
}

TEST_F(HttpServer, ServesTheDashboard) {
  static constexpr std::string_view index = "<!doctype html>hello", script = "let a;";
  const EmbeddedFile table[] = {{"assets/app-1a2b.js", script.data(), script.data() + script.size()},
                                {"index.html", index.data(), index.data() + index.size()}};
  const EmbeddedFiles page(table, 2);
  settings.page = &page;
  start();
  EXPECT_EQ(get("/").body, index);
  EXPECT_EQ(get("/").header("Cache-Control"), "no-cache");
  EXPECT_EQ(get("/index.html").body, index);
  const Reply asset = get("/assets/app-1a2b.js");
  EXPECT_EQ(asset.body, script);
  EXPECT_EQ(asset.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(asset.header("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(get("/assets/other.js").status, 404);
  stop();
}

TEST_F(HttpServer, SendsTheDashboardPackedToWhoeverTakesIt) {
  static constexpr std::string_view index = "<!doctype html>hello", packed = "\x1f\x8bpacked", icon = "<svg/>";
  const EmbeddedFile table[] = {{"icon.svg", icon.data(), icon.data() + icon.size()},
                                {"index.html", index.data(), index.data() + index.size()},
                                {"index.html.gz", packed.data(), packed.data() + packed.size()}};
  const EmbeddedFiles page(table, 3);
  settings.page = &page;
  start();
  const Reply plain = get("/"), small = get("/", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(plain.body, index);
  EXPECT_EQ(plain.header("Content-Encoding"), "");
  EXPECT_EQ(small.body, packed);
  EXPECT_EQ(small.header("Content-Encoding"), "gzip");
  EXPECT_EQ(small.header("Content-Type"), "text/html; charset=utf-8");
  for (const Reply& reply : {plain, small}) EXPECT_EQ(reply.header("Vary"), "Accept-Encoding");
  EXPECT_NE(plain.header("ETag"), small.header("ETag"));
  const std::string seen = "If-None-Match: " + small.header("ETag") + "\r\n";
  EXPECT_EQ(get("/", seen).status, 200) << "the plain one was not seen";
  const Reply same = get("/", seen + "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.header("ETag"), small.header("ETag"));
  const Reply unpacked = get("/icon.svg", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(unpacked.body, icon);
  EXPECT_EQ(unpacked.header("Vary"), "");
  // Compression beside secrets tells them (BREACH): the API is never packed.
  EXPECT_EQ(get("/api/v1/clients", "Accept-Encoding: gzip\r\n").header("Content-Encoding"), "");
  stop();
}

TEST_F(HttpServer, StopsInTheMiddleOfEverything) {
  write_file("files/big", std::string(32 << 20, 'x'));
  start();
  Wire loading = dial();
  loading.send(request_text("GET", "/files/big"));
  Wire streaming = dial();
  streaming.send(request_text("GET", "/api/v1/events/stream"));
  streaming.read_until("\r\n\r\n");
  Wire half = dial();
  half.send("GET / HT");
  Wire idle = dial();
  EXPECT_EQ(ask(idle, "GET", "/").status, 200);
  stop();
  streaming.read_to_end();
  EXPECT_EQ(half.read_to_end(), "");
  EXPECT_EQ(idle.read_to_end(), "");
}

}  // namespace
}  // namespace bootferry::http::test
