// SPDX-License-Identifier: Apache-2.0
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

using Boots = Appliance;

TEST_F(Boots, AListHasNoSteps) {
  start();
  const auto list = get("/api/v1/boots?mac=52:54:00:e2:e0:01&limit=7").json()["boots"];
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["id"], 12);
  EXPECT_EQ(list[0]["state"], "stalled");
  EXPECT_EQ(list[0]["stage"], "boot-server");
  EXPECT_EQ(list[0]["code"], "no-tftp");
  EXPECT_TRUE(list[0]["ended"].is_null());
  EXPECT_FALSE(list[0].contains("steps"));
  EXPECT_EQ(boots.query.mac, mac());
  EXPECT_EQ(boots.query.limit, 8u) << "one more tells whether there is a next page";
  EXPECT_EQ(get("/api/v1/boots").status, 200);
  EXPECT_EQ(boots.query.limit, 51u);
  EXPECT_EQ(get("/api/v1/boots?after=12").status, 200);
  EXPECT_EQ(boots.query.before, 12u);
}

TEST_F(Boots, OneHasItsSteps) {
  start();
  const auto boot = get("/api/v1/boots/12").json();
  EXPECT_EQ(boot["mac"], "52:54:00:e2:e0:01");
  EXPECT_EQ(boot["reason"], "It was told.");
  EXPECT_EQ(boot["mend"], "Look.");
  EXPECT_EQ(boot["bytes_read"], 512);
  EXPECT_TRUE(boot["image"].is_null());
  const auto step = boot["steps"][0];
  EXPECT_EQ(step["kind"], "discover");
  EXPECT_EQ(step["ms"], 0);
  EXPECT_EQ(step["last_ms"], 4010);
  EXPECT_EQ(step["count"], 2);
  EXPECT_EQ(step["fields"]["xid"], "0x1234");
  EXPECT_EQ(get("/api/v1/boots/13").status, 404);
}

TEST_F(Boots, WrongQuestionsAreRefused) {
  start();
  for (const char* path :
       {"/api/v1/boots?limit=0", "/api/v1/boots?limit=1001", "/api/v1/boots?limit=x", "/api/v1/boots?mac=x",
        "/api/v1/boots?after=x", "/api/v1/boots?before=1", "/api/v1/boots/x", "/api/v1/boots/12?steps=1"})
    EXPECT_EQ(get(path).status, 400) << path;
}

TEST_F(Boots, PacketsAreForThoseWhoMayWrite) {
  start();
  const std::string path = "/api/v1/clients/52:54:00:e2:e0:01/pcap";
  EXPECT_EQ(get(path).status, 401);
  const Reply reply = write("GET", path);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "application/vnd.tcpdump.pcap");
  EXPECT_EQ(reply.header("Content-Disposition"), "attachment; filename=\"52-54-00-e2-e0-01.pcap\"");
  EXPECT_EQ(reply.body, "pcap bytes");
  EXPECT_EQ(write("GET", "/api/v1/clients/52:54:00:e2:e0:02/pcap").status, 404);
}

TEST_F(Boots, AClientTellsOfItsNewestBoot) {
  start();
  const std::string path = "/api/v1/clients/52:54:00:e2:e0:01";
  EXPECT_TRUE(get(path).json()["last_boot"].is_null());
  administration.view.last_boot = summary_of(boots.record);
  const auto last = get(path).json()["last_boot"];
  EXPECT_EQ(last["id"], 12);
  EXPECT_EQ(last["state"], "stalled");
  EXPECT_EQ(last["code"], "no-tftp");
}

}  // namespace
}  // namespace bootferry::http::test
