// SPDX-License-Identifier: Apache-2.0
// The authorisation matrix: every route of the table, at both doors, for nobody, a viewer, an admin, tokens of each
// scope, before and after the first visit. A new route is in it by being in the table.
#include "http/authority.hpp"

#include <gtest/gtest.h>

#include <map>

#include "http/router.hpp"
#include "support/people_store.hpp"

namespace bootferry::http {
namespace {

using people::Right;

constexpr std::string_view file_token = "the-admin-token-of-the-file";
constexpr const char* password = "correct horse battery";

/// A path that fits the pattern.
std::string example_of(std::string_view pattern) {
  std::string path;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{') {
      path += "x";
      i = pattern.find('}', i);
      continue;
    }
    path += pattern[i];
  }
  return path;
}

/// Somebody, as his requests show him.
struct Asker {
  const char* what;
  Right right;
  std::string authorization, cookie;
};

struct Authority : testing::Test {
  people::test::FakeStore store;
  ManualClock clock;
  SeededRandom random{7};
  people::Accounts accounts{
      store, clock, random, [](const people::Accounts::Job& job) { job(); }, {.cost = people::PasswordCost::least}};
  Gate gate{&accounts, file_token};

  void set_up() { ASSERT_TRUE(accounts.set_up(accounts.first_visit_code(), "alice", password, {})); }
  std::string cookie_of(const std::string& user) {
    return "other=1; bootferry=" + accounts.log_in(user, password, {})->secret + "; more=2";
  }
  std::string bearer_of(Right scope) { return "Bearer " + accounts.add_token("t", scope, "", std::nullopt)->secret; }
  std::vector<Asker> askers() {
    EXPECT_TRUE(accounts.add_user("victor", people::Role::viewer, password));
    return {{"nobody", Right::anyone, "", ""},
            {"a stranger's password", Right::anyone, "Basic YWRtaW46YWRtaW4=", ""},
            {"a made-up cookie", Right::anyone, "", "bootferry=0123456789012345678901234567890123456789012"},
            {"a viewer", Right::read, "", cookie_of("victor")},
            {"an admin", Right::admin, "", cookie_of("alice")},
            {"a read token", Right::read, bearer_of(Right::read), ""},
            {"a write token", Right::write, bearer_of(Right::write), ""},
            {"an admin token", Right::admin, bearer_of(Right::admin), ""},
            {"the token of the file", Right::admin, "bEARER   " + std::string(file_token), ""}};
  }
  /// 200 when the route was found.
  unsigned ask(const Route& route, Door door, const Asker& asker) {
    Request request;
    request.method = route.method;
    request.door = door;
    request.target.path = example_of(route.pattern);
    request.authorization = asker.authorization;
    request.cookie = asker.cookie;
    request.from_our_page = true;
    const auto resolved = resolve(request, gate);
    if (const auto* refusal = std::get_if<Answer>(&resolved)) return refusal->status();
    EXPECT_EQ(std::get<const Route*>(resolved)->handler, route.handler) << route.pattern;
    return 200;
  }
  Answer refusal_of(Request& request) {
    auto resolved = resolve(request, gate);
    auto* refusal = std::get_if<Answer>(&resolved);
    return refusal != nullptr ? *refusal : Answer(200);
  }
  Request write_of_alice() {
    Request request;
    request.method = Method::put;
    request.target.path = "/api/v1/clients/x";
    request.host = "10.99.0.1:8080";
    request.cookie = cookie_of("alice");
    return request;
  }
};

TEST_F(Authority, EveryRouteAndEverybody) {
  set_up();
  ASSERT_GT(all_routes().size(), 60u);
  for (const Asker& asker : askers()) {
    for (const Route& route : all_routes()) {
      SCOPED_TRACE(std::string(asker.what) + " " + std::string(route.pattern));
      unsigned expected = 200;
      if (route.right == Right::control)
        expected = 403;
      else if (route.right > asker.right)
        expected = asker.right == Right::anyone ? 401 : 403;
      EXPECT_EQ(ask(route, Door::lan, asker), expected);
      EXPECT_EQ(ask(route, Door::control, asker), 200u);
    }
  }
}

TEST_F(Authority, BeforeTheFirstVisitEverybodyReadsAndNobodyWrites) {
  const Asker nobody{"nobody", Right::read, "", ""};
  for (const Route& route : all_routes()) {
    const unsigned expected = route.right <= Right::read ? 200 : route.right == Right::control ? 403 : 401;
    EXPECT_EQ(ask(route, Door::lan, nobody), expected) << route.pattern;
  }
}

TEST_F(Authority, NoMethodThatChangesThingsIsOpenButThoseThatLogIn) {
  std::vector<std::string_view> open;
  for (const Route& route : all_routes()) {
    const bool write = route.method != Method::get && route.method != Method::options;
    if (write && route.right < Right::write) open.push_back(route.pattern);
    EXPECT_TRUE(!write || route.right != Right::boot) << route.pattern;
  }
  EXPECT_EQ(open, (std::vector<std::string_view>{"/api/v1/first-visit", "/api/v1/first-visit/restore",
                                                 "/api/v1/first-visit/check", "/api/v1/login", "/api/v1/logout",
                                                 "/api/v1/me/password", "/api/v1/logins/{id}"}))
      << "a new one: does its handler look at who asks?";
}

TEST_F(Authority, ATokenThatIsNotKnownIsRefusedAndAskedForByName) {
  set_up();
  const std::string good(file_token);
  for (const std::string& wrong :
       {std::string("wrong"), good.substr(1), good + "2", std::string(), std::string(300, 'x')}) {
    Request request;
    request.target.path = "/api/v1/clients";
    request.authorization = "Bearer " + wrong;
    request.cookie = cookie_of("alice");  // what is sent on purpose counts, not what the browser adds
    const Answer refusal = refusal_of(request);
    EXPECT_EQ(refusal.status(), 401u) << wrong;
    EXPECT_EQ(refusal.headers().back().first, "WWW-Authenticate");
    EXPECT_NE(refusal.headers().back().second.find("invalid_token"), std::string::npos);
  }
}

TEST_F(Authority, AnEmptyTokenFileOpensNothing) {
  set_up();
  gate.admin_token = "";
  for (const char* header : {"Bearer ", "Bearer  ", "Bearer"}) {
    Request request;
    request.target.path = "/api/v1/clients";
    request.authorization = header;
    EXPECT_EQ(refusal_of(request).status(), 401u) << header;
  }
}

TEST_F(Authority, AForeignPageCannotWriteWithTheCookieOfALogin) {
  set_up();
  for (const char* foreign : {"", "null", "http://evil.example", "http://10.99.0.1:8081", "https://10.99.0.1:8080",
                              "http://10.99.0.1:8080.evil.example"}) {
    Request request = write_of_alice();
    request.origin = foreign;
    EXPECT_EQ(refusal_of(request).status(), 403u) << foreign;
    request.from_our_page = true;
    EXPECT_EQ(refusal_of(request).status(), 200u) << "a header that only we can make it send";
  }
  Request own = write_of_alice();
  own.origin = "http://10.99.0.1:8080";
  EXPECT_EQ(refusal_of(own).status(), 200u);
  own.secure = true;
  EXPECT_EQ(refusal_of(own).status(), 401u) << "the cookie of plain HTTP is none over HTTPS";
  Request login;
  login.method = Method::post;
  login.target.path = "/api/v1/login";
  login.host = "10.99.0.1:8080";
  login.origin = "http://evil.example";
  EXPECT_EQ(refusal_of(login).status(), 403u) << "nor log somebody in as another";
  login.origin = "";
  EXPECT_EQ(refusal_of(login).status(), 200u) << "curl has no origin, and no cookie to abuse";
}

TEST_F(Authority, WhereHttpsIsRequiredThePlainDoorServesBootingMachinesOnly) {
  gate.require_https = true;
  gate.https_port = 8443;
  const Asker root{"the token of the file", Right::admin, "Bearer " + std::string(file_token), ""};
  for (const Route& route : all_routes()) {
    const unsigned status = ask(route, Door::lan, root);
    EXPECT_EQ(status == 200u, route.right == Right::boot) << route.pattern;
    EXPECT_EQ(ask(route, Door::control, root), 200u) << route.pattern;
  }
  Request page;
  page.target.path = "/";
  page.host = "10.99.0.1:8080";
  const Answer sent_on = refusal_of(page);
  EXPECT_EQ(sent_on.status(), 308u);
  EXPECT_EQ(sent_on.headers().back().second, "https://10.99.0.1:8443/");
  for (const auto& [host, place] : std::map<std::string, std::string>{
           {"boot.lan", "boot.lan"}, {"[fd99::1]:8080", "[fd99::1]"}, {"[fd99::1]", "[fd99::1]"}}) {
    page.host = host;
    EXPECT_EQ(refusal_of(page).headers().back().second, "https://" + place + ":8443/");
  }
  page.host = "[fd99::1";
  EXPECT_EQ(refusal_of(page).status(), 403u);
  page.secure = true;
  EXPECT_EQ(refusal_of(page).status(), 200u);
}

TEST_F(Authority, MetricsAreOpenWhereTheSettingSaysSo) {
  set_up();
  Request request;
  request.target.path = "/metrics";
  EXPECT_EQ(refusal_of(request).status(), 401u);
  gate.open_metrics = true;
  EXPECT_EQ(refusal_of(request).status(), 200u);
}

TEST(Cookies, AreFoundByTheirWholeName) {
  EXPECT_EQ(find_cookie("a=1; bootferry=xyz", "bootferry"), "xyz");
  EXPECT_EQ(find_cookie("bootferry=xyz;a=1", "bootferry"), "xyz");
  EXPECT_EQ(find_cookie("notbootferry=no; bootferry2=no", "bootferry"), "");
  EXPECT_EQ(find_cookie("__Secure-bootferry=s; bootferry=p", login_cookie_name(true)), "s");
  EXPECT_EQ(find_cookie(";;; =; bootferry", "bootferry"), "");
}

}  // namespace
}  // namespace bootferry::http
