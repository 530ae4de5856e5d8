// SPDX-License-Identifier: Apache-2.0
// What all handlers have in common: lost updates, retries, answers that did not change, and proxies in front.
#include "appliance.hpp"
#include "http/proxy.hpp"

namespace bootferry::http::test {
namespace {

const std::string client = "/api/v1/clients/52:54:00:e2:e0:01";

class Answering : public Appliance {
 protected:
  static std::string header(std::string_view name, std::string_view value) {
    return std::string(name) + ": " + std::string(value) + "\r\n";
  }
};

TEST_F(Answering, AnEditOfWhatSomebodyElseChangedIsRefused) {
  start();
  const std::string tag = get(client).header("ETag");
  ASSERT_FALSE(tag.empty());
  EXPECT_EQ(ask("PUT", client, bearer() + header("If-Match", tag), R"({"name":"one"})").status, 200);
  const Reply late = ask("PUT", client, bearer() + header("If-Match", tag), R"({"name":"two"})");
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(administration.view.client.name, "one");
  EXPECT_EQ(late.header("ETag"), get(client).header("ETag"));
  EXPECT_EQ(ask("PUT", client, bearer() + header("If-Match", "\"other\", " + late.header("ETag")), R"({"name":"two"})")
                .status,
            200);
  EXPECT_EQ(ask("DELETE", client, bearer() + header("If-Match", tag)).status, 412);
  EXPECT_EQ(ask("PUT", "/api/v1/clients/52:54:00:e2:e0:09", bearer() + header("If-Match", "*"), "{}").status, 412)
      << "new";
  EXPECT_EQ(ask("PUT", client, bearer() + header("If-Match", "*"), "{}").status, 200);
}

TEST_F(Answering, AMachineThatIsSeenAgainSpoilsNobodysEdit) {
  start();
  const std::string tag = get(client).header("ETag");
  administration.view.state = boot::ClientState::booting;
  administration.view.client.last_seen = WallTime{std::chrono::seconds{1'790'000'500}};
  EXPECT_NE(get(client).header("ETag"), tag) << "a reader is told";
  EXPECT_EQ(ask("PUT", client, bearer() + header("If-Match", tag), R"({"name":"two"})").status, 200);
}

TEST_F(Answering, WhatDidNotChangeIsNotSentAgain) {
  start();
  const Reply first = get("/api/v1/images");
  const Reply again = get("/api/v1/images", header("If-None-Match", first.header("ETag")));
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.header("ETag"), first.header("ETag"));
  EXPECT_EQ(get("/api/v1/images", header("If-None-Match", "\"x\"")).status, 200);
}

TEST_F(Answering, ARetryWithTheSameKeyDoesNothingTwice) {
  start();
  const std::string headers = bearer() + header("Idempotency-Key", "k1");
  const std::string body = R"({"name":"new","size":1048576})";
  const Reply first = ask("POST", "/api/v1/images", headers, body);
  EXPECT_EQ(first.status, 201);
  administration.failure = Error{ErrorKind::conflict, "There is one already."};
  const Reply again = ask("POST", "/api/v1/images", headers, body);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Location"), first.header("Location"));
  EXPECT_EQ(ask("POST", "/api/v1/images", headers, R"({"name":"other","size":1})").status, 422);
  EXPECT_EQ(ask("POST", "/api/v1/images", bearer() + header("Idempotency-Key", "k2"), body).status, 409);
  Wire root = dial_control();
  EXPECT_EQ(ask(root, "POST", "/api/v1/images", header("Idempotency-Key", "k1"), body).status, 409) << "another's key";
}

TEST_F(Answering, AFailureOfOursMayBeRetried) {
  start();
  administration.failure = Error{ErrorKind::io, "The disk failed."};
  const std::string headers = bearer() + header("Idempotency-Key", "k1");
  const std::string body = R"({"name":"new","size":1048576})";
  EXPECT_EQ(ask("POST", "/api/v1/images", headers, body).status, 500);
  administration.failure.reset();
  EXPECT_EQ(ask("POST", "/api/v1/images", headers, body).status, 201);
}

TEST_F(Answering, ProblemsHaveOneShape) {
  start();
  for (const Reply& reply : {get("/api/v1/nothing"), get("/api/v1/clients?x=1"), ask("PUT", client),
                             ask("POST", "/api/v1/health"), get("/api/v1/images/none")}) {
    EXPECT_EQ(reply.header("Content-Type"), "application/problem+json");
    const auto problem = reply.json();
    EXPECT_EQ(problem["status"], reply.status);
    EXPECT_TRUE(problem["type"].get<std::string>().starts_with("urn:bootferry:problem:")) << problem;
    EXPECT_FALSE(problem["title"].get<std::string>().empty());
    EXPECT_TRUE(problem["detail"].get<std::string>().ends_with('.')) << problem;
  }
  EXPECT_EQ(get("/api/v1/nothing").json()["type"], "urn:bootferry:problem:not-found");
}

TEST_F(Answering, BehindAProxyAddressesHaveItsPrefixAndTheCookieIsSecure) {
  with_people = true;
  settings.trusted_proxies = {*parse_ip_network("127.0.0.1")};
  start();
  const std::string proxy =
      "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: lab.example\r\nX-Forwarded-Prefix: "
      "/boot/\r\n";
  const Reply made = ask("POST", "/api/v1/images", bearer() + proxy, R"({"name":"new","size":1048576})");
  EXPECT_EQ(made.header("Location"), "/boot/api/v1/images/new");
  administration.more_images = 1;
  EXPECT_EQ(ask("GET", "/api/v1/images?limit=1", bearer() + proxy).header("Link"),
            "</boot/api/v1/images?limit=1&after=new>; rel=\"next\"");
  const Reply visit =
      ask("POST", "/api/v1/first-visit", proxy + "Origin: https://lab.example\r\n",
          R"({"code":")" + accounts.first_visit_code() + R"(","name":"alice","password":"correct horse battery"})");
  ASSERT_EQ(visit.status, 201) << visit.body;
  EXPECT_TRUE(visit.header("Set-Cookie").starts_with("__Secure-bootferry="));
  EXPECT_NE(visit.header("Set-Cookie").find("; Path=/boot/;"), std::string::npos);
  EXPECT_TRUE(visit.header("Set-Cookie").ends_with("; Secure"));
  EXPECT_EQ(people.kept.logins.at(0).address, "192.0.2.7");
  // Over plain HTTP browsers would only complain of this header.
  EXPECT_EQ(ask("GET", "/", proxy).header("Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(get("/").header("Cross-Origin-Opener-Policy"), "");
}

TEST_F(Answering, WhatAnybodyElseSaysOfProxiesIsNotBelieved) {
  with_people = true;
  start();
  const Reply visit =
      ask("POST", "/api/v1/first-visit",
          "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /evil\r\n",
          R"({"code":")" + accounts.first_visit_code() + R"(","name":"alice","password":"correct horse battery"})");
  EXPECT_TRUE(visit.header("Set-Cookie").starts_with("bootferry="));
  EXPECT_NE(visit.header("Set-Cookie").find("; Path=/;"), std::string::npos);
  EXPECT_EQ(people.kept.logins.at(0).address, "127.0.0.1");
}

TEST_F(Answering, TheBasePathIsTakenOffButNotOfBootScripts) {
  settings.base_path = "/boot";
  start();
  EXPECT_EQ(get("/boot/api/v1/clients").status, 200);
  EXPECT_EQ(get("/boot/").status, 200);
  EXPECT_EQ(get("/api/v1/clients").status, 200) << "and without it too";
  EXPECT_EQ(get("/bootx/api/v1/clients").status, 404);
  EXPECT_TRUE(get("/boot/52:54:00:e2:e0:01.ipxe").body.starts_with("#!ipxe"));
  EXPECT_EQ(write("POST", "/boot/api/v1/images", R"({"name":"new","size":1048576})").header("Location"),
            "/boot/api/v1/images/new");
}

TEST(Proxy, TheAskerIsTheLastWhomNoTrustedProxyIs) {
  Settings settings;
  settings.trusted_proxies = {*parse_ip_network("10.0.0.0/24")};
  const auto from = [&](std::string_view peer, std::string list) {
    Request request;
    request.peer = *parse_ipv4_address(peer);
    look_through_proxy(request, {std::move(list), "", "", ""}, settings);
    return request.from;
  };
  EXPECT_EQ(from("10.0.0.1", "192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(from("10.0.0.1", "6.6.6.6, 192.0.2.7"), "192.0.2.7") << "what stands before it, anybody may write";
  EXPECT_EQ(from("10.0.0.1", "192.0.2.7, 10.0.0.2"), "192.0.2.7");
  EXPECT_EQ(from("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
  EXPECT_EQ(from("10.0.0.1", "fd00::7"), "fd00::7");
  EXPECT_EQ(from("10.0.1.1", "192.0.2.7"), "10.0.1.1");
}

TEST(Proxy, APrefixThatIsNoPlainPathIsDropped) {
  for (const char* good : {"/boot", "/a/b", "/a-b_c.d~e"}) EXPECT_TRUE(is_plain_prefix(good)) << good;
  for (const char* bad : {"", "/", "boot", "//evil.example", "/a//b", "/a/..", "/a/", "/a b", "/a\"b", "/a;b", "/%2f"})
    EXPECT_FALSE(is_plain_prefix(bad)) << bad;
}

}  // namespace
}  // namespace bootferry::http::test
