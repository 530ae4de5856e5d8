// SPDX-License-Identifier: Apache-2.0
// What brought the control APIs of servers like ours down, one test each (docs/security.md).
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

class ControlApi : public Appliance {
 protected:
  ControlApi() { with_people = true; }
  /// With an admin, so that reads are closed.
  void open_house() {
    start();
    ASSERT_TRUE(accounts.add_user("alice", people::Role::admin, "correct horse battery"));
  }
};

TEST_F(ControlApi, Cve2026_3608) {
  open_house();
  for (const char* deep : {"[", "{\"a\":", "[{\"a\":"}) {
    std::string body;
    while (body.size() < 60'000) body += deep;
    EXPECT_EQ(write("POST", "/api/v1/images", body).status, 400) << deep;
    EXPECT_EQ(ask("POST", "/api/v1/login", "", body).status, 400) << "and before anybody is known";
  }
  EXPECT_EQ(write("GET", "/api/v1/clients").status, 200);
}

TEST_F(ControlApi, Cve2025_32801) {
  open_house();
  EXPECT_EQ(write("POST", "/api/v1/images", R"({"name":"x","source":"/etc/shadow"})").status, 403);
  EXPECT_EQ(write("POST", "/api/v1/images", R"({"name":"x","device":"/dev/sda"})").status, 403);
  EXPECT_EQ(write("POST", "/api/v1/images/dos/export", R"({"path":"/etc/cron.d/x"})").status, 403);
  EXPECT_EQ(ask("POST", "/api/v1/images", "", R"({"name":"x","size":1})").status, 401);
}

TEST_F(ControlApi, AdGuard2026_h2c_skips_no_login) {
  open_house();
  const std::string upgrade =
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
  Wire wire = dial();
  const Reply reply = ask(wire, "GET", "/api/v1/clients", upgrade);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.header("Upgrade"), "");
  EXPECT_EQ(ask(wire, "GET", "/api/v1/clients").status, 401) << "the connection goes on as it was";
}

TEST_F(ControlApi, Cve2026_41448) {
  open_house();
  for (const char* path : {"/api/v1/tokens/..%2f..%2fadmin-token", "/api/v1/tokens/../../admin-token",
                           "/api/v1/logins/%2e%2e%2fx", "/api/v1/users/..%2f..%2fetc", "/api/v1/tokens/1%00"})
    EXPECT_EQ(write("DELETE", path).status, 400) << path;
}

TEST_F(ControlApi, AdGuard2026_reads_are_bounded) {
  open_house();
  EXPECT_EQ(ask("POST", "/api/v1/login", "Content-Length: 99999999\r\n").status, 413);
  EXPECT_EQ(ask("POST", "/api/v1/login", "", R"({"name":")" + std::string(60'000, 'x') + R"(","password":"x"})").status,
            401);
}

TEST_F(ControlApi, Cve2024_47533) {
  open_house();
  for (const char* body :
       {R"({"name":"","password":""})", R"({"name":"alice","password":""})", R"({"name":"","password":"-1"})",
        R"({"name":"alice","password":-1})", R"({"name":"alice","password":null})", R"({"name":"alice"})"})
    EXPECT_GE(ask("POST", "/api/v1/login", "", body).status, 400) << body;
  for (const char* header : {"Authorization: Bearer\r\n", "Authorization: Bearer \r\n", "Authorization: Bearer -1\r\n",
                             "Cookie: bootferry=\r\n"})
    EXPECT_EQ(get("/api/v1/clients", header).status, 401) << header;
}

TEST_F(ControlApi, Cve2018_1000226) {
  open_house();
  EXPECT_EQ(ask("PUT", "/api/v1/users/alice", "", R"({"password":"another long one"})").status, 401);
  EXPECT_EQ(ask("POST", "/api/v1/users", "", R"({"name":"eve","role":"admin","password":"another long one"})").status,
            401);
  EXPECT_EQ(ask("POST", "/api/v1/tokens", "", R"({"name":"eve","scope":"admin"})").status, 401);
  EXPECT_EQ(accounts.users().size(), 1u);
}

TEST_F(ControlApi, Cve2026_24138) {
  open_house();
  Wire root = dial_control();
  for (const char* source : {"http://169.254.169.254/latest/meta-data", "file:///etc/shadow", "//10.0.0.1/share"}) {
    const std::string body = std::string(R"({"name":"x","source":")") + source + "\"}";
    EXPECT_EQ(write("POST", "/api/v1/images", body).status, 403) << "nothing is fetched for the network: " << source;
  }
  EXPECT_EQ(ask(root, "POST", "/api/v1/images", "", R"({"name":"x","source":"http://10.0.0.1/x"})").status, 400)
      << "nor for root: a path is no address";
  EXPECT_EQ(write("POST", "/api/v1/webhooks", R"({"url":"http://169.254.169.254/"})").status, 405)
      << "whom the server speaks to is said by its settings file";
  EXPECT_EQ(write("PUT", "/api/v1/webhooks/1", R"({"url":"http://169.254.169.254/"})").status, 404);
}

TEST_F(ControlApi, Cve2024_42348) {
  administration.view.client.access.secret = boot::Secret("secret-of-the-disk");
  open_house();
  for (const char* path : {"/api/v1/clients", "/api/v1/users", "/api/v1/tokens", "/api/v1/logins", "/api/v1/audit",
                           "/api/v1/openapi.json"}) {
    const std::string body = write("GET", path).body;
    for (const char* secret : {"secret-of-the-disk", "argon2id", "correct horse"})
      EXPECT_EQ(body.find(secret), std::string::npos) << path;
    const bool open = std::string_view(path) == "/api/v1/openapi.json";
    EXPECT_EQ(get(path).status, open ? 200 : 401) << path;
  }
}

}  // namespace
}  // namespace bootferry::http::test
