// SPDX-License-Identifier: Apache-2.0
// Disks that are taken home: whole, in parts, for admins alone, and in the audit log; and exports as jobs.
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

const std::string image = "/api/v1/images/win/content";
const std::string overlay = "/api/v1/clients/52:54:00:e2:e0:01/overlays/win/content";

struct DiskContent : Appliance {
  Reply fetch(const std::string& path, const std::string& headers = "") const { return get(path, bearer() + headers); }
  static bool holds(const Reply& reply, std::uint64_t from, std::uint64_t count) {
    if (reply.body.size() != count) return false;
    for (std::uint64_t i = 0; i < count; ++i)
      if (reply.body[i] != FakeDisk::at(from + i)) return false;
    return true;
  }
};

TEST_F(DiskContent, AWholeDiskIsADownload) {
  start();
  const Reply reply = fetch(image + "?version=2");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(holds(reply, 0, FakeDisk::length));
  EXPECT_EQ(std::get<boot::VersionName>(*lives.opened).version, 2u);
  EXPECT_EQ(reply.header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(reply.header("ETag"), "\"a-1\"");
  EXPECT_EQ(reply.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(reply.header("Content-Disposition"), "attachment; filename=\"win-2.raw\"; filename*=UTF-8''win-2.raw");
  EXPECT_EQ(fetch(image).status, 200);
  EXPECT_FALSE(std::get<boot::VersionName>(*lives.opened).version);
}

TEST_F(DiskContent, PartsGoOnWhereADownloadBrokeOff) {
  start();
  const Reply part = fetch(overlay, "Range: bytes=1001-300000\r\nIf-Range: \"a-1\"\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_TRUE(holds(part, 1001, 299'000));
  EXPECT_EQ(part.header("Content-Range"), "bytes 1001-300000/600064");
  EXPECT_TRUE(holds(fetch(overlay, "Range: bytes=-64\r\n"), FakeDisk::length - 64, 64));
  EXPECT_EQ(fetch(overlay, "Range: bytes=600064-\r\n").status, 416);
  EXPECT_EQ(fetch(overlay, "If-None-Match: \"a-1\"\r\n").status, 304);
  lives.revision = "a-2";
  EXPECT_EQ(fetch(overlay, "Range: bytes=1001-\r\nIf-Range: \"a-1\"\r\n").status, 200) << "it is another one now";
  EXPECT_EQ(fetch(overlay, "If-None-Match: \"a-1\"\r\n").status, 200);
}

TEST_F(DiskContent, WhereNothingTellsTheBytesApartNoneAreTrusted) {
  lives.revision.clear();
  start();
  const Reply whole = fetch(image);
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.header("ETag"), "");
  EXPECT_EQ(fetch(image, "Range: bytes=5-\r\nIf-Range: \"\"\r\n").status, 200);
  EXPECT_EQ(fetch(image, "If-None-Match: \"\"\r\n").status, 200);
}

TEST_F(DiskContent, HeadTellsHowLargeItIs) {
  start();
  const Reply head = ask("HEAD", image, bearer());
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(FakeDisk::length));
}

TEST_F(DiskContent, WhatIsWrongIsRefused) {
  start();
  for (const char* query : {"?version=0", "?version=x", "?version=-1", "?mode=fresh", "?path=/"})
    EXPECT_EQ(fetch(image + query).status, 400) << query;
  for (const char* query : {"?version=1", "?mode=other", "?path=/"}) EXPECT_EQ(fetch(overlay + query).status, 400);
  EXPECT_EQ(fetch(overlay + "?mode=fresh").status, 200);
  EXPECT_EQ(std::get<boot::OverlayName>(*lives.opened).mode, boot::DriveMode::fresh_overlay);
  const Reply busy = fetch("/api/v1/clients/52:54:00:e2:e0:01/overlays/busy/content");
  EXPECT_EQ(busy.status, 409);
  EXPECT_EQ(busy.json()["detail"], "it is being written to by pc1");
  EXPECT_EQ(get(image).status, 401) << "a disk holds secrets";
  EXPECT_EQ(get(overlay).status, 401);
}

TEST_F(DiskContent, ItIsInTheAuditLog) {
  with_people = true;
  ASSERT_TRUE(accounts.set_up(accounts.first_visit_code(), "alice", "correct horse battery", {}));
  const auto changes = [&] { return accounts.changes({.limit = 10}); };
  start();
  EXPECT_EQ(fetch(image, "Range: bytes=600000-\r\n").status, 206);
  ASSERT_EQ(changes().size(), 1u);
  EXPECT_EQ(changes().front().path, image);
  EXPECT_EQ(changes().front().method, "GET");
  EXPECT_EQ(changes().front().note, "version 2 of image win, 64 B from byte 600000");
  EXPECT_EQ(ask("HEAD", image, bearer()).status, 200);
  EXPECT_EQ(fetch(image, "If-None-Match: \"a-1\"\r\n").status, 304);
  EXPECT_EQ(changes().size(), 1u) << "nothing was taken home";
}

TEST_F(DiskContent, AnExportIsAJobOfTheServer) {
  start();
  Wire control = dial_control();
  const Reply begun = ask(control, "POST", "/api/v1/images/win/export", "Content-Type: application/json\r\n",
                          R"({"path": "/root/win.qcow2", "format": "qcow2", "version": 2})");
  EXPECT_EQ(begun.status, 202);
  EXPECT_EQ(begun.header("Location"), "/api/v1/jobs/6");
  EXPECT_EQ(begun.json()["kind"], "export-image");
  EXPECT_TRUE(begun.json()["client"].is_null());
  EXPECT_EQ(std::get<boot::VersionName>(*lives.exported).version, 2u);
  EXPECT_TRUE(lives.wish->qcow2);
  for (const char* body : {R"({"path": "win.raw"})", R"({"path": "/root/"})", R"({"format": "raw"})",
                           R"({"path": "/root/x", "format": "vmdk"})", R"({"path": "/root/x", "version": "2"})"})
    EXPECT_EQ(ask(control, "POST", "/api/v1/images/win/export", "", body).status, 400) << body;
}

}  // namespace
}  // namespace bootferry::http::test
