// SPDX-License-Identifier: Apache-2.0
// Logins that a reverse proxy makes: over a real connection, from 127.0.0.1.
#include "http/proxy_login.hpp"

#include "appliance.hpp"
#include "http/syntax/proxy_user.hpp"

namespace bootferry::http::test {
namespace {

constexpr const char* password = "correct horse battery";
const std::string client = "/api/v1/clients/52:54:00:e2:e0:01";
const std::string ours = "X-Bootferry: 1\r\n";

class ProxyLogin : public Appliance {
 protected:
  ProxyLogin() {
    with_people = true;
    settings.trusted_proxies = {*parse_ip_network("127.0.0.1")};
    settings.user_header = "Remote-User";
  }
  void open() {
    start();
    ASSERT_TRUE(accounts.set_up(accounts.first_visit_code(), "alice", password, {}));
    ASSERT_TRUE(accounts.add_user("victor", people::Role::viewer, password));
  }
  void open_with_groups() {
    settings.groups_header = "Remote-Groups";
    settings.admin_group = "ferry-admins";
    settings.viewer_group = "family";
    open();
  }
  static std::string user(std::string_view name) { return "remote-user: " + std::string(name) + "\r\n"; }
  static std::string groups(std::string_view list) { return "Remote-Groups: " + std::string(list) + "\r\n"; }
  nlohmann::json me(const std::string& headers) const { return get("/api/v1/me", headers).json(); }
  static std::string login_cookie(const Reply& reply) {
    const std::string set = reply.header("Set-Cookie");
    return "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  }
};

TEST_F(ProxyLogin, whom_the_proxy_names_has_his_role_and_the_audit_log_says_how_he_came) {
  open();
  const auto alice = me(user("alice"));
  EXPECT_EQ(alice["user"], "alice");
  EXPECT_EQ(alice["right"], "admin");
  EXPECT_EQ(alice["via"], "proxy");
  EXPECT_EQ(alice["refused"], nullptr);
  EXPECT_EQ(ask("PUT", client, ours + user("alice"), R"({"name":"one"})").status, 200);
  const auto changes = people.changes({});
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(changes.front().who, "alice by proxy");
  EXPECT_EQ(people.kept.logins.size(), 1u) << "that of the first visit: a proxy's leaves nothing here";
}

TEST_F(ProxyLogin, spoofed_from_an_untrusted_address_it_is_ignored_and_counted) {
  settings.trusted_proxies = {*parse_ip_network("10.0.0.1")};
  open();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(me(user("alice"))["right"], "anyone");
    EXPECT_EQ(get("/api/v1/clients", user("alice")).status, 401);
  }
  // What such an address says of where it came from changes nothing.
  EXPECT_EQ(get("/api/v1/clients", user("alice") + "X-Forwarded-For: 10.0.0.1\r\n").status, 401);
  EXPECT_EQ(settings.stray_headers->count(), 7u);
}

TEST_F(ProxyLogin, without_the_setting_no_header_logs_anybody_in) {
  settings.user_header = "";
  open();
  EXPECT_EQ(me(user("alice"))["right"], "anyone");
  EXPECT_EQ(settings.stray_headers->count(), 0u);
}

TEST_F(ProxyLogin, two_header_lines_are_nobody) {
  open_with_groups();
  for (const std::string& headers :
       {user("alice") + user("alice"), user("alice") + user("victor"), user("") + user("alice"),
        user("carol") + groups("family") + groups("ferry-admins")}) {
    const Reply refused = get("/api/v1/clients", headers);
    EXPECT_EQ(refused.status, 401) << headers;
    EXPECT_NE(refused.body.find("twice"), std::string::npos) << refused.body;
    EXPECT_EQ(me(headers)["right"], "anyone");
  }
  EXPECT_EQ(get("/api/v1/clients", user("alice, victor")).status, 401) << "nor what made one line of two";
}

TEST_F(ProxyLogin, an_empty_name_is_nobody_whatever_the_groups_are) {
  open_with_groups();
  EXPECT_EQ(me(user(""))["right"], "anyone");
  EXPECT_EQ(get("/api/v1/clients", user("") + groups("ferry-admins")).status, 401);
  EXPECT_EQ(get("/api/v1/clients", groups("ferry-admins")).status, 401);
}

TEST_F(ProxyLogin, an_unknown_user_is_refused_by_name_but_may_log_in_here) {
  open();
  const Reply refused = get("/api/v1/clients", user("mallory"));
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(refused.body.find("mallory"), std::string::npos) << refused.body;
  EXPECT_NE(me(user("mallory"))["refused"].get<std::string>().find("user add"), std::string::npos);
  const std::string longest(65, 'm');
  for (const std::string& odd : {std::string("mal\"lory"), std::string("m\xc3\xa4llory"), longest})
    EXPECT_EQ(get("/api/v1/clients", user(odd)).status, 401) << odd;
  const Reply login =
      ask("POST", "/api/v1/login", ours + user("mallory"), R"({"name":"victor","password":"correct horse battery"})");
  ASSERT_EQ(login.status, 200) << login.body;
  EXPECT_EQ(me(user("mallory") + login_cookie(login))["user"], "victor") << "by a password of his own";
}

TEST_F(ProxyLogin, a_viewer_stays_a_viewer) {
  open_with_groups();
  EXPECT_EQ(get("/api/v1/clients", user("victor")).status, 200);
  EXPECT_EQ(ask("PUT", client, ours + user("victor"), R"({"name":"one"})").status, 403);
  EXPECT_EQ(ask("PUT", client, ours + user("victor") + groups("ferry-admins"), R"({"name":"one"})").status, 403)
      << "whoever is a user here has the role that he has here";
  EXPECT_EQ(get("/api/v1/users", user("victor")).status, 403);
}

TEST_F(ProxyLogin, who_is_no_user_has_the_role_of_his_group) {
  open_with_groups();
  EXPECT_EQ(me(user("carol@example.org") + groups("staff, ferry-admins"))["right"], "admin");
  EXPECT_EQ(me(user("carol") + groups("staff|family"))["right"], "read");
  EXPECT_EQ(me(user("carol") + groups("ferry-admins-not,x"))["right"], "anyone");
  EXPECT_EQ(me(user("carol"))["right"], "anyone");
  const Reply token =
      ask("POST", "/api/v1/tokens", ours + user("carol") + groups("ferry-admins"), R"({"name":"ci","scope":"admin"})");
  EXPECT_EQ(token.status, 403) << "it would outlive his membership";
}

TEST_F(ProxyLogin, beside_a_token_the_token_counts) {
  open();
  const std::string read = accounts.add_token("t", people::Right::read, "", std::nullopt)->secret;
  EXPECT_EQ(me(user("alice") + bearer(read))["via"], "token");
  EXPECT_EQ(ask("PUT", client, ours + user("alice") + bearer(read), R"({"name":"one"})").status, 403);
  EXPECT_EQ(get("/api/v1/clients", user("alice") + bearer("wrong")).status, 401) << "a wrong one is no way around it";
}

TEST_F(ProxyLogin, beside_a_login_of_somebody_else_the_proxy_counts) {
  open();
  const Reply login = ask("POST", "/api/v1/login", ours, R"({"name":"alice","password":"correct horse battery"})");
  ASSERT_EQ(login.status, 200);
  EXPECT_EQ(me(login_cookie(login))["right"], "admin");
  EXPECT_EQ(me(user("victor") + login_cookie(login))["right"], "read") << "somebody else sits there now";
}

TEST_F(ProxyLogin, a_foreign_page_changes_nothing_with_it) {
  open();
  const std::string body = R"({"name":"one"})";
  EXPECT_EQ(ask("PUT", client, user("alice"), body).status, 403) << "a form of anywhere";
  EXPECT_EQ(ask("PUT", client, user("alice") + "Origin: https://evil.example\r\n", body).status, 403);
  EXPECT_EQ(ask("PUT", client, user("alice") + "Origin: http://localhost\r\nHost: localhost\r\n", body).status, 400)
      << "two hosts";
  EXPECT_EQ(ask("PUT", client, user("alice") + ours, body).status, 200);
}

TEST_F(ProxyLogin, machines_and_the_unix_socket_never_look_at_it) {
  open();
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:01.ipxe", user("mallory") + user("eve")).status, 200);
  Wire wire = dial_control();
  EXPECT_EQ(ask(wire, "GET", "/api/v1/me", user("victor")).json()["via"], "socket");
  EXPECT_EQ(settings.stray_headers->count(), 0u) << "root's own socket is no stranger";
}

TEST_F(ProxyLogin, before_the_first_visit_an_unknown_user_looks_like_everybody) {
  start();
  const auto nobody = me(user("alice"));
  EXPECT_EQ(nobody["right"], "read") << nobody;
  EXPECT_EQ(nobody["first_visit"], true);
  EXPECT_EQ(ask("PUT", client, ours + user("alice"), R"({"name":"one"})").status, 401);
}

TEST_F(ProxyLogin, what_lasts_ends_with_the_right) {
  open();
  auto alice = accounts.find_by_proxy("alice", std::nullopt);
  auto carol = accounts.find_by_proxy("carol", people::Role::viewer);
  ASSERT_TRUE(alice && carol);
  EXPECT_TRUE(accounts.is_still_good(*alice));
  EXPECT_TRUE(accounts.is_still_good(*carol));
  ASSERT_TRUE(accounts.add_user("bob", people::Role::admin, password));
  ASSERT_TRUE(accounts.change_user("alice", people::Role::viewer, std::nullopt));
  EXPECT_FALSE(accounts.is_still_good(*alice));
  alice = accounts.find_by_proxy("alice", people::Role::admin);
  EXPECT_EQ(alice->right, people::Right::read);
  ASSERT_TRUE(accounts.remove_user("alice"));
  EXPECT_FALSE(accounts.is_still_good(*alice));
}

TEST(ProxyGroups, a_group_is_found_whole) {
  for (const char* list : {"a", "a,b", "b, a", "b|a|c", " a "}) EXPECT_TRUE(has_group(list, "a")) << list;
  for (const char* list : {"", "ab", "b,ca", "A", ",", "a b"}) EXPECT_FALSE(has_group(list, "a")) << list;
  EXPECT_FALSE(has_group("a,,b", "")) << "no group is set";
}

}  // namespace
}  // namespace bootferry::http::test
