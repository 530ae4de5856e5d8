// SPDX-License-Identifier: Apache-2.0
// The verbs of overlays and versions, over a real socket.
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

using Overlays = Appliance;
const std::string win = "/api/v1/clients/52:54:00:e2:e0:01/overlays/win";

TEST_F(Overlays, AreShownWithWhatTheyLieOn) {
  start();
  const auto overlay = get("/api/v1/overlays").json()["overlays"][0];
  EXPECT_EQ(overlay["mac"], "52:54:00:e2:e0:01");
  EXPECT_EQ(overlay["mode"], "private");
  EXPECT_EQ(overlay["behind"], true);
  EXPECT_EQ(overlay["current_version"], 2);
  EXPECT_TRUE(overlay["quota"].is_null());
  EXPECT_EQ(overlay["snapshots"][0]["comment"], "before");
  EXPECT_EQ(get(win).json()["size"], 67108864);
  EXPECT_EQ(get(win + "?mode=fresh").status, 200);
  EXPECT_EQ(lives.mode, boot::DriveMode::fresh_overlay);
  EXPECT_EQ(get("/api/v1/clients/52:54:00:e2:e0:01/overlays/none").status, 404);
  for (const char* query : {"?mode=other", "?mood=fresh"}) EXPECT_EQ(get(win + query).status, 400) << query;
  EXPECT_EQ(get("/api/v1/clients/nonsense/overlays/win").status, 400);
  EXPECT_EQ(get("/api/v1/images/win/versions").json()["versions"][0]["used_by"][0], "snapshot 1");
}

TEST_F(Overlays, AreChangedByTheVerbsOfThePage) {
  start();
  EXPECT_EQ(write("POST", win + "/snapshots", R"({"comment": "a"})").status, 200);
  EXPECT_EQ(std::get<boot::TakeSnapshot>(*lives.asked).comment, "a");
  EXPECT_EQ(write("POST", win + "/apply", R"({"comment": "b"})").status, 200);
  EXPECT_EQ(std::get<boot::Apply>(*lives.asked).comment, "b");
  EXPECT_EQ(write("POST", win + "/rollback", R"({"snapshot": 3})").status, 200);
  EXPECT_EQ(std::get<boot::Rollback>(*lives.asked).snapshot, 3u);
  EXPECT_EQ(write("POST", win + "/rebase", "{}").status, 200);
  EXPECT_TRUE(std::holds_alternative<boot::Rebase>(*lives.asked));
  EXPECT_EQ(write("POST", win + "/clone", R"({"name": "copy"})").status, 200);
  EXPECT_EQ(std::get<boot::Clone>(*lives.asked).image, "copy");
  EXPECT_EQ(write("POST", win + "/grow", R"({"size": 134217728})").status, 200);
  EXPECT_EQ(std::get<boot::Grow>(*lives.asked).size, mib(128));
  EXPECT_EQ(write("DELETE", win + "/snapshots/4").status, 200);
  EXPECT_EQ(std::get<boot::RemoveSnapshot>(*lives.asked).snapshot, 4u);
  EXPECT_EQ(write("DELETE", win).status, 204);
  EXPECT_TRUE(std::holds_alternative<boot::Discard>(*lives.asked));
  EXPECT_EQ(write("DELETE", "/api/v1/clients/52:54:00:e2:e0:01/overlays/busy").status, 409);
}

TEST_F(Overlays, RefuseWhatMakesNoSense) {
  start();
  for (const auto& [verb, body] : {std::pair{"/snapshots", R"({"comment": 1})"},
                                   {"/snapshots", R"({"comment": "two\nlines"})"},
                                   {"/rollback", "{}"},
                                   {"/rollback", R"({"snapshot": -1})"},
                                   {"/clone", "{}"},
                                   {"/grow", R"({"size": 0})"},
                                   {"/apply", R"({"coment": "x"})"}})
    EXPECT_EQ(write("POST", win + verb, body).status, 400) << verb << body;
  EXPECT_EQ(write("DELETE", win + "/snapshots/x").status, 400);
  EXPECT_EQ(write("POST", win + "/export", R"({"path": "/tmp/x"})").status, 403) << "a path of the server's";
  EXPECT_FALSE(lives.asked);
  EXPECT_FALSE(lives.wish);
}

TEST_F(Overlays, VersionsArePublishedClonedAndRemoved) {
  start();
  EXPECT_EQ(write("POST", "/api/v1/images/dos/publish", R"({"comment": "c", "from": 1})").status, 200);
  EXPECT_EQ(std::get<boot::Publish>(*lives.version_asked).from, 1u);
  EXPECT_EQ(write("POST", "/api/v1/images/dos/clone", R"({"name": "dos"})").status, 200);
  EXPECT_EQ(std::get<boot::CloneImage>(*lives.version_asked).image, "dos");
  EXPECT_EQ(write("DELETE", "/api/v1/images/dos/versions/1").status, 200);
  EXPECT_EQ(std::get<boot::RemoveVersion>(*lives.version_asked).version, 1u);
  EXPECT_EQ(write("POST", "/api/v1/images/dos/publish", R"({"from": "1"})").status, 400);
}

TEST_F(Overlays, WhoFetchesAScriptThatHooksDisksBeginsABoot) {
  boot::Client pc;
  pc.mac = mac();
  pc.set_boot(boot::Disks{{{"win", boot::DriveMode::fresh_overlay, {}}}});
  ASSERT_TRUE(registry.put_client(pc));
  ASSERT_TRUE(registry.put_image({"win", "raw", "win.raw", mib(1)}));
  start();
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:01.ipxe").status, 200);
  EXPECT_EQ(watch.boots.size(), 1u);
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:99.ipxe").status, 200) << "waits";
  EXPECT_EQ(watch.boots.size(), 1u);
}

}  // namespace
}  // namespace bootferry::http::test
