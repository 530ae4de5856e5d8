// SPDX-License-Identifier: Apache-2.0
// Groups, rules, the default for unknown machines and the templates, as a program edits them; and that a machine which
// asks next gets what they say.
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

class Assignments : public Appliance {
 protected:
  Assignments() {
    with_assignments = true;
    registry.state.images["dos"] = {"dos", "raw", "dos.raw", mib(100), {}};
  }
  [[nodiscard]] std::string script_of(std::string_view who) const {
    return get("/boot/" + std::string(who) + ".ipxe").body;
  }
};

constexpr const char* stranger = "52:54:00:00:00:07";

TEST_F(Assignments, AGroupIsMadeReadChangedAndRemoved) {
  start();
  EXPECT_EQ(get("/api/v1/groups/lab").status, 404);
  const char* body = R"({"entries":[{"name":"prompt","boot":{"kind":"shell"}},{"name":"own","boot":{"kind":"local"}}],)"
                     R"("default_entry":"own","menu_timeout":9,"variables":{"seat":"7"}})";
  Reply reply = write("PUT", "/api/v1/groups/lab", body);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["name"], "lab");
  EXPECT_EQ(reply.json()["entries"].size(), 2u);
  EXPECT_EQ(reply.json()["default_entry"], "own");
  EXPECT_EQ(reply.json()["menu_timeout"], 9);
  EXPECT_EQ(reply.json()["variables"]["seat"], "7");
  EXPECT_EQ(get("/api/v1/groups/lab").json(), reply.json());
  EXPECT_EQ(get("/api/v1/groups").json()["groups"], nlohmann::json::array({reply.json()}));

  boot::Client member;
  member.mac = mac();
  member.groups = {"lab"};
  ASSERT_TRUE(registry.put_client(member));
  EXPECT_EQ(get("/api/v1/groups/lab").json()["clients"], nlohmann::json::array({mac().to_string()}));
  EXPECT_NE(script_of(mac().to_string()).find("\nitem "), std::string::npos) << "two entries are a menu";

  EXPECT_EQ(write("DELETE", "/api/v1/groups/lab").status, 204);
  EXPECT_EQ(write("DELETE", "/api/v1/groups/lab").status, 404);
  for (const char* bad : {R"({"entries":1})", R"({"entry":[]})", R"({"menu_timeout":-1})", R"({"variables":[]})", "[]"})
    EXPECT_EQ(write("PUT", "/api/v1/groups/lab", bad).status, 400) << bad;
}

TEST_F(Assignments, RulesAreReplacedAsAWholeAndTheNextMachineIsJudgedByThem) {
  start();
  ASSERT_EQ(write("PUT", "/api/v1/groups/lab", R"({"entries":[{"name":"prompt","boot":{"kind":"shell"}}]})").status,
            200);
  Reply reply = write("PUT", "/api/v1/rules",
                      R"({"rules":[{"mac":"52:54:00:*","then":{"kind":"group","group":"lab"}},)"
                      R"({"architecture":"bios","then":{"kind":"ignore"}}]})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto rules = reply.json()["rules"];
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0]["mac"], "52:54:00:*");
  EXPECT_EQ(rules[0]["then"]["group"], "lab");
  EXPECT_EQ(rules[1]["architecture"], "bios");
  EXPECT_EQ(rules[1]["mac"], nullptr);
  EXPECT_EQ(get("/api/v1/rules").json(), reply.json());
  EXPECT_NE(script_of(stranger).find("\nshell"), std::string::npos) << script_of(stranger);
  EXPECT_EQ(write("DELETE", "/api/v1/groups/lab").status, 409) << "a rule names it";

  for (const char* bad :
       {R"({"rules":{}})", R"({})", R"({"rules":[{"mac":"x"}]})", R"({"rules":[{"then":{"kind":"nothing"}}]})",
        R"({"rules":[{"architecture":"vax","then":{"kind":"menu"}}]})", R"({"rules":[7]})"})
    EXPECT_EQ(write("PUT", "/api/v1/rules", bad).status, 400) << bad;
  EXPECT_EQ(get("/api/v1/rules").json(), reply.json()) << "a wrong list changes nothing";
  EXPECT_EQ(write("PUT", "/api/v1/rules", R"({"rules":[]})").json()["rules"].size(), 0u);
  EXPECT_EQ(script_of(stranger).find("\nshell"), std::string::npos);
}

TEST_F(Assignments, UnknownMachinesGetTheDefault) {
  start();
  EXPECT_EQ(get("/api/v1/defaults").json()["unknown"]["kind"], "wait");
  Reply reply = write("PUT", "/api/v1/defaults", R"({"unknown":{"kind":"shell"}})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["unknown"]["kind"], "shell");
  EXPECT_NE(script_of(stranger).find("\nshell"), std::string::npos);
  for (const char* bad : {R"({})", R"({"unknown":7})", R"({"unknown":{"kind":"nothing"}})"})
    EXPECT_EQ(write("PUT", "/api/v1/defaults", bad).status, 400) << bad;
}

TEST_F(Assignments, ATemplateIsTriedBeforeItIsKept) {
  start();
  const Reply built_in = get("/api/v1/templates/shell");
  EXPECT_EQ(built_in.json()["own"], false);
  EXPECT_EQ(built_in.json()["text"], built_in.json()["built_in"]);
  Reply reply = write("PUT", "/api/v1/templates/shell", R"({"text":"#!ipxe\necho A template of the house\nshell\n"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["own"], true);
  EXPECT_EQ(reply.json()["problem"], nullptr);
  ASSERT_EQ(write("PUT", "/api/v1/defaults", R"({"unknown":{"kind":"shell"}})").status, 200);
  EXPECT_NE(script_of(stranger).find("A template of the house"), std::string::npos);

  for (const char* bad : {R"({"text":"no script"})", R"({"text":"#!ipxe\n{{#open}}"})", R"({"text":7})", R"({})"})
    EXPECT_EQ(write("PUT", "/api/v1/templates/shell", bad).status, 400) << bad;
  EXPECT_NE(script_of(stranger).find("A template of the house"), std::string::npos) << "a broken one is not kept";
  EXPECT_GE(write("PUT", "/api/v1/templates/..%2fescape", R"({"text":"#!ipxe\n"})").status, 400);
  EXPECT_EQ(write("DELETE", "/api/v1/templates/shell").status, 204);
  EXPECT_EQ(write("DELETE", "/api/v1/templates/shell").status, 404);
  EXPECT_EQ(script_of(stranger).find("A template of the house"), std::string::npos);
  const auto list = get("/api/v1/templates").json()["templates"];
  EXPECT_TRUE(std::ranges::any_of(list, [](const auto& one) { return one["name"] == "san"; }));
}

TEST_F(Assignments, NobodyChangesThemWithoutARight) {
  start();
  for (const char* path : {"/api/v1/groups/lab", "/api/v1/rules", "/api/v1/defaults", "/api/v1/templates/shell"})
    EXPECT_EQ(ask("PUT", path, "", "{}").status, 401) << path;
}

TEST_F(Appliance, AServerWithoutGroupsSaysSo) {
  start();
  EXPECT_EQ(write("PUT", "/api/v1/rules", R"({"rules":[]})").status, 501);
}

}  // namespace
}  // namespace bootferry::http::test
