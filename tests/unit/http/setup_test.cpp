// SPDX-License-Identifier: Apache-2.0
// The one file: what is in it, that it goes back as it came, and how it is refused.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

using boot::SetupChange;
using nlohmann::json;
using testing::HasSubstr;

class Setup : public Appliance {
 protected:
  Setup() {
    registry.state.images["dos"] = {"dos", "raw", "dos.raw", mib(100), {}};
    registry.state.groups["lab"] = {"lab", {{{7, "prompt", boot::Shell{}}}, "prompt", std::chrono::seconds{9}, {}}};
    registry.state.rules = {{"52:54:00:*", "", "", {}, boot::AsGroup{"lab"}}};
    boot::Client client;
    client.mac = mac();
    client.name = "pc1";
    client.known = true;
    client.set_boot(boot::Disks{{{"dos", boot::DriveMode::master}}});
    client.access.auth = boot::AuthKind::chap;
    client.access.secret = boot::Secret("a secret of pc1");
    registry.state.clients[client.mac] = client;
    boot::Client stranger;
    stranger.mac = mac("52:54:00:00:00:07");
    registry.state.clients[stranger.mac] = stranger;
  }
  [[nodiscard]] Reply apply(const json& document, bool dry_run = false) const {
    return write("POST", dry_run ? "/api/v1/apply?dry_run=true" : "/api/v1/apply", document.dump());
  }
  static json file() { return {{"bootferry", 1}}; }
  static json change_of(const Reply& reply, std::string_view what, std::string_view name) {
    const json changes = reply.json()["changes"];
    for (const json& one : changes) {
      if (one["what"] == what && one["name"] == name) return one;
    }
    return nullptr;
  }
};

TEST_F(Setup, TheFileHasWhatAPersonSetAndNothingElse) {
  write_file("ipxe-scripts/shell.ipxe", "#!ipxe\nshell\n");
  start();
  const Reply reply = ask("GET", "/api/v1/export", bearer());
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.header("Content-Disposition"), HasSubstr("bootferry.json"));
  EXPECT_THAT(reply.body, HasSubstr("\n  \"groups\": [\n")) << "a line for each thing, so that it diffs well";
  EXPECT_EQ(reply.body.find("a secret"), std::string::npos);
  const json document = reply.json();
  EXPECT_EQ(document["bootferry"], 1);
  ASSERT_EQ(document["clients"].size(), 1u) << "who was only seen is not in it";
  const json& client = document["clients"][0];
  EXPECT_EQ(client["mac"], mac().to_string());
  EXPECT_EQ(client["access"], (json{{"auth", "chap"}, {"initiator", nullptr}, {"user", nullptr}, {"from", nullptr}}));
  EXPECT_EQ(client["entries"][0]["boot"]["drives"][0]["image"], "dos");
  EXPECT_FALSE(client.contains("next_boot") || client.contains("state"));
  EXPECT_FALSE(document["images"][0].contains("size"));
  EXPECT_EQ(document["groups"][0]["menu_timeout"], 9);
  EXPECT_EQ(document["rules"][0]["then"]["group"], "lab");
  EXPECT_EQ(document["default"]["kind"], "wait");
  EXPECT_EQ(document["templates"], (json::array({{{"name", "shell"}, {"text", "#!ipxe\nshell\n"}}})));
}

TEST_F(Setup, WhatWasExportedIsReadAsItWasSet) {
  write_file("ipxe-scripts/shell.ipxe", "#!ipxe\nshell\n");
  start();
  administration.setup_changes = {{"client", mac().to_string(), SetupChange::Kind::same}};
  const json document = ask("GET", "/api/v1/export", bearer()).json();
  const Reply reply = apply(document);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["refused"], false);
  EXPECT_EQ(change_of(reply, "image", "dos")["change"], "same");
  EXPECT_EQ(change_of(reply, "template", "shell")["change"], "same");
  EXPECT_EQ(change_of(reply, "client", mac().to_string())["change"], "same");
  const boot::SetupOrder& order = administration.order;
  ASSERT_EQ(order.groups.size(), 1u);
  EXPECT_TRUE(says_same(order.groups[0], registry.state.groups["lab"]));
  EXPECT_TRUE(says_same(*order.rules, registry.state.rules));
  EXPECT_TRUE(says_same(*order.unknown, registry.state.unknown));
  ASSERT_EQ(order.clients.size(), 1u);
  EXPECT_EQ(order.clients[0].second.name, "pc1");
  EXPECT_EQ(order.clients[0].second.entries->front().boot, registry.state.clients[mac()].menu.entries.front().boot);
  EXPECT_FALSE(administration.dry_run);
}

TEST_F(Setup, ADryRunOnlyLooks) {
  start();
  json document = file();
  document["templates"] = {{{"name", "shell"}, {"text", "#!ipxe\necho mine\nshell\n"}}};
  const Reply look = apply(document, true);
  ASSERT_EQ(look.status, 200) << look.body;
  EXPECT_EQ(look.json()["dry_run"], true);
  EXPECT_EQ(change_of(look, "template", "shell")["change"], "create");
  EXPECT_TRUE(administration.dry_run);
  EXPECT_FALSE(std::filesystem::exists(state_dir / "ipxe-scripts" / "shell.ipxe"));
  EXPECT_EQ(write("POST", "/api/v1/apply?dry_run=perhaps", document.dump()).status, 400);
  EXPECT_EQ(write("POST", "/api/v1/apply?dry=true", document.dump()).status, 400);
  ASSERT_EQ(apply(document).status, 200);
  EXPECT_TRUE(std::filesystem::exists(state_dir / "ipxe-scripts" / "shell.ipxe"));
}

TEST_F(Setup, AllThatIsWrongIsToldAtOnceAndNothingIsChanged) {
  start();
  json document = file();
  document["templates"] = {{{"name", "shell"}, {"text", "#!ipxe\nshell\n"}},
                           {{"name", "nothing"}, {"text", "#!ipxe\n"}},
                           {{"name", "wait"}, {"text", "no script"}}};
  document["clients"] = {{{"mac", mac().to_string()}, {"next_boot", nullptr}},
                         {{"mac", "zz"}},
                         {{"mac", "52:54:00:00:00:01"}, {"name", "two words"}},
                         {{"mac", "52:54:00:00:00:02"}},
                         {{"mac", "52-54-00-00-00-02"}},
                         7};
  document["rules"] = {{{"mac", "x"}}};
  document["default"] = {{"kind", "nothing"}};
  document["groups"] = {{{"name", "lab"}, {"clients", json::array()}}};
  const Reply look = apply(document, true);
  ASSERT_EQ(look.status, 200) << look.body;
  EXPECT_EQ(look.json()["refused"], true);
  EXPECT_TRUE(administration.dry_run);
  for (const auto& [what, name, why] :
       {std::tuple{"template", "nothing", "no template"}, std::tuple{"template", "wait", ""},
        std::tuple{"client", "52:54:00:e2:e0:01", "next_boot"}, std::tuple{"client", "zz", ""},
        std::tuple{"client", "52:54:00:00:00:01", "two words"}, std::tuple{"client", "52-54-00-00-00-02", "twice"},
        std::tuple{"client", "number 6", ""}, std::tuple{"rules", "", "then"}, std::tuple{"default", "", ""},
        std::tuple{"group", "lab", "clients"}}) {
    const json change = change_of(look, what, name);
    ASSERT_TRUE(change.is_object()) << what << " " << name << " in " << look.body;
    EXPECT_EQ(change["change"], "refused") << what << " " << name;
    EXPECT_THAT(change["why"].get<std::string>(), HasSubstr(why));
  }
  EXPECT_EQ(administration.order.clients.size(), 1u) << "what can be read is judged all the same";
  const Reply refused = apply(document);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.json()["detail"].get<std::string>(), HasSubstr("Nothing was changed"));
  EXPECT_FALSE(std::filesystem::exists(state_dir / "ipxe-scripts" / "shell.ipxe"));
}

TEST_F(Setup, ImagesAreLookedForAndNeverMade) {
  start();
  json document = file();
  document["images"] = {{{"name", "dos"}, {"block_size", 512}}, {{"name", "win"}, {"thick", true}}, {{"name", "old"}}};
  document["clients"] = {{{"mac", mac().to_string()},
                          {"boot", {{"kind", "disks"}, {"drives", {{{"image", "win"}, {"mode", "master"}}}}}}}};
  Reply look = apply(document, true);
  EXPECT_EQ(change_of(look, "image", "dos")["change"], "same");
  EXPECT_EQ(change_of(look, "image", "win")["change"], "refused");
  EXPECT_THAT(change_of(look, "image", "win")["why"].get<std::string>(), HasSubstr("bootferry image add"));
  EXPECT_EQ(change_of(look, "image", "old")["change"], "skipped") << "nobody uses it";
  document["images"] = {{{"name", "dos"}, {"block_size", 4096}}, {{"name", "dos"}}, {{"name", "../x"}}};
  look = apply(document, true);
  EXPECT_THAT(change_of(look, "image", "dos")["why"].get<std::string>(), HasSubstr("twice"));
  EXPECT_THAT(look.body, HasSubstr("\\\"block_size\\\": 512"));
  EXPECT_EQ(change_of(look, "image", "../x")["change"], "refused");
}

TEST_F(Setup, TemplatesAreTakenBackWhenTheRestIsRefused) {
  write_file("ipxe-scripts/wait.ipxe", "#!ipxe\necho before\nshell\n");
  start();
  json document = file();
  document["templates"] = {{{"name", "shell"}, {"text", "#!ipxe\nshell\n"}},
                           {{"name", "wait"}, {"text", "#!ipxe\necho after\nshell\n"}}};
  const auto shell = state_dir / "ipxe-scripts" / "shell.ipxe";
  const auto text_of_wait = [&] { return get("/api/v1/templates/wait").json()["text"].get<std::string>(); };
  administration.failure = Error{ErrorKind::io, "The disk is full."};
  EXPECT_EQ(apply(document).status, 500);
  EXPECT_FALSE(std::filesystem::exists(shell));
  EXPECT_THAT(text_of_wait(), HasSubstr("before"));
  administration.failure.reset();
  administration.setup_changes = {{"client", mac().to_string(), SetupChange::Kind::refused, "No."}};
  EXPECT_EQ(apply(document).status, 409);
  EXPECT_FALSE(std::filesystem::exists(shell));
  EXPECT_THAT(text_of_wait(), HasSubstr("before"));
  administration.setup_changes.clear();
  EXPECT_EQ(apply(document).status, 200);
  EXPECT_THAT(text_of_wait(), HasSubstr("after"));
}

TEST_F(Setup, WhatIsNoSuchFileIsRefusedAsAWhole) {
  start();
  for (const char* bad : {"", "[]", "{}", "no json", R"({"bootferry":2})", R"({"bootferry":1,"client":[]})",
                          R"({"bootferry":1,"clients":{}})", R"({"bootferry":1,"bootferry":1})"})
    EXPECT_EQ(write("POST", "/api/v1/apply", bad).status, bad[0] == '\0' ? 411 : 400) << bad;
}

TEST_F(Setup, AThousandClientsFitAndWhatIsTooLargeIsNotEvenRead) {
  start();
  json document = file();
  for (int i = 0; i < 1000; ++i) {
    document["clients"].push_back({{"mac", fmt::format("52:54:00:00:{:02x}:{:02x}", i / 256, i % 256)},
                                   {"variables", {{"note", std::string(200, 'x')}}}});
  }
  ASSERT_GT(document.dump().size(), 200'000u) << "more than other bodies may have";
  EXPECT_EQ(apply(document).status, 200);
  EXPECT_EQ(administration.order.clients.size(), 1000u);
  Wire wire = dial();
  wire.send("POST /api/v1/apply HTTP/1.1\r\nHost: test\r\n" + bearer() + "Content-Length: 8388609\r\n\r\n");
  EXPECT_EQ(wire.read_reply().status, 413);
  Wire stranger = dial();
  stranger.send("POST /api/v1/apply HTTP/1.1\r\nHost: test\r\nContent-Length: 8388608\r\n\r\n");
  EXPECT_EQ(stranger.read_reply().status, 401) << "before a byte of it is taken";
}

TEST_F(Setup, ItIsInTheAuditLogOnceItIsDone) {
  with_people = true;
  start();
  ASSERT_TRUE(accounts.set_up(accounts.first_visit_code(), "alice", "correct horse battery", {}));
  EXPECT_EQ(apply(file()).status, 200);
  EXPECT_EQ(write("POST", "/api/v1/apply", "{}").status, 400);
  const auto changes = accounts.changes({});
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].status, 400u);
  EXPECT_EQ(changes[1].path, "/api/v1/apply");
  EXPECT_THAT(changes[1].note, HasSubstr("0 created"));
}

}  // namespace
}  // namespace bootferry::http::test
