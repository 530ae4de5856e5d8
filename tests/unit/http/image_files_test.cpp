// SPDX-License-Identifier: Apache-2.0
// The files inside images, as the API tells of them. What is in an image is app's and images/files' to say.
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

class FakeImageFiles final : public boot::ImageFiles {
 public:
  Result<boot::FolderInImage> list_folder(const boot::PlaceInImage& place) override {
    asked = place;
    if (place.path == "/gone") return fail(ErrorKind::not_found, "There is no /gone in the image.");
    return boot::FolderInImage{
        "dos", 3, "FAT16", {{"DOS", true, {0}, ""}, {"größe.txt", false, {9}, "2026-03-01T09:30:00"}}, true};
  }
  Result<boot::FileContent> read_file(const boot::PlaceInImage& place) override {
    asked = place;
    return boot::FileContent{"grö\"ße\r\n.txt", std::string("FILES=30\0\n", 10)};
  }

  boot::PlaceInImage asked;
};

class ImageFilesApi : public Appliance {
 protected:
  ImageFilesApi() { image_files = &files; }
  FakeImageFiles files;
};

TEST_F(ImageFilesApi, AFolderTellsItsEntries) {
  start();
  const auto folder = get("/api/v1/images/dos/files?path=/1/Programs%20%26%20Files&version=3").json();
  EXPECT_EQ(std::get<boot::VersionName>(files.asked.disk).image, "dos");
  EXPECT_EQ(files.asked.path, "/1/Programs & Files");
  EXPECT_EQ(std::get<boot::VersionName>(files.asked.disk).version, 3u);
  EXPECT_EQ(folder["version"], 3);
  EXPECT_EQ(folder["path"], "/1/Programs & Files");
  EXPECT_EQ(folder["file_system"], "FAT16");
  EXPECT_EQ(folder["truncated"], true);
  ASSERT_EQ(folder["entries"].size(), 2u);
  EXPECT_EQ(folder["entries"][0]["folder"], true);
  EXPECT_TRUE(folder["entries"][0]["modified"].is_null());
  EXPECT_EQ(folder["entries"][1]["name"], "größe.txt");
  EXPECT_EQ(folder["entries"][1]["modified"], "2026-03-01T09:30:00");
  EXPECT_EQ(get("/api/v1/images/dos/files").status, 200);
  EXPECT_EQ(files.asked.path, "/");
  EXPECT_FALSE(std::get<boot::VersionName>(files.asked.disk).version);
  EXPECT_EQ(get("/api/v1/images/dos/files?path=/gone").status, 404);
}

TEST_F(ImageFilesApi, AnOverlayIsLookedIntoLikeAnImage) {
  start();
  const std::string overlay = "/api/v1/clients/52:54:00:e2:e0:01/overlays/dos/files";
  EXPECT_EQ(get(overlay + "?path=/1/DOS&mode=fresh").json()["entries"].size(), 2u);
  EXPECT_EQ(files.asked.path, "/1/DOS");
  EXPECT_EQ(std::get<boot::OverlayName>(files.asked.disk).mode, boot::DriveMode::fresh_overlay);
  EXPECT_EQ(std::get<boot::OverlayName>(files.asked.disk).mac, mac());
  EXPECT_EQ(get(overlay).status, 200);
  EXPECT_EQ(files.asked.path, "/");
  for (const char* query : {"?path=DOS", "?version=1", "?mode=other"}) EXPECT_EQ(get(overlay + query).status, 400);
  EXPECT_EQ(get(overlay + "/content?path=/x").status, 401);
  EXPECT_EQ(get(overlay + "/content?path=/x", bearer()).status, 200);
}

TEST_F(ImageFilesApi, WrongQuestionsAreRefused) {
  start();
  for (const char* query : {"?path=DOS", "?version=x", "?version=0", "?version=-1", "?version=99999999999", "?paths=/"})
    EXPECT_EQ(get(std::string("/api/v1/images/dos/files") + query).status, 400) << query;
}

TEST_F(ImageFilesApi, ContentIsADownloadForAdminsWhateverItsName) {
  start();
  EXPECT_EQ(get("/api/v1/images/dos/files/content?path=/x").status, 401);
  const Reply reply = get("/api/v1/images/dos/files/content?path=/x", bearer());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, std::string("FILES=30\0\n", 10));
  EXPECT_EQ(reply.header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(reply.header("Content-Disposition"),
            "attachment; filename=\"gr_____e__.txt\"; filename*=UTF-8''gr%C3%B6%22%C3%9Fe%0D%0A.txt");
}

}  // namespace
}  // namespace bootferry::http::test
