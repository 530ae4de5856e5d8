// SPDX-License-Identifier: Apache-2.0
// First visit, logins, users, tokens and the audit log over a real connection.
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

constexpr const char* good = R"({"name":"alice","password":"correct horse battery"})";

class People : public Appliance {
 protected:
  People() { with_people = true; }
  /// "Cookie: NAME=VALUE" of an answer, and the header of our page.
  static std::string cookie_of(const Reply& reply) {
    const std::string set = reply.header("Set-Cookie");
    return "X-Bootferry: 1\r\nCookie: " + set.substr(0, set.find(';')) + "\r\n";
  }
  std::string visit() {
    const std::string body =
        R"({"code":")" + accounts.first_visit_code() + R"(","name":"alice","password":"correct horse battery"})";
    const Reply reply = ask("POST", "/api/v1/first-visit", "", body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return cookie_of(reply);
  }
  Reply root(std::string_view method, std::string_view path, std::string_view body = "") const {
    Wire wire = dial_control();
    return ask(wire, method, path, "", body);
  }
};

TEST_F(People, TheFirstVisitMakesTheAdminAndClosesTheDoor) {
  start();
  EXPECT_TRUE(get("/api/v1/first-visit").json()["needed"]);
  EXPECT_TRUE(get("/api/v1/me").json()["first_visit"]);
  EXPECT_EQ(get("/api/v1/first-visit/code").status, 403);
  EXPECT_EQ(root("GET", "/api/v1/first-visit/code").json()["code"], accounts.first_visit_code());
  EXPECT_EQ(root("GET", "/api/v1/first-visit/code").json()["url"],
            "http://127.0.0.1:" + std::to_string(settings.port) + "/#code=" + accounts.first_visit_code());
  EXPECT_EQ(get("/api/v1/clients").status, 200) << "nothing is secret yet";
  const Reply wrong = ask("POST", "/api/v1/first-visit", "", R"({"code":"x","name":"eve","password":"correct horse"})");
  EXPECT_EQ(wrong.status, 401);
  const std::string cookie = visit();
  EXPECT_EQ(get("/api/v1/clients").status, 401);
  EXPECT_EQ(get("/api/v1/clients", cookie).status, 200);
  EXPECT_EQ(get("/metrics").status, 401);
  EXPECT_EQ(get("/api/v1/health").json(), nlohmann::json::parse(R"({"status":"ok"})"));
  EXPECT_EQ(get("/api/v1/health", cookie).json()["clients"], 3);
  EXPECT_EQ(get("/").status, 200);
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:01.ipxe").status, 200) << "machines boot as before";
  EXPECT_FALSE(get("/api/v1/first-visit").json()["needed"]);
  EXPECT_EQ(root("GET", "/api/v1/first-visit/code").status, 409);
}

TEST_F(People, ACookieIsForThisHostAndThisBrowserOnly) {
  start();
  visit();
  const Reply reply = ask("POST", "/api/v1/login", "User-Agent: Firefox\r\n", good);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const std::string cookie = reply.header("Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("bootferry=")) << cookie;
  for (const char* part : {"; Path=/;", "; HttpOnly", "; SameSite=Strict", "; Max-Age="})
    EXPECT_NE(cookie.find(part), std::string::npos) << cookie;
  const int thirty_days = 30 * 24 * 3600, left = std::stoi(cookie.substr(cookie.find("Max-Age=") + 8));
  EXPECT_GT(left, thirty_days - 3600) << "counted from when it is sent";
  EXPECT_LE(left, thirty_days);
  EXPECT_EQ(cookie.find("Domain"), std::string::npos);
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(reply.json()["user"], "alice");
  const auto logins = get("/api/v1/logins", cookie_of(reply)).json()["logins"];
  ASSERT_EQ(logins.size(), 2u);
  const auto& own = logins[logins[0]["agent"] == "Firefox" ? 0 : 1];  // both may be of the same millisecond
  EXPECT_EQ(own["agent"], "Firefox");
  EXPECT_EQ(own["address"], "127.0.0.1");
  EXPECT_TRUE(own["current"]);
  EXPECT_EQ(ask("POST", "/api/v1/logout", cookie_of(reply)).status, 204);
  EXPECT_EQ(get("/api/v1/clients", cookie_of(reply)).status, 401);
}

TEST_F(People, ALoginReplacesTheOneThatThisBrowserHad) {
  start();
  const std::string first = visit();
  const Reply second = ask("POST", "/api/v1/login", first, good);
  EXPECT_EQ(get("/api/v1/clients", first).status, 401);
  EXPECT_EQ(get("/api/v1/clients", cookie_of(second)).status, 200);
}

TEST_F(People, GuessingIsSlowedDownAndSaysForHowLong) {
  start();
  visit();
  Reply reply;
  int tries = 0;
  do {
    reply = ask("POST", "/api/v1/login", "", R"({"name":"alice","password":"a wrong password"})");
    ASSERT_TRUE(reply.status == 401 || reply.status == 429) << reply.status;
  } while (reply.status == 401 && ++tries < 20);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.header("Retry-After"), "30");
  EXPECT_EQ(ask("POST", "/api/v1/login", "", good).status, 429);
}

TEST_F(People, AViewerSeesAndChangesNothingButHimself) {
  start();
  const std::string admin = visit();
  EXPECT_EQ(
      ask("POST", "/api/v1/users", admin, R"({"name":"victor","role":"viewer","password":"correct horse battery"})")
          .status,
      201);
  const Reply login = ask("POST", "/api/v1/login", "", R"({"name":"victor","password":"correct horse battery"})");
  const std::string viewer = cookie_of(login);
  EXPECT_EQ(get("/api/v1/me", viewer).json()["right"], "read");
  EXPECT_EQ(get("/api/v1/clients", viewer).status, 200);
  EXPECT_EQ(ask("PUT", "/api/v1/clients/52:54:00:e2:e0:01", viewer, R"({"name":"x"})").status, 403);
  EXPECT_EQ(get("/api/v1/users", viewer).status, 403);
  EXPECT_EQ(get("/api/v1/audit", viewer).status, 403);
  EXPECT_EQ(get("/api/v1/logins", viewer).json()["logins"].size(), 1u) << "his own";
  std::string of_admin;
  for (const auto& one : get("/api/v1/logins", admin).json()["logins"]) {
    if (one["user"] == "alice") of_admin = one["id"];
  }
  EXPECT_EQ(ask("DELETE", "/api/v1/logins/" + of_admin, viewer).status, 404);
  const Reply changed =
      ask("PUT", "/api/v1/me/password", viewer, R"({"old":"correct horse battery","new":"another long one"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(get("/api/v1/clients", viewer).status, 401) << "a new secret with the new password";
  EXPECT_EQ(get("/api/v1/clients", cookie_of(changed)).status, 200);
}

TEST_F(People, UsersAreChangedAndTheLastAdminStays) {
  start();
  const std::string admin = visit();
  EXPECT_EQ(ask("DELETE", "/api/v1/users/alice", admin).status, 409);
  EXPECT_EQ(ask("PUT", "/api/v1/users/alice", admin, R"({"role":"viewer"})").status, 409);
  for (const char* bad :
       {R"({"name":"B!","role":"viewer","password":"correct horse"})",
        R"({"name":"b","role":"king","password":"correct horse"})",
        R"({"name":"b","role":"viewer","password":"short"})", R"({"name":"b","role":"viewer"})", "[]", ""})
    EXPECT_EQ(ask("POST", "/api/v1/users", admin, bad).status, 400) << bad;
  EXPECT_EQ(root("POST", "/api/v1/users", R"({"name":"bob","role":"admin","password":"correct horse battery"})").status,
            201);
  EXPECT_EQ(root("PUT", "/api/v1/users/alice", R"({"password":"another long one"})").status, 200);
  EXPECT_EQ(get("/api/v1/users", admin).status, 401) << "logged out by it";
  const auto users = root("GET", "/api/v1/users").json()["users"];
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(root("GET", "/api/v1/users").body.find("argon"), std::string::npos);
  EXPECT_EQ(root("DELETE", "/api/v1/users/alice").status, 204);
}

TEST_F(People, TokensAreShownOnceAndHaveTheirScope) {
  start();
  const std::string admin = visit();
  const Reply made = ask("POST", "/api/v1/tokens", admin, R"({"name":"ci","scope":"read"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string secret = made.json()["token"];
  EXPECT_EQ(made.json()["owner"], "alice");
  EXPECT_FALSE(made.json()["expires"].is_null()) << "90 days unless somebody says more";
  EXPECT_EQ(get("/api/v1/clients", bearer(secret)).status, 200);
  EXPECT_EQ(get("/metrics", bearer(secret)).status, 200);
  EXPECT_EQ(ask("DELETE", "/api/v1/clients/52:54:00:e2:e0:01", bearer(secret)).status, 403);
  const std::string all = get("/api/v1/tokens", admin).body;
  EXPECT_EQ(all.find(secret), std::string::npos);
  EXPECT_EQ(all.find(people::digest_of(secret)), std::string::npos);
  EXPECT_EQ(ask("DELETE", "/api/v1/tokens/" + std::to_string(made.json()["id"].get<int>()), admin).status, 204);
  EXPECT_EQ(get("/api/v1/clients", bearer(secret)).status, 401);
  const std::string strong =
      root("POST", "/api/v1/tokens", R"({"name":"all","scope":"admin","expires_days":null})").json()["token"];
  EXPECT_EQ(get("/api/v1/users", bearer(strong)).status, 200);
  EXPECT_EQ(ask("POST", "/api/v1/tokens", bearer(strong), R"({"name":"x","scope":"read"})").status, 403)
      << "no offspring";
}

TEST_F(People, TheAuditLogHasWhoWhatAndFromWhereAndNoSecret) {
  start();
  const std::string admin = visit();
  ask("PUT", "/api/v1/clients/52:54:00:e2:e0:01", admin, R"({"name":"pc9","groups":[]})");
  ask("POST", "/api/v1/login", "", R"({"name":"hunter2 is my password","password":"a wrong password"})");
  root("DELETE", "/api/v1/images/dos");
  ask("DELETE", "/api/v1/images/dos", bearer());
  get("/api/v1/clients", admin);
  const char* look = R"({"client":"52:54:00:e2:e0:01"})";
  EXPECT_EQ(ask("POST", "/api/v1/templates/wait/preview", admin, look).status, 200) << "a look is no change";
  const auto changes = get("/api/v1/audit?limit=10", admin).json()["changes"];
  ASSERT_EQ(changes.size(), 5u) << changes.dump(1);
  EXPECT_EQ(changes[0]["who"], "the admin token");
  EXPECT_EQ(changes[1]["who"], "root");
  EXPECT_TRUE(changes[1]["address"].is_null());
  EXPECT_EQ(changes[2]["status"], 401);
  EXPECT_EQ(changes[3]["who"], "alice");
  EXPECT_EQ(changes[3]["method"], "PUT");
  EXPECT_EQ(changes[3]["path"], "/api/v1/clients/52:54:00:e2:e0:01");
  EXPECT_EQ(changes[3]["address"], "127.0.0.1");
  EXPECT_EQ(changes[3]["note"], "name, groups") << "what was changed, not to what";
  EXPECT_EQ(changes[4]["note"], "user alice");
  EXPECT_EQ(changes.dump().find("password\""), std::string::npos);
  EXPECT_EQ(changes.dump().find("hunter2"), std::string::npos);
  EXPECT_EQ(get("/api/v1/audit?before=2&limit=1", admin).json()["changes"][0]["id"], 1);
  const Reply page = get("/api/v1/audit?limit=1&after=3", admin);
  EXPECT_EQ(page.json()["changes"][0]["id"], 2) << "the newest come first: after 3 comes 2";
  EXPECT_EQ(page.header("Link"), "</api/v1/audit?limit=1&after=2>; rel=\"next\"");
  EXPECT_EQ(get("/api/v1/audit?limit=1&after=2", admin).header("Link"), "");
  EXPECT_EQ(get("/api/v1/audit?limit=0", admin).status, 400);
}

TEST_F(People, ALiveStreamEndsWithItsLogin) {
  settings.heartbeat = std::chrono::milliseconds{50};
  start();
  const std::string admin = visit();
  EXPECT_EQ(get("/api/v1/events/stream").status, 401);
  Wire wire = dial();
  wire.send(request_text("GET", "/api/v1/events/stream", admin));
  EXPECT_NE(wire.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
  EXPECT_NE(wire.read_until("still here").find("still here"), std::string::npos);
  root("PUT", "/api/v1/users/alice", R"({"password":"another long one"})");
  wire.read_to_end();  // a wait of 10 s would fail
}

}  // namespace
}  // namespace bootferry::http::test
