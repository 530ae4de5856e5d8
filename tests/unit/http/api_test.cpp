// SPDX-License-Identifier: Apache-2.0
// Every route of docs/api.md, over a real socket.
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

using Api = Appliance;
constexpr std::string_view client_path = "/api/v1/clients/52:54:00:e2:e0:01";

TEST_F(Api, AnImageGrows) {
  start();
  EXPECT_EQ(write("POST", "/api/v1/images/dos/grow", R"({"size": 209715200})").json()["size"], 209715200);
  for (const char* body :
       {R"({})", R"({"size": 0})", R"({"size": -1})", R"({"size": "8G"})", R"({"size": 1, "more": 1})"})
    EXPECT_EQ(write("POST", "/api/v1/images/dos/grow", body).status, 400) << body;
  EXPECT_EQ(write("POST", "/api/v1/images/none/grow", R"({"size": 1})").status, 404);
}

TEST_F(Api, MetricsAreOpenAsAllReads) {
  start();
  const Reply reply = get("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(reply.body, "bootferry_build_info 1\n");
  EXPECT_EQ(write("POST", "/metrics").status, 405);
}

TEST_F(Api, Reads) {
  start();
  Wire wire = dial();
  EXPECT_EQ(ask(wire, "GET", "/api/v1/health").json()["uptime_seconds"], 12);
  EXPECT_EQ(ask(wire, "GET", "/api/v1/health").json()["ports"]["pxe"], 4011);
  EXPECT_EQ(ask(wire, "GET", "/api/v1/clients").json()["clients"][0]["name"], "pc1");
  EXPECT_TRUE(ask(wire, "GET", client_path).json()["vendor"].is_null());
  EXPECT_EQ(ask(wire, "GET", client_path).json()["boot"]["drives"][0]["image"], "dos");
  EXPECT_EQ(ask(wire, "GET", "/api/v1/clients/52%3A54%3A00%3AE2%3AE0%3A01").status, 200);
  EXPECT_EQ(ask(wire, "GET", "/api/v1/assignments").json()["assignments"][0]["mac"], "52:54:00:e2:e0:01");
  EXPECT_EQ(ask(wire, "GET", "/api/v1/images").json()["images"][0]["used_by"][0], "52:54:00:e2:e0:01");
  EXPECT_EQ(ask(wire, "GET", "/api/v1/images/dos").json()["size"], 104857600);
  EXPECT_TRUE(ask(wire, "GET", "/api/v1/images/dos").json()["missing_files"].empty());
  administration.image.missing_files = {"/images/dos.raw"};
  EXPECT_EQ(ask(wire, "GET", "/api/v1/images/dos").json()["missing_files"], nlohmann::json({"/images/dos.raw"}));
  EXPECT_EQ(ask(wire, "GET", "/api/v1/sessions").json()["sessions"][0]["drive"], "0x81");
  const auto session = ask(wire, "GET", "/api/v1/sessions/7").json();
  EXPECT_EQ(session["limits"]["max_burst"], 262144);
  EXPECT_EQ(session["commands"], 6);
  EXPECT_EQ(session["read_latency"]["p50_us"], 2);
  EXPECT_TRUE(session["write_latency"].is_null());
  EXPECT_EQ(session["last_command"]["name"], "READ(10)");
  EXPECT_EQ(session["last_command"]["ms_ago"], 12);
  EXPECT_EQ(ask(wire, "GET", "/api/v1/sessions/8").status, 404);
  EXPECT_EQ(ask(wire, "GET", "/api/v1/leases").json()["leases"][0]["state"], "expired");
  EXPECT_EQ(ask(wire, "GET", "/api/v1/events?mac=52:54:00:e2:e0:01&after=7&limit=1000").status, 200);
  EXPECT_EQ(administration.query.mac, mac());
  EXPECT_EQ(administration.query.after, 7u);
  EXPECT_EQ(administration.query.limit, 1001u) << "one more tells whether there is a next page";
  EXPECT_EQ(ask(wire, "GET", "/api/v1/events?limit=3").status, 200);
  EXPECT_FALSE(administration.query.after);
  EXPECT_EQ(administration.query.limit, 3u);
  for (const char* list : {"clients", "images", "sessions", "leases", "assignments", "overlays"}) {
    EXPECT_EQ(get(std::string("/api/v1/") + list + "?limit=1").json()[list].size(), 1u) << list;
    EXPECT_EQ(get(std::string("/api/v1/") + list + "?limit=x").status, 400) << list;
  }
}

TEST_F(Api, TheNetworkTellsHowFullItsPoolIs) {
  start();
  auto network = get("/api/v1/network").json();
  EXPECT_EQ(network["network"], "10.99.0.0/24");
  EXPECT_EQ(network["address"], "10.99.0.1");
  EXPECT_EQ(network["dhcp_mode"], "proxy");
  EXPECT_TRUE(network["pool"].is_null()) << "the router has it";
  administration.dhcp_range = parse_ipv4_range("10.99.0.100-10.99.0.109").value();
  boot::Client reserved;
  reserved.mac = mac("52:54:00:e2:e0:09");
  reserved.reserved_address = parse_ipv4_address("10.99.0.105").value();
  EXPECT_TRUE(registry.put_client(reserved));
  const auto pool = get("/api/v1/network").json()["pool"];
  EXPECT_EQ(pool, nlohmann::json::parse(R"({"first":"10.99.0.100","last":"10.99.0.109","size":10,"leased":0,
                                            "reserved":1,"declined":0,"free":9,"warning":null})"));
}

TEST_F(Api, TheVendorIsToldWhereSomebodyKnowsIt) {
  struct One : boot::Vendors {
    std::optional<std::string_view> find_vendor(const MacAddress& asked) const override {
      return asked == mac() ? std::optional<std::string_view>("ACME") : std::nullopt;
    }
  } acme;
  vendors = &acme;
  start();
  EXPECT_EQ(get(client_path).json()["vendor"], "ACME");
  EXPECT_EQ(get("/api/v1/clients").json()["clients"][0]["vendor"], "ACME");
  EXPECT_EQ(get("/api/v1/leases").json()["leases"][0]["vendor"], "ACME");
}

TEST_F(Api, ReadsThatAreWrong) {
  start();
  for (const char* path :
       {"/api/v1/clients/nonsense", "/api/v1/events?limit=0", "/api/v1/events?limit=1001", "/api/v1/events?limit=-1",
        "/api/v1/events?after=x", "/api/v1/events?mac=x", "/api/v1/events?lmit=1", "/api/v1/events?limit"}) {
    EXPECT_EQ(get(path).status, 400) << path;
  }
  EXPECT_EQ(get("/api/v1/clients/52:54:00:00:00:00").status, 404);
  const Reply reply = get("/api/v1/images/none");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(reply.json(),
            nlohmann::json::parse(R"({"type":"urn:bootferry:problem:not-found","title":"Not Found","status":404,
                                      "detail":"No such image."})"));
}

TEST_F(Api, AccessIsSetAndItsSecretsNeverComeBack) {
  start();
  EXPECT_EQ(get(client_path).json()["access"],
            nlohmann::json::parse(R"({"auth":"boot","initiator":null,"user":null,"from":null,"secret_set":false,
                                      "target_secret_set":false})"));
  Reply reply = write("PUT", client_path,
                      R"({"access":{"auth":"mutual","initiator":"iqn.1993-08.org.debian:1","user":"dos",
                          "from":"10.99.0.0/24","secret":"topsecret-one","target_secret":"topsecret-two"}})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["access"]["auth"], "mutual");
  EXPECT_EQ(reply.json()["access"]["from"], "10.99.0.0/24");
  EXPECT_EQ(reply.json()["access"]["secret_set"], true);
  EXPECT_EQ(administration.view.client.access.target_secret, boot::Secret("topsecret-two"));
  for (const std::string_view path : {client_path, std::string_view("/api/v1/clients")})
    EXPECT_EQ(get(path).body.find("topsecret"), std::string::npos);
  EXPECT_EQ(reply.body.find("topsecret"), std::string::npos);
  reply = write("PUT", client_path, R"({"access":{"initiator":null,"from":null}})");
  EXPECT_EQ(reply.json()["access"]["initiator"], nullptr);
  EXPECT_EQ(reply.json()["access"]["from"], nullptr);
  EXPECT_EQ(reply.json()["access"]["secret_set"], true) << "what is left out keeps its value";
  for (const char* body :
       {R"({"access":{"auth":"CHAP"}})", R"({"access":{"secret":"topsecret"}})", R"({"access":[]})",
        R"({"access":{"secret":7}})", R"({"access":{"from":"topsecret-net"}})",
        R"({"access":{"password":"topsecret-x"}})", R"({"access":{"auth":"none","secret":"topsecret-one"}})",
        R"({"access":{"initiator":"pc 1"}})"}) {
    reply = write("PUT", client_path, body);
    EXPECT_EQ(reply.status, 400) << body;
    if (std::string_view(body).find("from") == std::string_view::npos) {
      EXPECT_EQ(reply.body.find("topsecret"), std::string::npos) << reply.body;
    }
  }
}

TEST_F(Api, WritesOfClientsAndAssignments) {
  start();
  Reply reply = write("PUT", client_path, R"({"name":"pc2","boot":{"kind":"local"}})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["name"], "pc2");
  EXPECT_EQ(administration.changes.back().boot, boot::BootEntry(boot::LocalDisk{}));
  EXPECT_FALSE(administration.changes.back().reserved_address);
  reply = write("PUT", "/api/v1/assignments/52:54:00:e2:e0:01",
                R"({"kind":"disks","drives":[{"image":"dos","mode":"readonly"}]})");
  EXPECT_EQ(reply.json()["boot"]["drives"][0]["mode"], "readonly");
  reply = write("DELETE", "/api/v1/assignments/52:54:00:e2:e0:01");
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("Content-Length"), "");
  ASSERT_TRUE(administration.changes.back().entries);
  EXPECT_TRUE(administration.changes.back().entries->empty()) << "rules and the default count again";
  EXPECT_EQ(get("/api/v1/assignments").json()["assignments"].size(), 0u);
  const auto before = administration.changes.size();
  EXPECT_EQ(write("DELETE", "/api/v1/assignments/52:54:00:00:00:09").status, 404);
  EXPECT_EQ(administration.changes.size(), before);
  EXPECT_EQ(write("DELETE", client_path).status, 204);
}

TEST_F(Api, WritesOfImagesAndSessions) {
  start();
  Reply reply = write("POST", "/api/v1/images", R"({"name":"4k","size":8589934592,"block_size":4096})");
  EXPECT_EQ(reply.json()["block_size"], 4096);
  EXPECT_EQ(reply.json()["thick"], false);
  EXPECT_EQ(reply.json()["physical_block_size"], 4096);
  reply = write("POST", "/api/v1/images", R"({"name":"win","size":8589934592})");
  EXPECT_EQ(reply.json()["block_size"], 512);
  EXPECT_EQ(reply.status, 201) << reply.body;
  EXPECT_EQ(reply.header("Location"), "/api/v1/images/win");
  EXPECT_EQ(administration.image.image.size, gib(8));
  for (const char* bad :
       {R"({"name":"win"})", R"({"name":"win","size":0})", R"({"name":"win","size":-1})",
        R"({"name":"win","size":"8G"})", R"({"name":"win","size":1.5})", R"({"name":"../x","size":1})", R"({"size":1})",
        R"({"name":"win","size":1,"source":"/x"})", R"({"name":"win","size":1,"typo":1})",
        R"({"name":"win","size":1,"block_size":1024})", R"({"name":"win","size":1,"block_size":"4096"})",
        R"({"name":"win","size":1,"block_size":2048})", R"({"name":"win","size":1,"thick":1})",
        R"({"name":"win","size":1,"removable":"yes"})", R"({"name":"win","size":1,"physical_block_size":1024})"}) {
    EXPECT_EQ(write("POST", "/api/v1/images", bad).status, 400) << bad;
  }
  EXPECT_EQ(write("DELETE", "/api/v1/images/win").status, 204);
  EXPECT_EQ(write("DELETE", "/api/v1/sessions/7").status, 204);
  EXPECT_EQ(administration.dropped, 7u);
  EXPECT_EQ(write("DELETE", "/api/v1/sessions/7x").status, 400);
}

TEST_F(Api, ImagesOfPresetsAndChecks) {
  start();
  EXPECT_EQ(write("POST", "/api/v1/images", R"({"name":"dos","preset":"dos"})").status, 201);
  EXPECT_EQ(administration.preset, "dos");
  EXPECT_EQ(administration.image.image.size.value, 0u) << "the preset's own";
  EXPECT_EQ(write("POST", "/api/v1/images", R"({"name":"dos","preset":"dos","size":104857600})").status, 201);
  EXPECT_EQ(administration.image.image.size, mib(100));
  for (const char* bad :
       {R"({"name":"win","preset":1,"size":1})", R"({"name":"win","preset":"dos","size":0})",
        R"({"name":"win","preset":"dos","source":"/x"})", R"({"name":"win","preset":"dos","format":"raw"})"})
    EXPECT_EQ(write("POST", "/api/v1/images", bad).status, 400) << bad;

  Reply reply = get("/api/v1/images/dos/check");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["worst"], "error");
  EXPECT_EQ(reply.json()["findings"][0]["code"], "fat-hidden-sectors");
  EXPECT_EQ(reply.json()["findings"][0]["repairable"], true);
  reply = write("POST", "/api/v1/images/dos/repair", "{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["mended"][0]["mend"], "Write 63.");
  EXPECT_EQ(write("POST", "/api/v1/images/dos/repair", R"({"force":true})").status, 400);
  administration.failure = Error{ErrorKind::conflict, "pc1 has it."};
  EXPECT_EQ(get("/api/v1/images/dos/check").status, 409);
  EXPECT_EQ(write("POST", "/api/v1/images/dos/repair", "{}").status, 409);
}

TEST_F(Api, PathsOfTheServerOnlyForTheUnixSocket) {
  start();
  EXPECT_EQ(write("POST", "/api/v1/images", R"({"name":"dos","source":"/etc/shadow"})").status, 403);
  EXPECT_EQ(write("POST", "/api/v1/images", R"({"name":"dos","device":"/dev/sda"})").status, 403);
  EXPECT_TRUE(administration.imported.empty());
  EXPECT_EQ(write("GET", "/api/v1/images/dos/path").status, 403);
  Wire wire = dial_control();
  EXPECT_EQ(ask(wire, "POST", "/api/v1/images", "", R"({"name":"dos","source":"/tmp/dos.img"})").status, 201);
  EXPECT_EQ(administration.imported, "/tmp/dos.img");
  EXPECT_EQ(ask(wire, "POST", "/api/v1/images", "", R"({"name":"dos","source":"dos.img"})").status, 400);
  EXPECT_EQ(ask(wire, "POST", "/api/v1/images", "", R"({"name":"win","device":"/dev/vg0/win"})").status, 201);
  EXPECT_EQ(administration.attached, "/dev/vg0/win");
  for (const char* wrong : {R"({"name":"win","device":"sda"})", R"({"name":"win","device":"/dev/sda","size":1})",
                            R"({"name":"win","device":"/dev/sda","block_size":4096})"})
    EXPECT_EQ(ask(wire, "POST", "/api/v1/images", "", wrong).status, 400) << wrong;
  EXPECT_EQ(ask(wire, "GET", "/api/v1/images/dos/path").json()["path"], "/images/dos.raw");
}

TEST_F(Api, EveryWriteNeedsAuthority) {
  start();
  const std::pair<const char*, const char*> writes[] = {{"PUT", "/api/v1/clients/52:54:00:e2:e0:01"},
                                                        {"DELETE", "/api/v1/clients/52:54:00:e2:e0:01"},
                                                        {"PUT", "/api/v1/assignments/52:54:00:e2:e0:01"},
                                                        {"DELETE", "/api/v1/assignments/52:54:00:e2:e0:01"},
                                                        {"POST", "/api/v1/images"},
                                                        {"DELETE", "/api/v1/images/dos"},
                                                        {"DELETE", "/api/v1/sessions/7"}};
  for (const auto& [method, path] : writes) {
    const Reply without = ask(method, path, "", "{}");
    EXPECT_EQ(without.status, 401) << path;
    EXPECT_TRUE(without.header("WWW-Authenticate").starts_with("Bearer")) << path;
    EXPECT_EQ(ask(method, path, bearer("wrong"), "{}").status, 401) << path;
    EXPECT_EQ(ask(method, path, "Cookie: token=" + token + "\r\n", "{}").status, 401) << path;
    EXPECT_EQ(ask(method, std::string(path) + "?token=" + token, "", "{}").status, 401) << path;
  }
  EXPECT_TRUE(administration.changes.empty());
  EXPECT_EQ(administration.dropped, 0u);
  Wire wire = dial_control();
  EXPECT_EQ(ask(wire, "PUT", client_path, "", R"({"name":"pc3"})").status, 200);
}

TEST_F(Api, EveryKindOfErrorHasItsStatus) {
  start();
  const std::pair<ErrorKind, int> kinds[] = {{ErrorKind::invalid, 400},     {ErrorKind::not_found, 404},
                                             {ErrorKind::conflict, 409},    {ErrorKind::denied, 403},
                                             {ErrorKind::unsupported, 501}, {ErrorKind::exhausted, 507},
                                             {ErrorKind::unavailable, 503}, {ErrorKind::io, 500}};
  for (const auto& [kind, status] : kinds) {
    administration.failure = Error{kind, "It is so \xff\"."};
    for (const Reply& reply :
         {get(client_path), write("DELETE", client_path), write("PUT", client_path, "{}"),
          write("DELETE", "/api/v1/images/dos"), write("POST", "/api/v1/images", R"({"name":"a","size":1})"),
          write("DELETE", "/api/v1/sessions/1")}) {
      EXPECT_EQ(reply.status, status);
      EXPECT_EQ(reply.json()["status"], status);
      EXPECT_TRUE(reply.json()["detail"].get<std::string>().starts_with("It is so "));
    }
  }
}

TEST_F(Api, AHandlerThatThrowsEndsNothing) {
  administration.explode = true;
  start();
  Wire wire = dial();
  const Reply reply = ask(wire, "GET", "/api/v1/images");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body.find("fire"), std::string::npos) << "the log has the details, not the network";
  EXPECT_EQ(ask(wire, "GET", "/api/v1/health").status, 200);
}

}  // namespace
}  // namespace bootferry::http::test
